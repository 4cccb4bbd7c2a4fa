/** One read of a meter's register while somebody stands before it. */
export interface CommissionRead {
  /** The command that read it. */
  readonly id: string;
  /** In the channel's unit; null: nothing came. */
  readonly value: number | null;
  readonly readAtMs: number;
  /** What the dial showed then; null: not typed. */
  readonly dial: number | null;
}

/** What the meter is built for. */
export interface MeterSize {
  /** Smallest step of the register, in its unit. */
  readonly step: number;
  /** Largest flow for a short time, m³/h; null: not known. */
  readonly q4M3h: number | null;
}

/** What a read shows. `factor` and `flow` go with the words. */
export interface Verdict {
  readonly tone: "good" | "open" | "going";
  readonly code:
    | "noAnswer"
    | "dialFits"
    | "dialFactor"
    | "dialSign"
    | "dialOther"
    | "rises"
    | "stands"
    | "falls"
    | "tooFast";
  readonly factor?: number;
  readonly flowM3h?: number;
}

const HOUR_MS = 3_600_000;
/** A dial is read a moment before or after the register, and its last wheel between two digits. */
const DIAL_SLACK_STEPS = 2;
const DIAL_SLACK_SHARE = 0.001;
/** Factors that come from a wrong unit, a wrong pulse weight or a wrong resolution. */
const FACTORS = [10, 100, 1000, 10_000, 1e6];

/** What the newest of some reads shows, oldest read first: against its dial, and against the read before. */
export function judgeRead(reads: readonly CommissionRead[], size: MeterSize): Verdict[] {
  const newest = reads.at(-1);
  if (newest === undefined) return [];
  if (newest.value === null) return [{ tone: "open", code: "noAnswer" }];
  const before = reads.slice(0, -1).findLast(({ value }) => value !== null);
  return [
    ...(newest.dial === null ? [] : [againstDial(newest.value, newest.dial, size)]),
    ...(before === undefined ? [] : [againstBefore(newest, before, size)]),
  ];
}

/** Reads that must be good, one after another, before a meter is left. */
const GOOD_READS = 3;

/** Whether a meter may be left. `doneStill`: it may, but nothing ran, so that its direction is not proven. */
export type Standing = "notYet" | "done" | "doneStill";

/**
 * Whether a meter may be left: the last three reads have a value, one fits its dial, and none falls, races or contradicts.
 * What went wrong before, and was mended, does not count.
 */
export function standingOf(reads: readonly CommissionRead[], size: MeterSize): Standing {
  const last = reads.slice(-GOOD_READS);
  const first = reads.length - last.length;
  const verdicts = last.flatMap((_, at) => judgeRead(reads.slice(0, first + at + 1), size));
  const isGood =
    last.length === GOOD_READS &&
    verdicts.some(({ code }) => code === "dialFits") &&
    verdicts.every(({ tone }) => tone !== "open");
  if (!isGood) return "notYet";
  return verdicts.some(({ code }) => code === "rises") ? "done" : "doneStill";
}

function againstDial(value: number, dial: number, { step }: MeterSize): Verdict {
  if (isNear(value, dial, step)) return { tone: "good", code: "dialFits" };
  if (isNear(-value, dial, step)) return { tone: "open", code: "dialSign" };
  const factor = FACTORS.flatMap((each) => [each, 1 / each]).find((each) => isNear(value * each, dial, step * each));
  return factor === undefined ? { tone: "open", code: "dialOther" } : { tone: "open", code: "dialFactor", factor };
}

function isNear(value: number, dial: number, step: number): boolean {
  return Math.abs(value - dial) <= Math.max(step * DIAL_SLACK_STEPS, Math.abs(dial) * DIAL_SLACK_SHARE);
}

function againstBefore(newest: CommissionRead, before: CommissionRead, size: MeterSize): Verdict {
  const rise = (newest.value ?? 0) - (before.value ?? 0);
  const hours = (newest.readAtMs - before.readAtMs) / HOUR_MS;
  if (rise < -size.step / 2) return { tone: "open", code: "falls" };
  if (rise < size.step / 2 || hours <= 0) return { tone: "going", code: "stands" };
  const flowM3h = rise / hours;
  // One step may fall just between two reads.
  const isTooFast = size.q4M3h !== null && (rise - size.step) / hours > size.q4M3h;
  return isTooFast ? { tone: "open", code: "tooFast", flowM3h } : { tone: "good", code: "rises", flowM3h };
}
