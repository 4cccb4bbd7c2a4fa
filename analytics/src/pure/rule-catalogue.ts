import { NightflowError, type RuleCode, type SubjectKind } from "@nightflow/domain";
import { DEFAULT_TUNING, isTunedRule, type ParameterValues, type RuleTuning, type TunedRule } from "./tuning.ts";

/** Words in both languages. */
export interface Words {
  readonly zh: string;
  readonly en: string;
}

/** What may be turned about a parameter, and what it means. */
export interface ParameterSpec {
  /** Unit as people read it; empty for plain factors. */
  readonly unit: string;
  readonly least: number;
  readonly most: number;
  /** Whether only whole numbers are meant. */
  readonly isWhole?: boolean;
  readonly meaning: Words;
}

/** A rule as people see it. `default` of a parameter is what the detector itself holds (DEFAULT_TUNING). */
export interface RuleEntry {
  readonly code: RuleCode;
  readonly name: Words;
  readonly subject: SubjectKind;
  readonly finds: Words;
  /** When it says nothing. */
  readonly nullCase: Words;
  readonly source: string;
  /** Empty for rules that cannot be tuned here. */
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
}

type SpecsOf<Code extends TunedRule> = { readonly [Name in keyof RuleTuning[Code]]: ParameterSpec };
type Entry = Omit<RuleEntry, "code" | "parameters">;

const FIRST_14_DAYS: Words = { zh: "安装后前 14 天只学习，不判定", en: "the first 14 days of a meter only teach" };

const factor = (zh: string, en: string, least = 1, most = 5): ParameterSpec => ({
  unit: "×",
  least,
  most,
  meaning: { zh, en },
});
const share = (zh: string, en: string, least: number, most: number): ParameterSpec => ({
  unit: "",
  least,
  most,
  meaning: { zh, en },
});
const counted = (unit: string, least: number, most: number, zh: string, en: string): ParameterSpec => ({
  unit,
  least,
  most,
  isWhole: true,
  meaning: { zh, en },
});
const amount = (unit: string, least: number, most: number, zh: string, en: string): ParameterSpec => ({
  unit,
  least,
  most,
  meaning: { zh, en },
});

const RUN: SpecsOf<"CONT_FLOW"> = {
  leastSurprise: amount("nat", 6, 60, "连续用水的意外程度达到该值才判定", "surprise that a run must be worth"),
  recordFactor: factor("须高于该表自身历史最高意外程度的倍数", "times the meter's own most surprising run"),
  leastHours: counted("h", 4, 72, "至少持续的小时数", "least length of a run"),
  quietHours: counted("h", 1, 12, "低于水平多少小时后解除", "hours below the level that end it"),
};

const NIGHT: SpecsOf<"NIGHT_MIN"> = {
  k: amount("σ", 0.1, 2, "累积和的参考值", "reference value of the sum"),
  kInflow: share(
    "值得发现的最小台阶的一半（占平均进水量）",
    "half of the smallest step worth finding, of mean inflow",
    0,
    0.2,
  ),
  h: amount("σ", 3, 30, "判定限：越大误报越少、发现越晚", "decision limit: higher is fewer false alarms, and later"),
  heat: share("每次发现后判定限提高的比例", "each finding raises the limit by this share", 0, 2),
  downShare: share("下降台阶解除发现所需的判定限比例", "share of the limit at which a step down ends it", 0.1, 1),
  largeDeviations: amount("σ", 2, 12, "连续两夜大幅偏高的标准差数", "two nights this far above need no sum"),
  largeShare: share("连续两夜大幅偏高占平均进水量", "and this share of mean inflow", 0.01, 0.5),
  demandShare: share("忙时增量超过夜间增量该比例时视为用水增长", "a busy-hour rise beyond this share is demand", 0, 3),
  acceptNights: counted("d", 3, 60, "新水平保持多少夜后接受", "nights after which a new level is accepted"),
};

