import { z } from "zod";

/** How soon somebody has to look (DOMAIN 3.7), the most urgent first; `info` asks for nothing. */
export const AlarmPriority = z.enum(["safety", "critical", "major", "minor", "info"]);
export type AlarmPriority = z.infer<typeof AlarmPriority>;

/** States of an alarm, which is what an operator is told of a finding (DOMAIN 3.7). */
export const AlarmState = z.enum([
  "active_unack",
  "active_ack",
  "cleared_unack",
  "cleared_ack",
  "shelved",
  "suppressed",
  "out_of_service",
]);
export type AlarmState = z.infer<typeof AlarmState>;

/** Why a stretch of time raises no alarm: works on the network, or a meter or district taken out of service. */
export const PlannedWorkKind = z.enum(["works", "out_of_service"]);
export type PlannedWorkKind = z.infer<typeof PlannedWorkKind>;

/** What decides an alarm's state at an instant. */
export interface AlarmFacts {
  /** Whether the finding still holds. */
  readonly isActive: boolean;
  readonly isAcknowledged: boolean;
  /** End of a shelving in epoch ms; null when it is not shelved. */
  readonly shelvedUntilMs: number | null;
  /** Kind of the planned work during which it began and that still lasts; null without one. */
  readonly plannedWork: PlannedWorkKind | null;
}

/** The state of an alarm at `nowMs`. Planned work comes before shelving, shelving before the rest. */
export function alarmStateAt(facts: AlarmFacts, nowMs: number): AlarmState {
  if (facts.plannedWork !== null) return facts.plannedWork === "works" ? "suppressed" : "out_of_service";
  if (facts.shelvedUntilMs !== null && facts.shelvedUntilMs > nowMs) return "shelved";
  if (facts.isActive) return facts.isAcknowledged ? "active_ack" : "active_unack";
  return facts.isAcknowledged ? "cleared_ack" : "cleared_unack";
}

/** How soon an alarm of each priority has to be acknowledged, in business time; null where nobody has to. */
export const ALARM_ACK_WITHIN_MS: Readonly<Record<AlarmPriority, number | null>> = {
  safety: 2 * 60_000,
  critical: 10 * 60_000,
  major: 60 * 60_000,
  minor: 8 * 3_600_000,
  info: null,
};

/** Money per day, in the utility's currency, from which a finding is critical, and from which it is major. */
export const ALARM_CRITICAL_PER_DAY = 500;
export const ALARM_MAJOR_PER_DAY = 50;
