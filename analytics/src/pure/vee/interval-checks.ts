import { type Flag, hasFlag, type VeeRule } from "@nightflow/domain";
import type { EmittedInterval } from "../intervals.ts";
import type { ZoneCalendar } from "../local-time.ts";
import { DEFAULT_VEE_LIMITS, type VeeLimits } from "./limits.ts";
import { note, type VeeNote } from "./note.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

type Row = Readonly<EmittedInterval>;

/** What the interval machine decided about a register, by the flag that it left. */
const REGISTER_RULES: readonly { rule: VeeRule; flag: Flag; fails: boolean; reason: VeeNote["reason"] }[] = [
  {
    rule: "over_limit",
    flag: "over_q4",
    fails: true,
    reason: { zh: "超过最大流量 Q4，不可信", en: "more than Q4 lets through: not to be trusted" },
  },
  {
    rule: "negative",
    flag: "negative",
    fails: true,
    reason: {
      zh: "表底下降且未回升：按新表底处理，跨越处无用量",
      en: "the register fell and stayed low: a new register, and no volume across",
    },
  },
  {
    rule: "reverse",
    flag: "reverse",
    fails: false,
    reason: { zh: "少量倒流", en: "a little water ran back" },
  },
  {
    rule: "rollover",
    flag: "rollover",
    fails: false,
    reason: { zh: "表底满位归零，已按位数计算", en: "the register passed its last digit and began at zero" },
  },
  {
    rule: "exchange",
    flag: "exchange",
    fails: false,
    reason: { zh: "换表：新旧表之间无用量", en: "the meter was exchanged: no volume across" },
  },
];

/**
 * Over Q4, negative, reverse, roll-over and exchange: the interval machine decides each of them where it happens; here they become
 * notes, one for each unbroken run. Nothing for rows without such flags.
 *
 * @see LEAKS 4: high limit (OIML R49), negative / reverse, rollover, meter exchange; `IntervalMachine`
 */
export function checkRegister(rows: readonly Row[]): VeeNote[] {
  return REGISTER_RULES.flatMap(({ rule, flag, fails, reason }) =>
    runsOf(rows, (row) => hasFlag(row.flags, flag)).map((run) =>
      note(rule, fails ? "fail" : "warn", flag, spanOf(run), { counts: sumOf(run) }, reason),
    ),
  );
}

/**
 * Spike: in a local day (highest − third highest) ÷ third highest above 180 %. Of water it must also exceed what Q4 lets
 * through, as a home's peaks are no fault; `leastCounts` is that limit, null where there is none. Null case: fewer than three good intervals
 * in a day, or a third highest of zero without a limit.
 *
 * @see LEAKS 4, spike (Oracle D2-INTSPKCHK, CA VEE)
 */