const TUNED: { readonly [Code in TunedRule]: Entry & { readonly parameters: SpecsOf<Code> } } = {
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
  USAGE_CHANGE: {
    name: { zh: "用量变化", en: "Change of use" },
    subject: "account",
    finds: { zh: "用量持续偏离自身或同星期日的水平", en: "use away from one's own, or from the same weekdays" },
    nullCase: { zh: "前 14 天；大客户同星期日不足 4 个", en: "the first 14 days; fewer than 4 same weekdays" },
    source: "LEAKS 3 #4; DOMAIN 3.4",
    parameters: {
      reference: amount("σ", 0.1, 3, "居民：每日须偏高的标准差数", "households: deviations that count every day"),
      limit: amount("σ", 3, 30, "居民：累计偏高达到该值判定", "households: sum from which it is a finding"),
      leastDeviations: amount("σ", 1.5, 12, "大客户：偏离同星期日的稳健标准差数", "key accounts: robust deviations"),
      leastShare: share("大客户：偏离中位数的比例", "key accounts: share of the median", 0.05, 3),
      leastLitres: amount("L", 0, 1_000_000, "大客户：至少偏离的水量", "key accounts: least litres a day"),
    },
  },
  LOAD_HIGH: {
    name: { zh: "用量高于平常", en: "Use above the usual band" },
    subject: "account",
    finds: {
      zh: "大客户连续数小时高于每周同一时段的正常范围",
      en: "hours in a row above the band of the same hours of the week",
    },
    nullCase: { zh: "同一时段不足 4 周；班次之外与停产日", en: "under 4 weeks; outside shifts and on shutdown days" },
    source: "LEAKS 3 #8",
    parameters: {
      deviations: amount("σ", 1.5, 12, "正常范围的宽度（稳健标准差数）", "width of the band, robust deviations"),
      leastShare: share("至少高于平常的比例", "share above what is usual", 0, 3),
      leastLitres: amount("L/h", 0, 1_000_000, "至少高于平常的流量", "flow above what is usual"),
      hours: counted("h", 1, 168, "连续的小时数", "hours in a row"),
      clearHours: counted("h", 1, 168, "回到范围内多少小时后解除", "hours inside that end it"),
    },
  },
  LOAD_LOW: {
    name: { zh: "用量骤降", en: "Use fell away" },
    subject: "account",
    finds: { zh: "大客户在生产时段几乎没有用量", en: "hours of work with hardly any use: production has stopped" },
    nullCase: { zh: "同一时段不足 4 周；班次之外与停产日", en: "under 4 weeks; outside shifts and on shutdown days" },
    source: "LEAKS 3 #8",
    parameters: {
      deviations: amount("σ", 1.5, 12, "正常范围的宽度（稳健标准差数）", "width of the band, robust deviations"),
      leftShare: share("低于平常的该比例", "share of what is usual that is left at most", 0.01, 1),
      leastLitres: amount(
        "L/h",
        0,
        1_000_000,
        "平常流量低于该值的时段不判定",
        "hours that usually hold less say nothing",
      ),
      hours: counted("h", 1, 168, "连续的小时数", "hours in a row"),
      clearHours: counted("h", 1, 168, "恢复多少小时后解除", "hours inside that end it"),
    },
  },
  OFF_HOURS_USE: {
    name: { zh: "停产时段用量", en: "Use while nobody works" },
    subject: "account",
    finds: { zh: "停产日或班次之外仍有用量", en: "flow on shutdown days or outside the shifts" },
    nullCase: { zh: "客户未登记生产日历", en: "no calendar of the customer" },
    source: "DOMAIN 2.3",
    parameters: {
      floorFactor: factor("允许流量：每周最低时段的倍数", "allowed: times the lowest hours of the week", 1, 10),
      meanShare: share("允许流量：占平均流量的比例", "allowed: share of the mean flow", 0, 1),
      leastLitres: amount("L/h", 0, 100_000, "允许流量的下限", "flow that is always allowed"),
      hours: counted("h", 1, 168, "连续的小时数", "hours in a row"),
      clearHours: counted("h", 1, 168, "回落多少小时后解除", "hours at rest that end it"),
    },
  },
  PEAK_LIMIT: {
    name: { zh: "合同最大用量", en: "Contract maximum" },
    subject: "account",
    finds: { zh: "小时或日用量超过或即将超过合同最大值", en: "an hour or a day above the contract, or soon" },
    nullCase: { zh: "未登记合同最大值", en: "no contract value" },
    source: "DOMAIN 4.8",
    parameters: {
      warnShare: share("达到合同最大值的该比例即提示", "share of the contract that is near it", 0.5, 1),
      aheadHours: counted("h", 1, 12, "预判的小时数", "hours looked ahead"),
      clearHours: counted("h", 1, 168, "多少小时未接近后解除", "hours without that end it"),
    },
  },
  BUDGET_AHEAD: {
    name: { zh: "月度用量超前", en: "Month ahead of its budget" },
    subject: "account",
    finds: { zh: "按当前用量，本月将超出预算", en: "a month that will take more than is budgeted" },
    nullCase: { zh: "未登记月度预算；每月最初几天", en: "no budget; the first days of a month" },
    source: "DOMAIN 4.9",
    parameters: {
      margin: share("超出预算的比例", "share over the budget", 0, 1),
      leastDays: counted("d", 1, 28, "每月至少已过的天数", "days of the month that must have passed"),
    },
  },
  GAS_CONT: {
    name: { zh: "燃气持续流量", en: "Gas that does not stop" },
    subject: "meter",
    finds: { zh: "燃气连续流动长于该表历史", en: "gas that flows for longer than this meter ever burnt" },
    nullCase: { zh: "从未停止过的表", en: "a meter that has never stood still" },
    source: "LEAKS 2.3, 3 #1",
    parameters: {
      leastHours: counted("h", 6, 240, "至少连续的小时数", "least length of a run"),
      recordFactor: factor("须长于历史最长连续时间的倍数", "times its own longest run"),
      capHours: counted("h", 48, 1000, "无论历史如何都判定的小时数", "hours that are a finding whatever the record"),
      quietHours: counted("h", 1, 12, "停止多少小时后解除", "still hours that end it"),
      middleHours: counted(
        "h",
        4,
        240,
        "不低于 200 L/h 时至少连续的小时数",
        "least length of a run of 200 L/h and more",
      ),
      highHours: counted(
        "h",
        2,
        240,
        "不低于 1000 L/h 时至少连续的小时数",
        "least length of a run of 1000 L/h and more",
      ),
      bandFactor: factor("该两档须长于各自历史最长的倍数", "times the longest such run, for these two"),
    },
  },
  GAS_P_DROP: {
    name: { zh: "调压器压力下降", en: "Regulator pressure drop" },
    subject: "meter",
    finds: { zh: "出口压力低于自身水平", en: "an outlet below its own level" },
    nullCase: { zh: "前 96 个读数", en: "the first 96 readings" },
    source: "LEAKS 2.3",
    parameters: {
      dropShare: share("低于自身水平该比例视为下降", "share of its level below which it is a drop", 0.2, 0.95),
      overShare: share("高于自身水平该比例视为恢复", "share of its level above which it is over", 0.25, 1),
      heldMinutes: counted("min", 5, 1440, "须持续的分钟数", "minutes that it must last"),
    },
  },
  PRESS_LOW: {
    name: { zh: "压力过低", en: "Low pressure" },
    subject: "meter",
    finds: { zh: "压力低于限值", en: "a gauge below its limit" },
    nullCase: { zh: "单个读数；间隔超过两小时", en: "one reading alone; readings over two hours apart" },
    source: "DOMAIN 2.2, 3.4",
    parameters: {
      limitKPa: amount("kPa", 0, 1500, "压力下限", "least pressure"),
      heldMinutes: counted("min", 5, 1440, "须持续的分钟数", "minutes that it must last"),
    },
  },
  PRESS_HIGH: {
    name: { zh: "压力过高", en: "High pressure" },
    subject: "meter",
    finds: { zh: "压力高于限值", en: "a gauge above its limit" },
    nullCase: { zh: "单个读数；间隔超过两小时", en: "one reading alone; readings over two hours apart" },
    source: "DOMAIN 2.2, 3.4",
    parameters: {
      limitKPa: amount("kPa", 100, 2500, "压力上限", "most pressure"),
      heldMinutes: counted("min", 5, 1440, "须持续的分钟数", "minutes that it must last"),
    },
  },
  NIGHT_MIN: {
    name: { zh: "夜间最小流量", en: "Minimum night flow" },
    subject: "dma",
    finds: { zh: "分区夜间流量出现台阶", en: "a step in a district's night flow" },
    nullCase: { zh: "前 14 夜；测得不足 90% 的夜", en: "the first 14 nights; nights under 90 % measured" },
    source: "LEAKS 3 #9",
    parameters: NIGHT,
  },
  DMA_LOSS: {
    name: { zh: "分区漏损", en: "District loss" },
    subject: "dma",
    finds: { zh: "进水减用户用水出现台阶", en: "a step in inflow less what customers use" },
    nullCase: { zh: "无用户表或用户数据不足 95%", en: "without customers' meters, or under 95 % of them" },
    source: "LEAKS 3 #10",
    parameters: NIGHT,
  },
  GAS_UFG: {
    name: { zh: "燃气供销差", en: "Gas supply less sales" },
    subject: "dma",
    finds: { zh: "供气减销气出现台阶", en: "a step in supply less sales" },
    nullCase: { zh: "无用户表或用户数据不足 95%", en: "without customers' meters, or under 95 % of them" },
    source: "DOMAIN 3.4",
    parameters: NIGHT,
  },
  PARENT_CHILD: {
    name: { zh: "总分表差异", en: "Main and sub-meters" },
    subject: "meter",
    finds: { zh: "总表与其分表之和不符", en: "a parent meter that differs from the sum of its children" },
    nullCase: { zh: "总表或分表当日数据不足 95%", en: "days with under 95 % of the parent or of the children" },
    source: "DOMAIN 3.4; OIML R 49",
    parameters: {
      leastShare: share("除表具等级误差外允许的差率", "share that may differ beyond the meters' classes", 0, 0.5),
      heldDays: counted("d", 1, 30, "须连续的天数", "days in a row that make it, and that end it"),
    },
  },
};

