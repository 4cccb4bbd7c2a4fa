import type { Step } from "./flow.ts";

/** What a parent meter is judged by against its children. */
export interface FamilyParameters {
  /** Share of the parent's volume that may differ beyond what the meters' classes allow. */
  readonly leastShare: number;
  /** Days in a row on one side that make a finding, and within that end it. */
  readonly heldDays: number;
}
/** Ours: a tenth of what DOMAIN 3.4's deviation rates are set to in the field, since the classes are counted apart. */
export const FAMILY_PARAMETERS: FamilyParameters = { leastShare: 0.02, heldDays: 3 };

/** A day of a parent meter and its children, volumes in m³. */
export interface FamilyDay {
  readonly startMs: number;
  readonly parentM3: number;
  readonly childrenM3: number;
  /** What the classes and the counts of all the meters allow them to differ by. */
  readonly toleranceM3: number;
}

/** State of one parent meter. */
export interface FamilyState {
  /** Days in a row on the side of `side`: 1 the parent shows more, -1 less. */
  days: number;
  side: number;
  startMs: number;
  withinDays: number;
  openMs: number;
  openSide: number;
  /** Mean of the days since `startMs`, m³ a day. */
  parentM3: number;
  childrenM3: number;
  toleranceM3: number;
}

/** A parent that nothing is known of. */
export function newFamilyState(): FamilyState {
  return {
    days: 0,
    side: 0,
    startMs: 0,
    withinDays: 0,
    openMs: 0,
    openSide: 0,
    parentM3: 0,
    childrenM3: 0,
    toleranceM3: 0,
  };
}

/**
 * A parent meter against the sum of its children: the day's difference beyond what the meters' classes allow and beyond 2 % of the
 * parent's volume, three judged days in a row on one side. More at the parent is water that leaks or is not metered between them, less
 * is a parent that counts too little, or a child that does not belong to it. Three days within end it.
 *
 * The classes: the parent's error fully, the children's by their root sum of squares (independent meters), and one count of each register.
 * Null case: a day with less than 95 % of the parent's or of the children's time measured is left out by the caller, and breaks no row.
 * Source: DOMAIN 3.4 PARENT_CHILD (deviation rate over a limit); OIML R 49-1, errors by class; combining them is ours.
 */
export function stepFamily(state: FamilyState, day: FamilyDay, p: FamilyParameters): Step {
  const difference = day.parentM3 - day.childrenM3;
  if (!Number.isFinite(difference)) return "none";
  const limit = day.toleranceM3 + p.leastShare * Math.max(day.parentM3, day.childrenM3);
  const side = Math.abs(difference) <= limit ? 0 : Math.sign(difference);
  noteDay(state, day, side);
  return state.openMs === 0 ? opening(state, p) : closing(state, side, p);
}

function noteDay(state: FamilyState, day: FamilyDay, side: number): void {
  if (side === 0) {
    state.days = 0;
    state.side = 0;
    state.withinDays++;
    return;
  }
  if (side !== state.side) {
    state.days = 0;
    state.startMs = day.startMs;
  }
  state.side = side;
  state.days++;
  state.withinDays = 0;
  const share = 1 / state.days;
  state.parentM3 = state.days === 1 ? day.parentM3 : state.parentM3 + share * (day.parentM3 - state.parentM3);
  state.childrenM3 = state.days === 1 ? day.childrenM3 : state.childrenM3 + share * (day.childrenM3 - state.childrenM3);
  state.toleranceM3 = day.toleranceM3;
}

function opening(state: FamilyState, { heldDays }: FamilyParameters): Step {
  if (state.days < heldDays) return "none";
  state.openMs = state.startMs;
  state.openSide = state.side;
  return "open";
}

function closing(state: FamilyState, side: number, { heldDays }: FamilyParameters): Step {
  const isOver = state.withinDays >= heldDays || (side === -state.openSide && state.days >= heldDays);
  if (!isOver) return "hold";
  state.openMs = 0;
  return "clear";
}
