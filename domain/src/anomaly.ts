import { z } from "zod";

/** Detection rules (DOMAIN 3.4). The code is stable; names are words for people. */
export const RuleCode = z.enum([
  "CONT_FLOW",
  "CONT_FLOW_BIG",
  "BURST",
  "NIGHT_MIN",
  "USAGE_CHANGE",
  "HOURS_CHANGE",
  "PRESS_CHANGE",
  "NO_USE",
  "USE_INACTIVE",
  "REVERSE",
  "OVER",
  "UNDER",
  "FROZEN",
  "COMMS",
  "DATA_GAP",
  "TAMPER",
  "DRY",
  "BATTERY",
  "CLOCK",
  "DMA_LOSS",
  "PARENT_CHILD",
  "PRESS_LOW",
  "PRESS_HIGH",
  "GAS_P_DROP",
  "GAS_UFG",
  "POST_REPAIR",
  "FLOOR_RISE",
  "INTERMITTENT",
  "UNDER_REG",
  "GAS_CONT",
  "PRESS_RESID",
  "LOAD_HIGH",
  "LOAD_LOW",
  "OFF_HOURS_USE",
  "PEAK_LIMIT",
  "BUDGET_AHEAD",
]);
export type RuleCode = z.infer<typeof RuleCode>;

/** What a finding is about. */
export const SubjectKind = z.enum(["meter", "dma", "agent", "account"]);
export type SubjectKind = z.infer<typeof SubjectKind>;

/** Findings of one group about one subject share a ticket. */
export const CauseGroup = z.enum(["leak", "meter", "comms", "usage_change", "safety"]);
export type CauseGroup = z.infer<typeof CauseGroup>;

const GROUPS: Partial<Record<RuleCode, CauseGroup>> = {
  CONT_FLOW: "leak",
  CONT_FLOW_BIG: "leak",
  BURST: "leak",
  NIGHT_MIN: "leak",
  DMA_LOSS: "leak",
  FLOOR_RISE: "leak",
  INTERMITTENT: "leak",
  POST_REPAIR: "leak",
  PARENT_CHILD: "leak",
  PRESS_LOW: "leak",
  PRESS_RESID: "leak",
  GAS_CONT: "safety",
  GAS_P_DROP: "safety",
  COMMS: "comms",
  DATA_GAP: "comms",
  USAGE_CHANGE: "usage_change",
  HOURS_CHANGE: "usage_change",
  PRESS_CHANGE: "usage_change",
  LOAD_HIGH: "usage_change",
  LOAD_LOW: "usage_change",
  OFF_HOURS_USE: "usage_change",
  PEAK_LIMIT: "usage_change",
  BUDGET_AHEAD: "usage_change",
};

/** The cause group of a rule; whatever speaks of the device itself is `meter`. */
export function causeGroupOf(rule: RuleCode): CauseGroup {
  return GROUPS[rule] ?? "meter";
}

/** States of an anomaly (DOMAIN 3.6). */
export const AnomalyState = z.enum([
  "candidate",
  "open",
  "investigating",
  "field_work",
  "monitoring",
  "closed",
  "past",
  "withdrawn",
  "auto_closed",
  "false_alarm",
  "planned",
  "merged",
]);
export type AnomalyState = z.infer<typeof AnomalyState>;

/** States in which an anomaly still holds its key (rule, subject). */
export const LIVE_ANOMALY_STATES = [
  "candidate",
  "open",
  "investigating",
  "field_work",
  "monitoring",
  "past",
] as const satisfies readonly AnomalyState[];

/** What an anomaly turned out to be; feeds the measured precision of its rule. */
export const OutcomeCode = z.enum([
  "confirmed_leak_network",
  "confirmed_leak_customer",
  "burst",
  "meter_fault",
  "comms_fault",
  "data_error",
  "planned_change",
  "fire_or_flush",
  "theft",
  "normal_use",
  "unknown",
]);
export type OutcomeCode = z.infer<typeof OutcomeCode>;

/** What shows that a finding is true. Flows in m³/h of the commodity, times in epoch ms. */
export const Evidence = z.strictObject({
  startAt: z.int(),
  knowableAt: z.int(),
  actualM3h: z.number().nullable(),
  expectedM3h: z.number().nullable(),
  floorM3h: z.number().nullable(),
  bandLowM3h: z.number().nullable(),
  bandHighM3h: z.number().nullable(),
  lostM3: z.number().nullable(),
  estimatedShare: z.number().min(0).max(1),
  reason: z.strictObject({ zh: z.string(), en: z.string() }),
  clearsWhen: z.strictObject({ zh: z.string(), en: z.string() }),
  details: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
});
export type Evidence = z.infer<typeof Evidence>;

/** Classes of replay's alarm file (leak-bench). */
export const AlarmClass = z.enum(["leak", "burst", "high", "stopped", "low"]);
export type AlarmClass = z.infer<typeof AlarmClass>;

const LEAK_RULES: ReadonlySet<RuleCode> = new Set([
  "CONT_FLOW",
  "CONT_FLOW_BIG",
  "FLOOR_RISE",
  "INTERMITTENT",
  "NIGHT_MIN",
  "DMA_LOSS",
  "GAS_CONT",
]);

/** The class of a finding in replay's alarm file (DOMAIN 3.4); undefined for rules that replay does not list. */
export function alarmClassOf(rule: RuleCode, direction: "up" | "down"): AlarmClass | undefined {
  if (rule === "BURST") return "burst";
  if (LEAK_RULES.has(rule)) return "leak";
  if (rule === "USAGE_CHANGE") return direction === "up" ? "high" : "low";
  if (rule === "NO_USE" || rule === "FROZEN") return "stopped";
  return rule === "UNDER_REG" ? "low" : undefined;
}

/** Default thresholds of ARCHITECTURE's defaults. */
export const DEFAULT_TICKET_THRESHOLD_PER_DAY = 5;
export const DEFAULT_PRICE_PER_M3 = 3;

/** Rank of a finding: money per day × confidence, in the currency of the utility. */
export function rankOf(moneyPerDay: number, confidence: number): number {
  return moneyPerDay * confidence;
}

/** Whether a finding opens a ticket whatever its rank: safety, comms and key-account findings always do. */
export function alwaysOpensTicket(group: CauseGroup): boolean {
  return group === "safety" || group === "comms" || group === "usage_change";
}