const UNTUNED: readonly RuleEntry[] = [
  {
    code: "COMMS",
    name: { zh: "通信中断", en: "Silent" },
    subject: "meter",
    finds: { zh: "表或终端长时间无读数", en: "a meter or an agent that is not heard" },
    nullCase: { zh: "从未收到过读数", en: "never heard" },
    source: "DOMAIN 3.4; analytics.silentAfterHours",
    parameters: {},
  },
  {
    code: "DATA_GAP",
    name: { zh: "寄存器读数缺失", en: "Register readings missing" },
    subject: "meter",
    finds: {
      zh: "表有上报，但寄存器超过 5 天没有有效读数",
      en: "a meter that is heard, whose register had no good reading for 5 days",
    },
    nullCase: { zh: "离线的表；从未有过有效读数的寄存器", en: "silent meters; registers that were never read well" },
    source: "LEAKS 4, missing",
    parameters: {},
  },
  {
    code: "FROZEN",
    name: { zh: "成批停走", en: "Many stand still at once" },
    subject: "agent",
    finds: {
      zh: "同一终端或分区的多只水表自同一天起不走，合为一个事件",
      en: "meters of one agent or district that stand still since the same day, as one event",
    },
    nullCase: {
      zh: "少于 5 只或不足 2%；平常用量未知的表",
      en: "fewer than 5 or under 2 %; meters whose usual use is not known",
    },
    source: "DOMAIN 3.4; LEAKS 3 #6",
    parameters: {},
  },
  {
    code: "PRESS_RESID",
    name: { zh: "压力残差", en: "Pressure beside others" },
    subject: "dma",
    finds: { zh: "测点相对区内其他测点偏低", en: "a gauge that falls beside the others of its district" },
    nullCase: { zh: "前 7 天；只有一个测点", en: "the first 7 days; one gauge alone" },
    source: "LILA (BattLeDIM 2020)",
    parameters: {},
  },
];

