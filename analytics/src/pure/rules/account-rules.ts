import { amount, counted, factor, share, type TunedEntries } from "./entry.ts";

/** Rules of key accounts. */
export const ACCOUNT_RULES: TunedEntries<
  "USAGE_CHANGE" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD"
> = {
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
};
