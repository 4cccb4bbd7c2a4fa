import { type FamilyDay, type FamilyParameters, type FamilyState, newFamilyState } from "../detectors/parent-child.ts";
import type { EmittedInterval } from "../intervals.ts";
import type { ZoneCalendar } from "../local-time.ts";
import type { MeteredChannel } from "../registry.ts";
import { type Measured, measure } from "./day.ts";
import { type FamilyLater, FamilyPast, type FamilyPastImage } from "./family-past.ts";

/** A day is judged when it is whole; one that has waited when so much of it was measured. */
const WHOLE = 0.999;
const LEAST_MEASURED = 0.95;
/** Days that a day waits for children whose readings are late. */
const WAITS_DAYS = 2;
/** Largest errors by class where the registry does not know them, percent: OIML R 49 class 2, EN 1359 class 1.5. */
const CLASS_ERROR = { water: 2, gas: 1.5 } as const;

/** What a family keeps in a snapshot. */
export interface FamilyImage {
  readonly state: FamilyState;
  readonly days: readonly (readonly [number, readonly Measured[]])[];
  readonly judgedDay: number;
  readonly isPast: boolean;
  /** Absent in snapshots of programs that judged no family again. */
  readonly past?: FamilyPastImage;
  readonly origin?: FamilyOrigin;
}

/** Where a family's readings come from: first live one, newest imported one; 0 when there is none. */
export interface FamilyOrigin {
  readonly liveSinceMs: number;
  readonly lastImportMs: number;
}

/** A parent meter with its children: their volumes by local day, the parent's first. */
export class Family {
  readonly parent: MeteredChannel;
  readonly members: readonly MeteredChannel[];
  state: FamilyState = newFamilyState();
  /** Whether the open finding began in imported rows. */
  isPast = false;
  /** Of the meter that told last. */
  origin: FamilyOrigin = { liveSinceMs: 0, lastImportMs: 0 };
  readonly past: FamilyPast;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #calendar: ZoneCalendar;
  #days = new Map<number, Measured[]>();
  #judgedDay = Number.NEGATIVE_INFINITY;

  constructor(
    parent: MeteredChannel,
    children: readonly MeteredChannel[],
    calendar: ZoneCalendar,
    parameters: () => FamilyParameters,
  ) {
    this.parent = parent;
    this.members = [parent, ...children];
    this.past = new FamilyPast(parameters);
    this.#numbers = new Map(this.members.map(({ meter }, no) => [meter, no]));
    this.#calendar = calendar;
  }