/** Every rule that the detectors judge by, in the order of a list for people. */
export const RULE_CATALOGUE: readonly RuleEntry[] = [
  ...Object.entries(TUNED).map(([code, entry]) => ({ ...entry, code: code as TunedRule }) satisfies RuleEntry),
  ...UNTUNED,
];

/** The entry of a rule; undefined when there is none. */
export function ruleEntryOf(code: string): RuleEntry | undefined {
  return RULE_CATALOGUE.find((entry) => entry.code === code);
}

/** What is wrong with one parameter. */
export interface ParameterFault {
  readonly parameter: string;
  readonly fault: "unknown" | "not_a_number" | "not_whole" | "too_low" | "too_high";
  readonly least?: number;
  readonly most?: number;
}

/** Parameters that no rule can work with; nothing was changed. */
export class RuleParametersError extends NightflowError {
  readonly code = "RULE_PARAMETERS";
  readonly retriable = false;
  readonly faults: readonly ParameterFault[];

  constructor(rule: string, faults: readonly ParameterFault[]) {
    super(`${rule} cannot work with these parameters: ${faults.map(faultText).join("; ")}`, {
      remedy: "keep every parameter within the range that the rule's page shows",
    });
    this.faults = faults;
  }
}

/**
 * All parameters of a rule: its defaults with some replaced.
 *
 * @throws {RuleParametersError} naming every parameter that is unknown, no number or out of its range.
 */
