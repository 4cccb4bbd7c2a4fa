import { amount, counted, FIRST_14_DAYS, factor, type SpecsOf, share, type TunedEntries } from "./entry.ts";

const RUN: SpecsOf<"CONT_FLOW"> = {
  leastSurprise: amount("nat", 6, 60, "连续用水的意外程度达到该值才判定", "surprise that a run must be worth"),
  recordFactor: factor("须高于该表自身历史最高意外程度的倍数", "times the meter's own most surprising run"),
  leastHours: counted("h", 4, 72, "至少持续的小时数", "least length of a run"),
  quietHours: counted("h", 1, 12, "低于水平多少小时后解除", "hours below the level that end it"),
};

/** Rules of customers' meters. */
export const CUSTOMER_RULES: TunedEntries<
  | "CONT_FLOW"
  | "FLOOR_RISE"
  | "BURST"
  | "INTERMITTENT"
  | "NO_USE"
  | "UNDER_REG"
  | "REVERSE"
  | "USE_INACTIVE"
  | "OVER"
  | "UNDER"
> = {
  CONT_FLOW: {
    name: { zh: "持续用水", en: "Continuous flow" },
    subject: "meter",
    finds: {
      zh: "在该表平常停水的时段水流不停",
      en: "flow that does not stop at hours when this meter's usually does",
    },
    nullCase: FIRST_14_DAYS,
    source: "LEAKS 3 #1",
    parameters: RUN,
  },
  FLOOR_RISE: {
    name: { zh: "底流升高", en: "Floor rise" },
    subject: "meter",
    finds: { zh: "底流高于 4 或 16 L/h 不回落", en: "flow that does not fall below 4 or 16 L/h any more" },
    nullCase: FIRST_14_DAYS,
    source: "LEAKS 3 #2",
    parameters: RUN,
  },
  BURST: {
    name: { zh: "爆管流量", en: "Burst" },
    subject: "meter",
    finds: { zh: "流量高于该表历史最高", en: "more flow than this meter ever held" },
    nullCase: FIRST_14_DAYS,
    source: "LEAKS 3 #3",
    parameters: {
      leastLitresPerHour: amount("L/h", 50, 5000, "最低判定流量", "least flow of a burst"),
      q3Share: share("判定流量占常用流量 Q3 的比例", "share of Q3", 0.01, 1),
      aloneFactor: factor("单个时段须达判定流量的倍数", "times that for one interval alone"),
      recordFactor: factor(
        "须高于历史最高的倍数（一至两个时段）",
        "times the meter's own highest, one interval or two",
      ),
      threeFactor: factor("须高于历史最高的倍数（三个时段）", "times the meter's own highest, three intervals"),
      quietIntervals: counted("", 1, 20, "低于限值多少个时段后解除", "intervals below that end it"),
    },
  },
  INTERMITTENT: {
    name: { zh: "间歇漏水", en: "Intermittent leak" },
    subject: "meter",
    finds: { zh: "反复在平常少用的时段出现流量", en: "flow that comes and goes at hours when it seldom does" },
    nullCase: { zh: "前 21 天；有效小时不足 18 的日子", en: "the first 21 days; days with fewer than 18 good hours" },
    source: "LEAKS 3 #5; Page 1954",
    parameters: {
      reference: amount("nat", 0, 3, "每日须带来的证据", "evidence that every day must bring to count"),
      limit: amount("nat", 3, 28, "累计证据达到该值判定", "evidence from which it is a finding"),
      recordFactor: factor("须高于历史最高证据的倍数", "times the highest evidence of its own past"),
      acceptDays: counted("d", 3, 365, "持续多少天后视为正常用水", "days after which it is how the place is used"),
    },
  },
  NO_USE: {
    name: { zh: "停用", en: "No use" },
    subject: "meter",
    finds: { zh: "停走时间长于该户历来空置时间", en: "a standstill longer than this place is ever empty" },
    nullCase: { zh: "前 14 个有用水的日子", en: "until 14 days have shown what is usual" },
    source: "LEAKS 3 #6",
    parameters: {
      leastDays: counted("d", 2, 120, "至少停走的天数", "least length of a standstill"),
      recordFactor: factor("须长于历史最长停走的倍数", "times its own longest standstill"),
      stillShare: share("低于平常日用量该比例视为停走", "share of the usual day below which a day is still", 0, 0.5),
      stillLitres: amount("L", 0, 100, "低于该水量视为停走", "litres below which a day is still"),
    },
  },
  UNDER_REG: {
    name: { zh: "计量偏低", en: "Under-registration" },
    subject: "meter",
    finds: { zh: "用水时段与高峰的读数都变低", en: "flowing hours and peaks both hold less than they used to" },
    nullCase: { zh: "前 21 天；用量过低的日子", en: "the first 21 days; days with too little use" },
    source: "LEAKS 3 #7",
    parameters: {
      reference: amount("σ", 0.1, 3, "每日须下降的标准差数", "fall that every day must bring to count"),
      limit: amount("σ", 3, 20, "累计下降达到该值判定", "sum from which it is a finding"),
      acceptDays: counted("d", 7, 365, "持续多少天后视为正常", "days after which it is how the place is used"),
    },
  },
  REVERSE: {
    name: { zh: "倒流", en: "Reverse flow" },
    subject: "meter",
    finds: {
      zh: "水从用户倒流入管网，或水表装反",
      en: "water that runs back into the network, or a meter turned round",
    },
    nullCase: {
      zh: "首次、迟到的读数；无反向寄存器时读数回落不足三次",
      en: "a first or late reading; without a reverse register fewer than three falls",
    },
    source: "DOMAIN 3.4; Itron ReverseFlow, Neptune backflow",
    parameters: {
      leastLitres: amount("L", 1, 100_000, "累计倒流达到该水量才判定", "litres that ran back"),
      leastShare: share("每日倒流占平常日用量的比例", "litres a day, as a share of the usual day", 0, 1),
      quietDays: counted("d", 1, 60, "多少天不再倒流后解除", "days without more that end it"),
    },
  },
  USE_INACTIVE: {
    name: { zh: "停用户用水", en: "Use on a closed account" },
    subject: "meter",
    finds: { zh: "停用或销户的用水点仍有用量", en: "use at a point that is suspended or closed" },
    nullCase: { zh: "启用中的用水点；停用之前的时段", en: "active points; intervals from before it was closed" },
    source: "DOMAIN 3.4; Itron UsageInactive, Neptune soft disconnect",
    parameters: {
      leastLitres: amount("L", 1, 100_000, "累计用量达到该值才判定", "litres used"),
      quietDays: counted("d", 1, 60, "多少天无用量后解除", "days without use that end it"),
    },
  },
  OVER: {
    name: { zh: "超量程", en: "Meter too small" },
    subject: "meter",
    finds: { zh: "30 天内流量多次超过 Q3 或 Q4", en: "flow above Q3 or Q4 too often in 30 days" },
    nullCase: {
      zh: "Q3 未知或小于 4 m³/h；时段长于一小时",
      en: "Q3 not known or under 4 m³/h; intervals over an hour",
    },
    source: "DOMAIN 3.4; LEAKS 2.2 (Zenner EDC)",
    parameters: {
      leastHours: amount("h", 0, 300, "30 天内超过 Q3 的小时数", "hours above Q3 in 30 days"),
      overloadHours: amount("h", 0, 100, "或超过 Q4 的小时数", "or hours above Q4"),
    },
  },
  UNDER: {
    name: { zh: "小流量", en: "Meter too large" },
    subject: "meter",
    finds: { zh: "30 天内流量远低于 Q3", en: "30 days far below Q3" },
    nullCase: {
      zh: "Q3 未知或小于 4 m³/h；时段长于 15 分钟；30 天用量不足 1 m³",
      en: "Q3 not known or under 4 m³/h; intervals over 15 min; less than 1 m³ in 30 days",
    },
    source: "DOMAIN 3.4; LEAKS 2.2 (Zenner EDC)",
    parameters: {
      peakShare: share("最高时段不超过 Q3 的该比例", "share of Q3 that the highest interval stays below", 0.01, 0.5),
      lowPeakShare: share(
        "或不超过该比例且多数用量低于 Q1",
        "or this share, with most of the volume below Q1",
        0.01,
        1,
      ),
      lowShare: share("低于 Q1 的用量比例", "share of the volume below Q1", 0.05, 1),
      turndown: amount("", 10, 1000, "Q3 与 Q1 之比（R）", "Q3 ÷ Q1 (R of the type plate)"),
    },
  },
};
