import type { FindingSink, Signal } from "./engine.ts";
import { isLiveLongEnough } from "./meter-findings.ts";
import type { Step } from "./pure/detectors/flow.ts";
import { type FamilyDay, type FamilyParameters, stepFamily } from "./pure/detectors/parent-child.ts";
import type { Family, FamilyOrigin } from "./pure/districts/family.ts";
import type { FamilyLater, FamilyLearnt } from "./pure/districts/family-past.ts";
import { familyProof } from "./pure/districts/proofs.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import { subjectOf } from "./watched-meter.ts";

const DAY_MS = 86_400_000;

/** What a family's days show by the readings that they were judged by, and by those of today. */
export interface FamilyCourses {
  readonly asJudged: readonly Signal[];
  readonly asKnown: readonly Signal[];
  readonly later: FamilyLater;
  /** When the first changed day begins, and the last one ends, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A family at work, live or gone through again. */
type Course = Pick<Family, "parent" | "children" | "state" | "isPast" | "origin">;

/** Judges a day of a family and tells what it shows. */
export function judgeFamily(
  sink: Pick<FindingSink, "emit">,
  course: Course,
  day: FamilyDay,
  atMs: number,
  parameters: FamilyParameters,
): void {
  const before = course.state.openMs;
  const step = stepFamily(course.state, day, parameters);
  if (step === "none") return;
  const startMs = course.state.openMs || before;
  course.isPast = isStillPast(course, step, startMs, day);
  sink.emit(signalOf(course, step, startMs, atMs));
  if (step === "clear") course.isPast = false;
}

/**
 * Goes through a family's kept days twice: as they were judged, and with the stale ones made of all intervals of each member (in the
 * order of `members`). Null when no day is stale.
 */
export function familyCourses(
  family: Family,
  intervals: readonly (readonly EmittedInterval[])[],
  parameters: FamilyParameters,
): FamilyCourses | null {
  const span = family.staleSpan();
  if (span === null) return null;
  const again = family.againBy(intervals);
  const { before, days } = family.past;
  const asJudged = run(family, before, days, parameters);
  const asKnown = run(
    family,
    before,
    days.map(([day, was]) => [day, again.has(day) ? (again.get(day) ?? null) : was]),
    parameters,
  );
  const { state, isPast } = asKnown.course;
  return { asJudged: asJudged.signals, asKnown: asKnown.signals, later: { state, isPast, days: again }, ...span };
}

function run(
  { parent, children, origin }: Family,
  before: FamilyLearnt,
  days: readonly (readonly [number, FamilyDay | null])[],
  parameters: FamilyParameters,
): { readonly course: Course; readonly signals: readonly Signal[] } {
  const course: Course = { parent, children, origin, state: { ...before.state }, isPast: before.isPast };
  const signals: Signal[] = [];
  const sink = { emit: (signal: Signal) => void signals.push(signal) };
  const { openMs } = course.state;
  // The course goes on with a finding that was open before its first day.
  if (openMs !== 0) sink.emit({ ...signalOf(course, "open", openMs, openMs), proof: null });
  for (const [, day] of days) if (day !== null) judgeFamily(sink, course, day, day.startMs + DAY_MS, parameters);
  return { course, signals };
}

function signalOf(course: Course, step: Exclude<Step, "none">, startMs: number, atMs: number): Signal {
  const { parent, state, isPast } = course;
  return {
    type: step === "hold" ? "update" : step,
    rule: "PARENT_CHILD",
    direction: state.openSide >= 0 ? "up" : "down",
    who: subjectOf(parent),
    pricePerM3: parent.pricePerM3,
    startMs,
    atMs,
    isPast,
    proof: step === "clear" ? null : familyProof(course),
  };
}

function isStillPast(course: Course, step: Step, startMs: number, day: FamilyDay): boolean {
  const { origin, isPast: wasPast } = course;
  const isPast = step === "open" ? isImported(origin, startMs) : wasPast;
  return isPast && !isLiveLongEnough(origin, day.startMs);
}

function isImported({ lastImportMs }: FamilyOrigin, startMs: number): boolean {
  return lastImportMs !== 0 && startMs <= lastImportMs;
}
