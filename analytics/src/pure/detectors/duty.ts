import { type DayVolume, wholeDay } from "./day.ts";
import type { Flow, Step } from "./flow.ts";
import { type Cells, chanceOfCount, countOf, HIGHEST_LEVEL, reaches } from "./hour-profile.ts";
import { type VolumeState, zOfVolume } from "./volume-cusum.ts";

/** Share of the hours in which a leak of this kind runs. */
const DUTY = 0.4;
/** What a leak that comes and goes is judged by. */
export interface DutyParameters {
  /** Evidence that every day must bring to count, nats. */
  readonly reference: number;
  /** Evidence from which it is a finding, nats. */
  readonly limit: number;
  readonly recordFactor: number;
  /** A finding that holds this long is how the place is used now, d. */
  readonly acceptDays: number;
}
/** As tuned on leak-bench. */
export const DUTY_PARAMETERS: DutyParameters = { reference: 0.75, limit: 10, recordFactor: 1.1, acceptDays: 28 };
/** Evidence of one day is held between these: one night of guests is not three of a valve that sticks. */
const [LEAST_OF_DAY, MOST_OF_DAY] = [-4, 3];
const VOLUME_WEIGHT = 0.25;
const MOST_Z = 2;
const MOST_SCORE = 30;
const RECORD_DECAY = 0.998;
const LEAST_DAYS = 21;
const LEAST_GOOD_HOURS = 18;
const DAY_MS = 86_400_000;
const SLOW_PACE = 0.2;

/** ln(p with the leak ÷ p without) of an hour that reaches the level, by the count of its cell; hours that do not all say the same. */
const FOR_LEAK = Float64Array.from({ length: 256 }, (_, count) => {
  const usual = chanceOfCount(count);
  return Math.log((usual + (1 - usual) * DUTY) / usual);
});
const AGAINST_LEAK = Math.log(1 - DUTY);

/** State of the rule for one meter. */
export const DUTY_SCHEMA = {
  dutySum: "f32",
  dutyScore: "q8",
  dutyRecord: "q8",
  dutyStartMs: "sec",
  dutyIsOpen: "u8",
} as const;
export type DutyState = { -readonly [Name in keyof typeof DUTY_SCHEMA]: number };

/** Adds what a good hour says for a leak that comes and goes: ln of its likelihood with the leak over that without. */
export function addDutyHour(state: DutyState, profile: Cells, localHour: number, hour: Flow): void {
  if (!hour.isGood) return;
  state.dutySum += reaches(hour.litres, HIGHEST_LEVEL)
    ? (FOR_LEAK[countOf(profile, HIGHEST_LEVEL, localHour)] ?? 0)
    : AGAINST_LEAK;
}

/** How fast the profile's highest level learns: slowly while there is evidence that it is a leak that it would learn. */
export function dutyPace(state: DutyState, p: DutyParameters): number {
  return state.dutyScore > p.limit / 2 ? SLOW_PACE : 1;
}

/** The score from which it is a finding. */
export function dutyLimit(state: DutyState, p: DutyParameters): number {
  return Math.max(p.limit, p.recordFactor * state.dutyRecord);
}

/**
 * A leak that comes and goes: hours of 16 L/h and more (the highest level of the profile) on days and at hours where this meter seldom has them.
 *
 * Page's CUSUM of a day's log-likelihood ratio, a leak that runs in 40 % of the hours against the meter's own share of each hour
 * (hour-profile), held between −4 and 3 a day, plus 0.25 × the z of the day's volume (held at ±2), less 0.75; a finding
 * over max(10, 1.1 × the highest score of its own past; fades by 0.2 % a day), until the score is back below 5, or for 28 days.
 * Null case: the first 21 days teach; a day with fewer than 18 good hours is skipped. Source: LEAKS 3, detector 5 (duty CUSUM);
 * Page 1954; the likelihoods of a Bernoulli leak are ours.
 */
export function stepDuty(
  state: DutyState & VolumeState & { readonly hoursSeen: number },
  day: DayVolume,
  p: DutyParameters,
): Step {
  if (day.goodHours < LEAST_GOOD_HOURS) return state.dutyIsOpen === 1 ? "hold" : "none";
  const z = Math.max(-MOST_Z, Math.min(MOST_Z, zOfVolume(state, day)));
  const gain = Math.max(LEAST_OF_DAY, Math.min(MOST_OF_DAY, day.dutySum)) - p.reference + VOLUME_WEIGHT * z;
  if (state.dutyScore === 0) state.dutyStartMs = day.startMs;
  state.dutyScore = Math.max(0, Math.min(MOST_SCORE, state.dutyScore + gain));
  if (state.dutyIsOpen === 1) return openDay(state, day, p);
  const isFinding = state.hoursSeen > LEAST_DAYS * 24 && state.dutyScore > dutyLimit(state, p);
  state.dutyRecord *= RECORD_DECAY;
  if (!isFinding) {
    state.dutyRecord = Math.max(state.dutyRecord, state.dutyScore);
    return "none";
  }
  state.dutyIsOpen = 1;
  return "open";
}

function openDay(state: DutyState, day: DayVolume, p: DutyParameters): Step {
  const isAccepted = day.startMs - state.dutyStartMs > p.acceptDays * DAY_MS;
  if (state.dutyScore >= p.limit / 2 && !isAccepted) return "hold";
  if (isAccepted) state.dutyScore = 0;
  state.dutyIsOpen = 0;
  return "clear";
}

/** Litres a day above the usual that such a leak stands for. */
export function dutyExcess(usualLitres: number, day: DayVolume): number {
  return Math.max(0, wholeDay(day) - usualLitres);
}
