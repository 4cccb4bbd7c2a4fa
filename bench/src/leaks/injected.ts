import { join } from "node:path";
import { type ReplayRow, replayReadings } from "@nightflow/analytics";
import { chanceOf } from "./bootstrap.ts";
import { isHeldOut, placeOf } from "./held-out.ts";
import { labelsOf, rowsOf, type Track } from "./leak-bench.ts";
import { type Figures, figuresOf, foundShare, type LabelledMeter, type ScoredMeter, scoreMeters } from "./score.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Between two leaks of one series there is time for the first to end. */
const APART_MS = 21 * DAY_MS;
/** The seed whose series are taken, and the sets of leaks that each track gets unless told otherwise. */
const BASE_SEED = "-1-";
export const INJECTED_SETS = { customer: 6, dma: 24 } as const;
const LEAKS_OF_SERIES = { customer: 2, dma: 5 } as const;

type Chance = () => number;
type Event = LabelledMeter["events"][number];

/** What the detectors find of leaks put into the series at random: all, places that were tuned on, places held out. */
export interface InjectedScore {
  readonly all: Figures;
  readonly tuned: Figures;
  readonly heldOut: Figures;
  /** Of each kind how many there are, and the shares found: all, tuned, held out. */
  readonly byKind: Readonly<Record<string, { readonly events: number; readonly found: readonly number[] }>>;
}

/** One real series without the leaks that the cases put into it. */
interface BaseSeries {
  readonly label: LabelledMeter;
  readonly rows: readonly ReplayRow[];
}

/**
 * Puts `sets` sets of new leaks into the real series of a track (without the leaks of the cases) and scores the live detectors on them. With so
 * many leaks one more or less is no matter of chance, and no rule was tuned on them. The same leaks each time.
 */
export async function scoreInjected(folder: string, track: Track, sets: number): Promise<InjectedScore> {
  const base = await baseSeries(folder, track);
  const meters: ScoredMeter[] = [];
  for (let set = 1; set <= sets; set++) meters.push(...(await scoreSet(base, track, set)));
  const tuned = meters.filter(({ meter }) => !isHeldOut(meter));
  const heldOut = meters.filter(({ meter }) => isHeldOut(meter));
  const kinds = [...new Set(meters.flatMap(({ events }) => events.map(({ kind }) => kind)))].sort();
  return {
    all: figuresOf(meters),
    tuned: figuresOf(tuned),
    heldOut: figuresOf(heldOut),
    byKind: Object.fromEntries(
      kinds.map((kind) => [
        kind,
        {
          events: eventsOf(meters, kind).length,
          found: [meters, tuned, heldOut].map((some) => foundShare(eventsOf(some, kind))),
        },
      ]),
    ),
  };
}

async function scoreSet(base: readonly BaseSeries[], track: Track, set: number): Promise<ScoredMeter[]> {
  const chance = chanceOf(set);
  const series = base.map((one) => withLeaks(one, track, set, chance));
  const options = { kind: track.kind, zone: track.zone };
  const alarms = await replayReadings(
    series.flatMap(({ rows }) => rows),
    options,
  );
  return scoreMeters({ track: track.name, meters: series.map(({ label }) => label) }, alarms);
}

function eventsOf(meters: readonly ScoredMeter[], kind: string) {
  return meters.flatMap((meter) => meter.events.filter((event) => event.kind === kind));
}

async function baseSeries(folder: string, track: Track): Promise<BaseSeries[]> {
  const { meters } = await labelsOf(folder, track);
  const labels = new Map(meters.filter(({ meter }) => meter.includes(BASE_SEED)).map((label) => [label.meter, label]));
  const rows = new Map([...labels.keys()].map((meter): [string, ReplayRow[]] => [meter, []]));
  for await (const row of rowsOf(join(folder, track.name, "readings.csv.gz"))) rows.get(row.meter)?.push(row);
  return [...labels.values()].map((label) => withoutLeaks(label, rows.get(label.meter) ?? []));
}

/** What the cases added is taken out; what they changed otherwise (stopped, under-registration) stays, and stays labelled. */
function withoutLeaks(label: LabelledMeter, rows: readonly ReplayRow[]): BaseSeries {
  const isAdded = (event: Event) => event.leak_l.some((litres) => litres > 0);
  const added = label.events.filter(isAdded);
  return {
    label: { ...label, events: label.events.filter((event) => !isAdded(event)) },
    rows: withVolume(rows, added, -1),
  };
}

function withLeaks({ label, rows }: BaseSeries, track: Track, set: number, chance: Chance): BaseSeries {
  const meter = `injected-${set}-${placeOf(label.meter)}`;
  const events: Event[] = [...label.events];
  const meanLitres = meanLitresPerHour(rows);
  for (let no = 0; no < LEAKS_OF_SERIES[track.name]; no++) {
    const leak = track.name === "dma" ? districtLeak(no + set, meanLitres, chance) : customerLeak(no + set, chance);
    const event = placed(leak, label, events, chance);
    if (event) events.push(event);
  }
  const added = events.slice(label.events.length);
  return {
    label: { ...label, meter, events },
    rows: withVolume(rows, added, 1).map((row) => ({ ...row, meter })),
  };
}

