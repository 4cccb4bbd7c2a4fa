import { amount, counted, factor, type SpecsOf, share, type TunedEntries } from "./entry.ts";

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

/** Rules of gas, pressure and districts. */
export const DISTRICT_RULES: TunedEntries<
  "GAS_CONT" | "GAS_P_DROP" | "PRESS_LOW" | "PRESS_HIGH" | "NIGHT_MIN" | "DMA_LOSS" | "GAS_UFG" | "PARENT_CHILD"
> = {
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
