import { bitsToFlags, type Flag, flagsToBits } from "@nightflow/domain";
import type { Curve } from "@nightflow/storage/pure";
import { DEFAULT_VEE_LIMITS, type VeeLimits } from "./limits.ts";
import { note, type VeeNote } from "./note.ts";

const HOUR_MS = 3_600_000;
const GAP_PERIODS = 1.5;
/** What a device says of itself, and what ingest noticed on arrival: carried on to people as it is. */
const EVENT_FLAGS: readonly Flag[] = ["device_alarm", "clock_shift", "conflict", "unit_mismatch", "over_digits"];
const EVENT_BITS = flagsToBits(EVENT_FLAGS);

/**
 * Time check of one device: how far its clock is off the head-end's. More than two minutes is a warning, more than one period
 * a failure, since its volumes then stand in the wrong interval. Null where the offset is unknown or small.
 *
 * @see LEAKS 4, time check (CA VEE 3.1)
 */
export function checkClock(
  offsetMs: number | null,
  periodMs: number,
  atMs: number,
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote | null {
  if (offsetMs === null || !Number.isFinite(offsetMs) || Math.abs(offsetMs) <= limits.clockWarnMs) return null;
  const minutes = Math.round(offsetMs / 60_000);
  const verdict = Math.abs(offsetMs) > periodMs ? "fail" : "warn";
  return note(
    "time",
    verdict,
    "clock_shift",
    [atMs, atMs],
    { offsetMs },
    {
      zh: `表端时钟与平台相差 ${minutes} 分钟`,
      en: `the device's clock is ${minutes} min off`,
    },
  );
}

/**
 * Time check of readings: those before 2000 come from a clock that was never set, those after `nowMs` from one that runs ahead. Neither
 * can be placed in an interval.
 *
 * @see LEAKS 4, time check
 */
export function checkTimes(
  readAtMs: ArrayLike<number>,
  nowMs: number,
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote[] {
  const notes: VeeNote[] = [];
  for (let i = 0; i < readAtMs.length; i++) {
    const at = readAtMs[i] ?? Number.NaN;
    if (at < limits.earliestMs)
      notes.push(
        note(
          "time",
          "fail",
          "clock_shift",
          [at, at],
          {},
          {
            zh: "读数时间早于 2000 年：表端时钟从未校准",
            en: "read before 2000: the device's clock was never set",
          },
        ),
      );
    else if (at > nowMs + limits.clockWarnMs)
      notes.push(
        note(
          "time",
          "fail",
          "future_time",
          [at, at],
          { aheadMs: at - nowMs },
          {
            zh: "读数时间在未来：表端时钟超前",
            en: "read in the future: the device's clock runs ahead",
          },
        ),
      );
  }
  return notes;
}

/** One reading as it arrived. */
export interface ArrivedReading {
  readonly readAtMs: number;
  readonly counts: bigint;
}

/**
 * Duplicates and disorder in the order of arrival: an identical repeat is dropped without a word, a second value for the same
 * instant is a conflict (the first stays), one older than its neighbours came late and makes its meter be judged again.
 * Nothing for fewer than two readings.
 *
 * @see LEAKS 4, duplicate / out-of-order (Oracle Duplicate IMD)
 */
export function checkArrivals(readings: readonly ArrivedReading[]): VeeNote[] {
  const first = new Map<number, bigint>();
  const notes: VeeNote[] = [];
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { readAtMs, counts } of readings) {
    const known = first.get(readAtMs);
    if (known !== undefined && known !== counts)
      notes.push(
        note(
          "duplicate",
          "fail",
          "duplicate",
          [readAtMs, readAtMs],
          { difference: Number(counts - known) },
          {
            zh: "同一时刻有两个不同读数：保留先到的，后到的列入冲突清单",
            en: "two different values for one instant: the first stays, the second is on the conflict list",
          },
        ),
      );
    else if (known === undefined && readAtMs < newestMs)
      notes.push(
        note(
          "duplicate",
          "warn",
          "out_of_order",
          [readAtMs, readAtMs],
          { behindMs: newestMs - readAtMs },
          {
            zh: "迟到读数：该表将重新计算",
            en: "a late reading: the meter is judged again",
          },
        ),
      );
    if (known === undefined) first.set(readAtMs, counts);
    newestMs = Math.max(newestMs, readAtMs);
  }
  return notes;
}

/**
 * Gaps between readings that have a value: anything over 1.5 periods, and up to `untilMs` after the last. More than five days is a failure:
 * work for the field. Nothing for fewer than two readings.
 *
 * @see LEAKS 4, missing / gap (Itron Gap Check)
 */
export function checkGaps(
  curve: Curve,
  periodMs: number,
  untilMs: number,
  limits: VeeLimits = DEFAULT_VEE_LIMITS,
): VeeNote[] {
  const notes: VeeNote[] = [];
  let beforeMs = Number.NaN;
  const look = (atMs: number) => {
    const gapMs = atMs - beforeMs;
    if (gapMs > GAP_PERIODS * periodMs) notes.push(gapNote(beforeMs, atMs, Math.round(gapMs / periodMs) - 1, limits));
  };
  for (let i = 0; i < curve.length; i++) {
    if ((curve.qualities[i] ?? 2) === 2) continue;
    const atMs = curve.readAtMs[i] ?? 0;
    look(atMs);
    beforeMs = atMs;
  }
  look(untilMs);
  return notes;
}

function gapNote(fromMs: number, toMs: number, missing: number, limits: VeeLimits): VeeNote {
  const hours = Math.round((toMs - fromMs) / HOUR_MS);
  const isLong = toMs - fromMs > limits.fieldGapMs;
  const [zhTime, enTime] = lengthWords(toMs - fromMs);
  const words = {
    zh: `缺 ${missing} 个读数，共 ${zhTime}`,
    en: `${missing === 1 ? "1 reading is" : `${missing} readings are`} missing over ${enTime}`,
  };
  return note(
    "gap",
    isLong ? "fail" : "warn",
    "gap",
    [fromMs, toMs],
    { missing, hours },
    {
      zh: isLong ? `${words.zh}：需现场处理` : words.zh,
      en: isLong ? `${words.en}: work for the field` : words.en,
    },
  );
}

function lengthWords(ms: number): readonly [zh: string, en: string] {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return [`${minutes} 分钟`, `${minutes} min`];
  const hours = Math.round(ms / HOUR_MS);
  return [`${hours} 小时`, `${hours} h`];
}

/** Flags that a device or ingest put on readings, as notes, one for each run of the same flags. */
export function checkEvents(curve: Curve): VeeNote[] {
  const notes: VeeNote[] = [];
  let run: { bits: number; fromMs: number; toMs: number } | undefined;
  const end = () => {
    if (run) notes.push(...bitsToFlags(run.bits).map((flag) => eventNote(flag, run?.fromMs ?? 0, run?.toMs ?? 0)));
    run = undefined;
  };
  for (let i = 0; i < curve.length; i++) {
    const bits = ((curve.flags[i] ?? 0) & EVENT_BITS) >>> 0;
    const atMs = curve.readAtMs[i] ?? 0;
    if (run && run.bits !== bits) end();
    if (bits !== 0) run = run ? { ...run, toMs: atMs } : { bits, fromMs: atMs, toMs: atMs };
  }
  end();
  return notes;
}

const EVENT_WORDS: Partial<Record<Flag, VeeNote["reason"]>> = {
  device_alarm: { zh: "表具自身报警", en: "the device reported an alarm" },
  clock_shift: { zh: "表端时钟被校正", en: "the device's clock was corrected" },
  conflict: { zh: "同一时刻另有不同读数", en: "another value came for the same instant" },
  unit_mismatch: { zh: "单位与档案不符", en: "the unit is not the registered one" },
  over_digits: { zh: "读数超出表具位数", en: "more than the register's digits can show" },
};

function eventNote(flag: Flag, fromMs: number, toMs: number): VeeNote {
  return note("event", "warn", flag, [fromMs, toMs], {}, EVENT_WORDS[flag] ?? { zh: flag, en: flag });
}