export function checkSpikes(
  rows: readonly Row[],
  calendar: ZoneCalendar,
  leastCounts: number | null,
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote[] {
  const days = Map.groupBy(rows.filter(isMeasured), (row) => calendar.dayOf(row.startMs));
  return [...days.values()].flatMap((day) => {
    const [first, , third] = day.toSorted((a, b) => b.counts - a.counts);
    if (first === undefined || third === undefined || third.counts <= 0) return [];
    const ratio = (first.counts - third.counts) / third.counts;
    if (ratio <= limits.spikeRatio || first.counts <= (leastCounts ?? 0)) return [];
    const percent = Math.round(ratio * 100);
    return [
      note(
        "spike",
        "warn",
        "spike",
        [first.startMs, first.endMs],
        { counts: first.counts, ratio },
        {
          zh: `尖峰：比当日第三高值高 ${percent} %`,
          en: `a spike: ${percent} % above the third highest of the day`,
        },
      ),
    ];
  });
}

/**
 * Constant value: the same volume above zero in six or more good intervals in a row: a stuck gauge behind the register, or values
 * played again. Null case: shorter runs, zeros, registers of so coarse counts that only 1 or 2 come in an interval.
 *
 * @see LEAKS 4, constant value (Oracle Consecutive Interval)
 */
export function checkConstant(rows: readonly Row[], limits: VeeLimits = DEFAULT_VEE_LIMITS): VeeNote[] {
  const notes: VeeNote[] = [];
  for (const run of chunksOf(rows, (a, b) => a.counts === b.counts)) {
    const counts = run[0]?.counts ?? 0;
    if (counts <= 2 || run.length < limits.constantIntervals) continue;
    notes.push(
      note(
        "constant",
        "warn",
        "flat",
        spanOf(run),
        { counts, intervals: run.length },
        {
          zh: `连续 ${run.length} 个时段用量完全相同`,
          en: `the very same volume in ${run.length} intervals in a row`,
        },
      ),
    );
  }
  return notes;
}

/**
 * Stuck: a register without movement for 28 days, or for more than twice its own longest standstill before and at least ten
 * days. A gap without movement counts as standing still. Null case: shorter ones, and a register that never moved before is judged by 28 days alone.
 *
 * @see LEAKS 4, zero / stuck (Zenner)
 */
export function checkStuck(rows: readonly Row[], limits: VeeLimits = DEFAULT_VEE_LIMITS): VeeNote[] {
  const notes: VeeNote[] = [];
  let longestMs = 0;
  let hasMoved = false;
  for (const run of chunksOf(rows, (a, b) => a.counts === 0 && b.counts === 0)) {
    const [fromMs, toMs] = spanOf(run);
    if (run[0]?.counts !== 0) hasMoved = true;
    else {
      const lengthMs = toMs - fromMs;
      const limitMs = hasMoved ? Math.min(limits.stuckMs, Math.max(limits.ownStuckMs, 2 * longestMs)) : limits.stuckMs;
      if (lengthMs >= limitMs) notes.push(stuckNote(fromMs, toMs, longestMs));
      longestMs = Math.max(longestMs, lengthMs);
    }
  }
  return notes;
}

function stuckNote(fromMs: number, toMs: number, longestMs: number): VeeNote {
  const days = Math.floor((toMs - fromMs) / DAY_MS);
  const before = Math.round(longestMs / HOUR_MS);
  return note(
    "stuck",
    "warn",
    "frozen",
    [fromMs, toMs],
    { days, longestBeforeHours: before },
    {
      zh: `表底 ${days} 天不动，此前最长 ${before} 小时`,
      en: `no movement for ${days} days; the longest before was ${before} h`,
    },
  );
}

/**
 * Sum check: the sum of intervals must be the difference of the register, within two counts or 0.1 %, whichever is more. Null
 * where it is, or where either is not known.
 *
 * @see LEAKS 4, sum check (CA VEE, Oracle)
 */
export function checkSum(
  sumCounts: number | null,
  registerCounts: number | null,
  span: readonly [fromMs: number, toMs: number],
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote | null {
  if (sumCounts === null || registerCounts === null) return null;
  const offBy = sumCounts - registerCounts;
  if (Math.abs(offBy) <= Math.max(limits.sumCounts, limits.sumShare * Math.abs(registerCounts))) return null;
  return note(
    "sum",
    "fail",
    "sum_mismatch",
    span,
    { offBy, sumCounts, registerCounts },
    {
      zh: `各时段之和与表底差相差 ${offBy} 个计数`,
      en: `the intervals add up to ${offBy} counts more than the register's difference`,
    },
  );
}

/** A span's volume for the comparison of usage. */
export interface UsageSpan {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: number;
  /** Days of it whose volume is known. */
  readonly days: number;
}

/**
 * High and low usage: the average of a known day against that of the span before, above 160 % or below 40 %. Null case: fewer
 * than seven known days on either side, or nothing used before.
 *
 * @see LEAKS 4, high/low usage (Oracle High/Low, normalised by average daily usage)
 */
export function checkUsage(now: UsageSpan, before: UsageSpan, limits: VeeLimits = DEFAULT_VEE_LIMITS): VeeNote | null {
  if (now.days < limits.usageDays || before.days < limits.usageDays || before.counts <= 0) return null;
  const ratio = now.counts / now.days / (before.counts / before.days);
  if (ratio >= limits.usageLow && ratio <= limits.usageHigh) return null;
  const isHigh = ratio > limits.usageHigh;
  const percent = Math.round(ratio * 100);
  return note(
    isHigh ? "usage_high" : "usage_low",
    "warn",
    isHigh ? "high" : "low",
    [now.fromMs, now.toMs],
    { ratio },
    {
      zh: `日均用量为前一时段的 ${percent} %`,
      en: `a day's use is ${percent} % of that of the span before`,
    },
  );
}

function isMeasured(row: Row): boolean {
  return row.quality === 0 || row.quality === 2;
}

/** Runs of rows next to one another that `has` holds for. */
function runsOf(rows: readonly Row[], has: (row: Row) => boolean): Row[][] {
  return adjacent(rows.filter(has), () => true);
}

/** Good rows in runs of neighbours that are `alike`. */
function chunksOf(rows: readonly Row[], alike: (a: Row, b: Row) => boolean): Row[][] {
  return adjacent(
    rows.filter((row) => row.quality === 0),
    alike,
  );
}

function adjacent(rows: readonly Row[], alike: (a: Row, b: Row) => boolean): Row[][] {
  const runs: Row[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last && last.endMs === row.startMs && alike(last, row)) run.push(row);
    else runs.push([row]);
  }
  return runs;
}

function spanOf(rows: readonly Row[]): [number, number] {
  return [rows[0]?.startMs ?? 0, rows.at(-1)?.endMs ?? 0];
}

function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, row) => sum + row.counts, 0);
}