/** The register with the litres of some events more or less; it never falls by what rounding leaves. */
function withVolume(rows: readonly ReplayRow[], events: readonly Event[], sign: 1 | -1): ReplayRow[] {
  const sums = events.map((event) => ({ fromMs: Date.parse(event.start), litres: cumulated(event.leak_l) }));
  let highest = 0;
  return rows.map((row) => {
    const litres = sums.reduce((sum, { fromMs, litres: of }) => {
      const hours = Math.max(0, Math.floor((row.readAtMs - fromMs) / HOUR_MS));
      return sum + (of[Math.min(hours, of.length - 1)] ?? 0);
    }, 0);
    highest = Math.max(highest, Math.floor(row.value * 1000 + sign * litres + 1e-6) / 1000);
    return { ...row, value: highest };
  });
}

/** Litres after so many hours, from none. */
function cumulated(litres: readonly number[]): number[] {
  const sums = [0];
  for (const of of litres) sums.push((sums.at(-1) ?? 0) + of);
  return sums;
}

function meanLitresPerHour(rows: readonly ReplayRow[]): number {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return 0;
  return ((last.value - first.value) * 1000 * HOUR_MS) / (last.readAtMs - first.readAtMs);
}

type Leak = Pick<Event, "kind" | "leak_l">;
const SIZES = [2, 5, 10, 20] as const;

/** As in the cases: four weeks, 2 to 20 % of the mean inflow, every second one growing over two weeks. */
function districtLeak(no: number, meanLitres: number, chance: Chance): Leak {
  const size = SIZES[Math.floor(chance() * SIZES.length)] ?? 10;
  const [litres, isRamp] = [(meanLitres * size) / 100, no % 2 === 1];
  const share = (hour: number) => (isRamp ? Math.min(1, (hour + 1) / (14 * 24)) : 1);
  return {
    kind: `${isRamp ? "ramp" : "abrupt"}-${size}%`,
    leak_l: Array.from({ length: 28 * 24 }, (_, hour) => litres * share(hour)),
  };
}

const CUSTOMER_LEAKS: readonly ((chance: Chance) => Leak)[] = [
  (chance) => steady("drip", 21 * 24, between(chance, 2, 5)),
  (chance) => steady("toilet", 14 * 24, between(chance, 12, 33)),
  (chance) => comesAndGoes(chance, between(chance, 18, 56)),
  (chance) => growing(between(chance, 19, 43)),
  (chance) => steady("burst", Math.round(between(chance, 10, 30)), between(chance, 320, 1190)),
];

/** As in the cases, within the same lengths and sizes. */
function customerLeak(no: number, chance: Chance): Leak {
  const make = CUSTOMER_LEAKS[(no + Math.floor(chance() * CUSTOMER_LEAKS.length)) % CUSTOMER_LEAKS.length];
  return make?.(chance) ?? steady("drip", 21 * 24, 3);
}

function steady(kind: string, hours: number, litres: number): Leak {
  return { kind, leak_l: Array.from({ length: hours }, () => litres) };
}

function growing(litres: number): Leak {
  const hours = 21 * 24;
  return { kind: "growing", leak_l: Array.from({ length: hours }, (_, hour) => (litres * (hour + 1)) / hours) };
}

/** Runs in a third of the hours, for some hours each time. */
function comesAndGoes(chance: Chance, litres: number): Leak {
  let isOn = true;
  const leak = Array.from({ length: 14 * 24 }, () => {
    if (chance() < (isOn ? 0.25 : 0.12)) isOn = !isOn;
    return isOn ? litres : 0;
  });
  return { kind: "intermittent", leak_l: leak };
}

function between(chance: Chance, low: number, high: number): number {
  return low + (high - low) * chance();
}

/** A leak at a time when nothing else goes on; undefined when the series is full. */
function placed(
  { kind, leak_l }: Leak,
  label: LabelledMeter,
  others: readonly Event[],
  chance: Chance,
): Event | undefined {
  const lengthMs = leak_l.length * HOUR_MS;
  const [fromMs, untilMs] = [Date.parse(label.warm), Date.parse(label.last) - lengthMs];
  const busy = [...others.map(({ start, end }) => [start, end] as const), ...label.natural].map(
    ([start, end]) => [Date.parse(start), Date.parse(end)] as const,
  );
  for (let tries = 0; tries < 50; tries++) {
    const startMs = Math.floor(between(chance, fromMs, untilMs) / HOUR_MS) * HOUR_MS;
    const endMs = startMs + lengthMs;
    if (busy.some(([start, end]) => startMs < end + APART_MS && endMs + APART_MS > start)) continue;
    return { kind, leak_l, start: new Date(startMs).toISOString(), end: new Date(endMs).toISOString() };
  }
  return undefined;
}
