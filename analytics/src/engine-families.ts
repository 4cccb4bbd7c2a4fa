import type { EngineOptions, FindingSink } from "./engine.ts";
import { type FamilyCourses, familyCourses, judgeFamily } from "./family-findings.ts";
import { type Family, type FamilyImage, familiesOf } from "./pure/districts/family.ts";
import type { FamilyLater } from "./pure/districts/family-past.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn } from "./pure/shards.ts";

/** A late reading changes the intervals beside it too. */
const REACH_PERIODS = 1.5;

/** A parent with days to be judged again. `notes` grows with every late reading: while it does more may come. */
export interface StaleFamily {
  readonly parent: string;
  readonly notes: number;
}

/** What a family's stale days are judged again by. */
export interface FamilyBasis {
  /** The parent, then its children. */
  readonly members: readonly MeteredChannel[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** What is kept of the families in a snapshot, by the parent's meter. */
export type FamiliesImage = readonly (readonly [string, FamilyImage])[];

/** Parent meters against the sums of their children. */
export class Families {
  readonly #sink: FindingSink;
  readonly #options: Pick<EngineOptions, "shard" | "tuning">;
  #families = new Map<string, Family>();
  #byMember = new Map<string, readonly Family[]>();

  constructor(sink: FindingSink, options: Pick<EngineOptions, "shard" | "tuning">) {
    this.#sink = sink;
    this.#options = options;
  }

  setRegistry(primary: readonly MeteredChannel[]): void {
    const before = this.image();
    const parameters = () => this.#options.tuning().PARENT_CHILD;
    const all = familiesOf(primary, calendarOf, ({ meter }) => isIn(this.#options.shard, meter), parameters);
    this.#families = new Map(all.map((family) => [family.parent.meter, family]));
    const members = primary.flatMap(({ meter, parent }) =>
      [this.#families.get(meter), this.#families.get(parent ?? "")].flatMap((family) =>
        family === undefined ? [] : [{ meter, family }],
      ),
    );
    const grouped = Map.groupBy(members, ({ meter }) => meter);
    this.#byMember = new Map([...grouped].map(([meter, of]) => [meter, of.map(({ family }) => family)]));
    this.restore(before);
  }

  /** The families that a meter is in, as parent or child; undefined for nearly all meters. */
  around({ meter }: MeteredChannel): readonly Family[] | undefined {
    return this.#byMember.get(meter);
  }

  add(families: readonly Family[], meter: string, interval: EmittedInterval, m3: number, state: MeterState): void {
    for (const family of families) {
      family.add(meter, interval, m3);
      for (let day = family.nextDay(interval.endMs); day; day = family.nextDay(interval.endMs)) {
        family.origin = { liveSinceMs: state.liveSinceMs, lastImportMs: state.lastImportMs };
        judgeFamily(this.#sink, family, day, interval.knownAtMs, this.#options.tuning().PARENT_CHILD);
      }
    }
  }

  image(): FamiliesImage {
    return [...this.#families].map(([meter, family]) => [meter, family.image()]);
  }

  restore(image: FamiliesImage | undefined): void {
    for (const [meter, saved] of image ?? []) this.#families.get(meter)?.restore(saved);
  }

  /** A reading of a member came late. */
  noteLate(families: readonly Family[], readAtMs: number, periodMs: number): void {
    const reachMs = REACH_PERIODS * periodMs;
    for (const family of families) family.noteLate(readAtMs - reachMs, readAtMs + reachMs);
  }

  /** Parents some of whose judged days have other readings now. */
  stale(): StaleFamily[] {
    return [...this.#families].flatMap(([parent, { past }]) =>
      past.staleDays.length > 0 ? [{ parent, notes: past.notes }] : [],
    );
  }

  /** The registers that a parent's stale days are judged again by, and between which instants; undefined when none is stale. */
  basisOf(parent: string): FamilyBasis | undefined {
    const family = this.#families.get(parent);
    const span = family?.staleSpan();
    return family && span ? { members: family.members, ...span } : undefined;
  }

  /** What judging a parent's stale days again shows, by the intervals of each member; null when none is stale. */
  coursesOf(parent: string, intervals: readonly (readonly EmittedInterval[])[]): FamilyCourses | null {
    const family = this.#families.get(parent);
    return family === undefined ? null : familyCourses(family, intervals, this.#options.tuning().PARENT_CHILD);
  }

  /** Takes over what a parent's days judged again have taught; null leaves them as they were judged. */
  settle(parent: string, later: FamilyLater | null): void {
    this.#families.get(parent)?.settle(later);
  }
}
