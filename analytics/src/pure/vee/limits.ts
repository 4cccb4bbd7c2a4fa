const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Thresholds of the validation rules; sources as in LEAKS 4. */
export interface VeeLimits {
  /** A clock further off is flagged; one off by more than a period fails. */
  readonly clockWarnMs: number;
  /** Earlier readings come from a clock that was never set. */
  readonly earliestMs: number;
  /** A gap longer than this is work for the field. */
  readonly fieldGapMs: number;
  /** Gaps up to this long are filled by a straight line. */
  readonly linearMs: number;
  /** A sum may be off by so many counts, or by this share of the register's difference, whichever is more. */
  readonly sumCounts: number;
  readonly sumShare: number;
  /** (highest − third highest) ÷ third highest of a day. */
  readonly spikeRatio: number;
  /** Of an interval above the one before it; it must also be this share of what Q4 lets through, and the history so long. */
  readonly jumpRatio: number;
  readonly jumpQ4Share: number;
  readonly jumpLearnMs: number;
  /** Highest interval of a span ÷ that of the span before. */
  readonly peakRatio: number;
  readonly stuckMs: number;
  /** A standstill is judged against the register's own longest from this length on. */
  readonly ownStuckMs: number;
  /** Equal volumes above zero in a row. */
  readonly constantIntervals: number;
  readonly usageHigh: number;
  readonly usageLow: number;
  /** Days that must be known on either side before usage is compared. */
  readonly usageDays: number;
  /** Share of a span that may be estimated or missing before a bill is stopped. */
  readonly estimatedShare: number;
}

/** The defaults that ship. */
export const DEFAULT_VEE_LIMITS: VeeLimits = {
  clockWarnMs: 2 * MINUTE_MS,
  earliestMs: Date.UTC(2000, 0, 1),
  fieldGapMs: 5 * DAY_MS,
  linearMs: 2 * HOUR_MS,
  sumCounts: 2,
  sumShare: 0.001,
  spikeRatio: 1.8,
  jumpRatio: 10,
  jumpQ4Share: 0.1,
  jumpLearnMs: 7 * DAY_MS,
  peakRatio: 2,
  stuckMs: 28 * DAY_MS,
  ownStuckMs: 10 * DAY_MS,
  constantIntervals: 6,
  usageHigh: 1.6,
  usageLow: 0.4,
  usageDays: 7,
  estimatedShare: 0.05,
};