  /** Adds an interval of the parent or of a child; one of a day that was judged makes that day stale. */
  add(meter: string, interval: EmittedInterval, m3: number): void {
    const no = this.#numbers.get(meter);
    const day = this.#calendar.dayOf(interval.startMs);
    if (no === undefined) return;
    if (day <= this.#judgedDay) {
      this.past.noteBehind(day);
      return;
    }
    measureInto(this.#days, day, this.members.length, no, interval, m3);
  }

  /** Late readings changed a member between two instants: what was judged of these days, or will be without them, is to be judged again. */
  noteLate(fromMs: number, toMs: number): void {
    this.past.noteLate(this.#calendar.dayOf(fromMs), this.#calendar.dayOf(toMs));
  }

  /** The oldest day that is complete, or has waited long enough by `atMs`; days that nobody can judge are passed over. */
  nextDay(atMs: number): FamilyDay | undefined {
    const today = this.#calendar.dayOf(atMs);
    for (const day of [...this.#days.keys()].sort((a, b) => a - b)) {
      if (day >= today) return undefined;
      const isLate = today - day > WAITS_DAYS;
      const judged = this.dayOf(day, this.#days.get(day) ?? [], isLate ? LEAST_MEASURED : WHOLE);
      if (judged === undefined && !isLate) return undefined;
      this.#days.delete(day);
      this.#judgedDay = day;
      this.past.noteJudged(day, judged ?? null);
      if (judged !== undefined) return judged;
    }
    return undefined;
  }

  get children(): number {
    return this.members.length - 1;
  }

  /** Instants between which the stale days lie; null when none is. */
  staleSpan(): { readonly fromMs: number; readonly toMs: number } | null {
    const [first, last] = [this.past.staleDays[0], this.past.staleDays.at(-1)];
    if (first === undefined || last === undefined) return null;
    return { fromMs: this.#calendar.instantOf(first), toMs: this.#calendar.instantOf(last + 1) };
  }

  /** The stale days as they are by all intervals of each member, given in the order of `members`. */
  againBy(intervals: readonly (readonly EmittedInterval[])[]): Map<number, FamilyDay | null> {
    const days = new Map<number, Measured[]>();
    for (const [no, ofMember] of intervals.entries()) {
      const m3PerCount = (this.members[no]?.litresPerCount ?? 0) / 1000;
      for (const interval of ofMember)
        measureInto(
          days,
          this.#calendar.dayOf(interval.startMs),
          this.members.length,
          no,
          interval,
          interval.counts * m3PerCount,
        );
    }
    const known = this.past.staleDays.map(
      (day) => [day, this.dayOf(day, days.get(day) ?? [], LEAST_MEASURED) ?? null] as const,
    );
    return new Map(known);
  }

  /** Takes over what its days judged again have taught. */
  settle(later: FamilyLater | null): void {
    if (later !== null) {
      this.state = { ...later.state };
      this.isPast = later.isPast;
    }
    this.past.settle(later);
  }

  image(): FamilyImage {
    return {
      state: this.state,
      days: [...this.#days],
      judgedDay: Number.isFinite(this.#judgedDay) ? this.#judgedDay : -1e9,
      isPast: this.isPast,
      past: this.past.image(),
      origin: this.origin,
    };
  }

  /** Takes a kept state; days of other members than today's are left out. */
  restore(image: FamilyImage): void {
    this.state = { ...newFamilyState(), ...image.state };
    this.isPast = image.isPast;
    this.origin = image.origin ?? this.origin;
    this.#judgedDay = image.judgedDay;
    const days = image.days.filter(([, sides]) => sides.length === this.members.length);
    this.#days = new Map(days.map(([day, sides]) => [day, sides.map((side) => ({ ...side }))]));
    this.past.restore(image.past, { state: this.state, isPast: this.isPast });
  }

  /** A day by what each member measured; undefined where too little of it was. */
  dayOf(day: number, [parent, ...children]: readonly Measured[], leastMeasured: number): FamilyDay | undefined {
    const startMs = this.#calendar.instantOf(day);
    const dueMs = this.#calendar.instantOf(day + 1) - startMs;
    const goodMs = children.reduce((sum, side) => sum + side.goodMs, 0);
    const share = Math.min(goodMs / (dueMs * children.length), (parent?.goodMs ?? 0) / dueMs);
    if (parent === undefined || !(share >= leastMeasured)) return undefined;
    const childrenM3 = children.reduce((sum, side) => sum + side.m3, 0);
    // What was not measured may be on either side.
    const unmeasuredM3 = Math.max(0, 1 - share) * Math.max(parent.m3, childrenM3);
    return {
      startMs,
      parentM3: parent.m3,
      childrenM3,
      toleranceM3: this.#toleranceM3(parent, children) + unmeasuredM3,
    };
  }

  #toleranceM3(parent: Measured, children: readonly Measured[]): number {
    const errorOf = (no: number, { m3 }: Measured) => {
      const meta = this.members[no];
      return (m3 * (meta?.errorPercent ?? CLASS_ERROR[meta?.commodity ?? "water"])) / 100;
    };
    const squares = children.reduce((sum, side, i) => sum + errorOf(i + 1, side) ** 2, 0);
    const counts = this.members.reduce((sum, { litresPerCount }) => sum + (litresPerCount ?? 0), 0);
    return Math.abs(errorOf(0, parent)) + Math.sqrt(squares) + counts / 1000;
  }
}

function measureInto(
  days: Map<number, Measured[]>,
  day: number,
  members: number,
  no: number,
  interval: EmittedInterval,
  m3: number,
): void {
  let sides = days.get(day);
  if (sides === undefined) {
    sides = Array.from({ length: members }, () => ({ m3: 0, goodMs: 0, estimatedMs: 0 }));
    days.set(day, sides);
  }
  const side = sides[no];
  if (side !== undefined) measure(side, interval, m3);
}

/** The families of the registry: parents with a register, and the meters that name them. */
export function familiesOf(
  primary: readonly MeteredChannel[],
  calendarOf: (zone: string) => ZoneCalendar,
  isHere: (parent: MeteredChannel) => boolean,
  parameters: () => FamilyParameters,
): Family[] {
  const children = Map.groupBy(
    primary.filter(({ parent }) => parent !== null && parent !== undefined),
    ({ parent }) => parent ?? "",
  );
  if (children.size === 0) return [];
  return primary.flatMap((meta) => {
    const own = children.get(meta.meter)?.filter(({ commodity }) => commodity === meta.commodity);
    if (own === undefined || own.length === 0 || !isHere(meta)) return [];
    return [new Family(meta, own, calendarOf(meta.zone), parameters)];
  });
}
