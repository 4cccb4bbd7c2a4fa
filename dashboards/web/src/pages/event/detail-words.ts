import type { Language } from "../../words/index.ts";

type Word = Readonly<Record<Language, string>>;

const litresDay = { zh: "L/天", en: "L/day" } as const;
const hours = { zh: "小时", en: "h" } as const;
const days = { zh: "天", en: "days" } as const;
const plain = (text: string): Word => ({ zh: text, en: text });

interface DetailWords {
  readonly name: Word;
  readonly unit?: Word;
  /** Shown as a percentage. */
  readonly isShare?: boolean;
}

/** What the numbers of the rules' evidence are called; a key that is not here is shown as it is. */
const DETAILS: Readonly<Record<string, DetailWords>> = {
  runHours: { name: { zh: "本次持续", en: "This run" }, unit: hours },
  recordHours: { name: { zh: "此前最长持续", en: "Longest run before" }, unit: hours },
  levelLitres: { name: { zh: "不低于", en: "Never below" }, unit: plain("L/h") },
  surprise: { name: { zh: "异常程度", en: "Surprise" } },
  surpriseLimit: { name: { zh: "报警所需程度", en: "Surprise needed" } },
  usualShareThisHour: { name: { zh: "平常此时有流量的比例", en: "How often it flows at this hour" }, isShare: true },
  bandLitres: { name: { zh: "流量档", en: "Band of flow" }, unit: plain("L/h") },
  lastDayLitres: { name: { zh: "最近一天用量", en: "Last day's use" }, unit: litresDay },
  usualDayLitres: { name: { zh: "平常一天用量", en: "Usual day's use" }, unit: litresDay },
  meanC: { name: { zh: "日均气温", en: "Mean of the outdoor air" }, unit: plain("°C") },
  evidence: { name: { zh: "累计证据", en: "Evidence so far" } },
  evidenceLimit: { name: { zh: "报警所需证据", en: "Evidence needed" } },
  standstillDays: { name: { zh: "停走天数", en: "Standing still for" }, unit: days },
  recordDays: { name: { zh: "此前最长空置", en: "Longest standstill before" }, unit: days },
  limitDays: { name: { zh: "判定天数", en: "Limit" }, unit: days },
  dayM3: { name: { zh: "当日用量", en: "That day's use" }, unit: plain("m³") },
  usualM3: { name: { zh: "平常用量", en: "Usual use" }, unit: plain("m³") },
  changePercent: { name: { zh: "变化", en: "Change" }, unit: plain("%") },
  reverseLitres: { name: { zh: "倒流水量", en: "Run back" }, unit: plain("L") },
  movements: { name: { zh: "倒流次数", en: "Times it ran back" } },
  usedLitres: { name: { zh: "停用后用量", en: "Used since it is closed" }, unit: plain("L") },
  q3M3h: { name: { zh: "常用流量 Q3", en: "Permanent flow Q3" }, unit: plain("m³/h") },
  hoursAboveQ3: { name: { zh: "超过 Q3", en: "Above Q3" }, unit: hours },
  hoursAboveQ4: { name: { zh: "超过 Q4", en: "Above Q4" }, unit: hours },
  peakPercentOfQ3: { name: { zh: "峰值占 Q3", en: "Peak, of Q3" }, unit: plain("%") },
  belowQ1Percent: { name: { zh: "低于 Q1 的时间", en: "Time below Q1" }, unit: plain("%") },
  pressureKPa: { name: { zh: "压力", en: "Pressure" }, unit: plain("kPa") },
  limitKPa: { name: { zh: "限值", en: "Limit" }, unit: plain("kPa") },
  levelKPa: { name: { zh: "平常压力", en: "Usual pressure" }, unit: plain("kPa") },
  gauge: { name: { zh: "测压点", en: "Gauge" } },
  besideGauges: { name: { zh: "对照测压点数", en: "Gauges it was held against" } },
  side: { name: { zh: "哪一侧", en: "On whose side" } },
  completeness: { name: { zh: "进水数据完整率", en: "Inflow measured" }, isShare: true },
  customersCompleteness: { name: { zh: "用户数据完整率", en: "Customers measured" }, isShare: true },
  customersRiseM3h: { name: { zh: "用户夜间用水上升", en: "Rise of customers at night" }, unit: plain("m³/h") },
  customersNightM3h: { name: { zh: "用户夜间用水", en: "Customers at night" }, unit: plain("m³/h") },
  allowedM3h: { name: { zh: "可由天气、节日或计划解释", en: "Explained or allowed" }, unit: plain("m³/h") },
  parentM3: { name: { zh: "总表", en: "Parent meter" }, unit: plain("m³") },
  childrenM3: { name: { zh: "分表合计", en: "Sum of its children" }, unit: plain("m³") },
  toleranceM3: { name: { zh: "表具允许误差", en: "What meters may be wrong by" }, unit: plain("m³") },
  children: { name: { zh: "分表数", en: "Children" } },
  differencePercent: { name: { zh: "差", en: "Difference" }, unit: plain("%") },
  hours: { name: { zh: "持续", en: "For" }, unit: hours },
  peakM3: { name: { zh: "最大用量", en: "Largest use" }, unit: plain("m³") },
  contractM3: { name: { zh: "合同最大值", en: "Contract maximum" }, unit: plain("m³") },
  monthM3: { name: { zh: "本月已用", en: "This month so far" }, unit: plain("m³") },
  projectedM3: { name: { zh: "预计全月", en: "Expected for the month" }, unit: plain("m³") },
  budgetM3: { name: { zh: "月度预算", en: "Budget of the month" }, unit: plain("m³") },
  daysLeft: { name: { zh: "本月还剩", en: "Left of the month" }, unit: days },
  gapDays: { name: { zh: "无有效读数", en: "No good reading for" }, unit: days },
  silentHours: { name: { zh: "离线", en: "Silent for" }, unit: hours },
  meters: { name: { zh: "表具数", en: "Meters" } },
  stillMeters: { name: { zh: "停走表数", en: "Meters that stand still" } },
  knownMeters: { name: { zh: "表具总数", en: "Of" } },
  nights: { name: { zh: "核对的夜晚", en: "Nights compared" } },
  beforeM3h: { name: { zh: "维修前", en: "Before the repair" }, unit: plain("m³/h") },
  source: { name: { zh: "来源", en: "From" } },
  note: { name: { zh: "说明", en: "Note" } },
  by: { name: { zh: "填报人", en: "By" } },
};

const VALUES: Readonly<Record<string, Word>> = {
  "side customers": { zh: "用户侧", en: "customers" },
  "side network": { zh: "管网侧", en: "network" },
  "side unknown": { zh: "未知", en: "not known" },
  "source person": { zh: "人工填报", en: "a person" },
};

/** A detail of a rule's evidence in the reader's words: its name, and its value with its unit. */
export function detailText(
  key: string,
  value: unknown,
  language: Language,
  format: { readonly number: (value: number | null) => string; readonly share: (value: number) => string },
): { readonly name: string; readonly text: string } {
  const known = Object.hasOwn(DETAILS, key) ? DETAILS[key] : undefined;
  const name = known?.name[language] ?? key;
  if (typeof value !== "number")
    return { name, text: VALUES[`${key} ${String(value)}`]?.[language] ?? String(value ?? format.number(null)) };
  if (known?.isShare === true) return { name, text: format.share(value) };
  return { name, text: [format.number(value), known?.unit?.[language] ?? ""].join(" ").trim() };
}
