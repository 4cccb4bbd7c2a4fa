import { words as collection } from "../collection/words.ts";

export const words = {
  ...collection,
  title: { zh: "缺失读数", en: "Missing readings" },
  list: { zh: "缺了哪些读数", en: "Which readings are missing" },
  find: { zh: "表号、地址、客户、户号", en: "Meter, address, customer, account" },
  model: { zh: "表型", en: "Model" },
  span: { zh: "时段", en: "Span" },
  days1: { zh: "近一日", en: "last day" },
  days3: { zh: "近三日", en: "last 3 days" },
  days7: { zh: "近七日", en: "last 7 days" },
  days31: { zh: "近 31 日", en: "last 31 days" },
  gaps: { zh: "缺失时段", en: "Missing between" },
  gap: { zh: "{{from}} 至 {{to}}（{{count}} 个）", en: "{{from}} to {{to}} ({{count}})" },
  moreGaps: { zh: "另有 {{count}} 段", en: "and {{count}} more" },
  nothing: { zh: "此时段内读数齐全。", en: "No reading is missing in this span." },
  reRead: { zh: "补抄", en: "Read again" },
  reReadAll: { zh: "补抄所列 {{count}} 段", en: "Read these {{count}} again" },
  reReadOrdered: { zh: "已下发 {{count}} 条命令", en: "{{count}} commands ordered" },
} as const;