export function checkedParameters(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterValues {
  const faults = parameterFaults(code, values);
  if (faults.length > 0) throw new RuleParametersError(code, faults);
  return { ...DEFAULT_TUNING[code], ...(values as ParameterValues) };
}

/** What is wrong with parameters of a rule; empty when nothing is. */
export function parameterFaults(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterFault[] {
  const specs: Readonly<Record<string, ParameterSpec>> = TUNED[code].parameters;
  const faults = Object.entries(values).flatMap(([parameter, value]) => faultOf(parameter, value, specs));
  return [...faults, ...faultsTogether(code, values)];
}

function faultOf(parameter: string, value: unknown, specs: Readonly<Record<string, ParameterSpec>>): ParameterFault[] {
  const spec = Object.hasOwn(specs, parameter) ? specs[parameter] : undefined;
  if (spec === undefined) return [{ parameter, fault: "unknown" }];
  const { least, most, isWhole } = spec;
  if (typeof value !== "number" || !Number.isFinite(value)) return [{ parameter, fault: "not_a_number", least, most }];
  if (value < least) return [{ parameter, fault: "too_low", least, most }];
  if (value > most) return [{ parameter, fault: "too_high", least, most }];
  return isWhole === true && !Number.isInteger(value) ? [{ parameter, fault: "not_whole", least, most }] : [];
}

/** What each parameter allows by itself may still contradict another. */
function faultsTogether(code: TunedRule, values: Readonly<Record<string, unknown>>): ParameterFault[] {
  const all: Readonly<Record<string, unknown>> = { ...DEFAULT_TUNING[code], ...values };
  const [low, high] = code === "GAS_P_DROP" ? [all.dropShare, all.overShare] : [all.leastHours, all.capHours];
  if (typeof low !== "number" || typeof high !== "number" || low < high) return [];
  return [{ parameter: code === "GAS_P_DROP" ? "overShare" : "capHours", fault: "too_low", least: low }];
}

function faultText({ parameter, fault, least, most }: ParameterFault): string {
  if (fault === "unknown") return `it has no parameter ${parameter}`;
  const range = most === undefined ? `above ${least}` : `${least} to ${most}`;
  return `${parameter} is ${fault.replaceAll("_", " ")} (${range})`;
}

/**
 * The tuning that kept settings make. What a later release no longer knows, or no longer allows, falls back to the default, so that
 * an old setting never stops the detectors; `onFault` is told.
 */
export function tuningOfSettings(
  settings: readonly { readonly rule: string; readonly parameters: Readonly<Record<string, unknown>> }[],
  onFault: (rule: string, faults: readonly ParameterFault[]) => void = () => undefined,
): Partial<Record<TunedRule, ParameterValues>> {
  const tuned: Partial<Record<TunedRule, ParameterValues>> = {};
  for (const { rule, parameters } of settings) {
    if (!isTunedRule(rule)) continue;
    const faults = parameterFaults(rule, parameters);
    if (faults.length > 0) onFault(rule, faults);
    const wrong = new Set(faults.map(({ parameter }) => parameter));
    tuned[rule] = Object.fromEntries(
      Object.entries(parameters).filter(([name]) => !wrong.has(name)),
    ) as ParameterValues;
  }
  return tuned;
}
