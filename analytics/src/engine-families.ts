import type { EngineOptions, FindingSink } from "./engine.ts";
import { isLiveLongEnough } from "./meter-findings.ts";
import type { Step } from "./pure/detectors/flow.ts";
import { type FamilyDay, stepFamily } from "./pure/detectors/parent-child.ts";
import { type Family, type FamilyImage, familiesOf } from "./pure/districts/family.ts";
import { familyProof } from "./pure/districts/proofs.ts";
import type { EmittedInterval } from "./pure/intervals.ts";
import { calendarOf } from "./pure/local-time.ts";
import type { MeterState } from "./pure/meter-table.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { isIn } from "./pure/shards.ts";
import { subjectOf } from "./watched-meter.ts";

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
    const all = familiesOf(primary, calendarOf, ({ meter }) => isIn(this.#options.shard, meter));
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
      for (let day = family.nextDay(interval.endMs); day; day = family.nextDay(interval.endMs))
        this.#judge(family, day, interval.knownAtMs, state);
    }
  }

  image(): FamiliesImage {
    return [...this.#families].map(([meter, family]) => [meter, family.image()]);
  }

  restore(image: FamiliesImage | undefined): void {
    for (const [meter, saved] of image ?? []) this.#families.get(meter)?.restore(saved);
  }

  #judge(family: Family, day: FamilyDay, atMs: number, state: MeterState): void {
    const { parent } = family;
    const before = family.state.openMs;
    const step = stepFamily(family.state, day, this.#options.tuning().PARENT_CHILD);
    if (step === "none") return;
    const startMs = family.state.openMs || before;
    family.isPast = isStillPast(family, step, startMs, day, state);
    this.#sink.emit({
      type: step === "hold" ? "update" : step,
      rule: "PARENT_CHILD",
      direction: family.state.openSide >= 0 ? "up" : "down",
      who: subjectOf(parent),
      pricePerM3: parent.pricePerM3,
      startMs,
      atMs,
      isPast: family.isPast,
      proof: step === "clear" ? null : familyProof(family),
    });
    if (step === "clear") family.isPast = false;
  }
}

function isStillPast(family: Family, step: Step, startMs: number, day: FamilyDay, state: MeterState): boolean {
  const isPast = step === "open" ? state.lastImportMs !== 0 && startMs <= state.lastImportMs : family.isPast;
  return isPast && !isLiveLongEnough(state, day.startMs);
}
