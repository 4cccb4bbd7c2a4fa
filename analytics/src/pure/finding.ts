import type { Evidence, RuleCode, SubjectKind } from "@nightflow/domain";
import type { NoBalance } from "./districts/night-balance.ts";

/** Whom a finding is about, and what its money is counted in. */
export interface FindingSubject {
  readonly subjectKind: SubjectKind;
  readonly subject: string;
  readonly commodity: "water" | "gas";
  readonly currency: string;
  readonly meter: string | null;
  readonly dma: string | null;
  readonly account: string | null;
  readonly isKeyAccount: boolean;
  readonly unitId: string;
  readonly unitPath: string;
}

/** A step in the life of a finding; idempotent by (rule, subject, startMs). */
export interface FindingEvent extends FindingSubject {
  readonly type: "open" | "update" | "clear";
  readonly rule: RuleCode;
  readonly direction: "up" | "down";
  /** Estimated start of the episode; part of its identity. */
  readonly startMs: number;
  /** Instant of the reading that made this step knowable. */
  readonly atMs: number;
  /** Null when a finding is cleared. */
  readonly evidence: Evidence | null;
  readonly confidence: number;
  readonly moneyPerDay: number;
  /** True while the finding began in imported rows and live readings have not yet confirmed it. */
  readonly isPast: boolean;
  /** Where a trace goes on from here; absent while nothing is traced. */
  readonly traceparent?: string;
}

/** A judged night of a district. Flows in m³/h, volumes in m³. */
export interface DmaNight {
  readonly dma: string;
  /** Local date of the night's morning. */
  readonly date: string;
  /** Minimum night flow: the least hour of the inflow from 02 to 05 local time; null when too little was measured. */
  readonly mnfM3h: number | null;
  readonly expectedM3h: number | null;
  readonly bandLowM3h: number | null;
  readonly bandHighM3h: number | null;
  /** Inflow and customers' consumption of the whole local day before. */
  readonly inflowM3: number | null;
  readonly customersM3: number | null;
  /** Share of the night window measured by good intervals. */
  readonly completeness: number;
  /** What customers used in the hours 02–05, mean flow; null where no balance is told. */
  readonly customersNightM3h: number | null;
  /** Share of the customers' register-hours of that night with a good reading; null without customers' meters. */
  readonly customersCompleteness: number | null;
  /** Mean inflow of 02–05 less what customers used then; null where no balance is told, and then `noBalance` says why. */
  readonly lossM3h: number | null;
  readonly lossExpectedM3h: number | null;
  readonly lossBandHighM3h: number | null;
  readonly noBalance: NoBalance | null;
}
