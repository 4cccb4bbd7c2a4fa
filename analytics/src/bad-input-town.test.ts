import { describe, expect, test } from "vitest";
import { Engine, type EngineOutput } from "./engine.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { columnsOf, HOUR_MS, homeLitres, hourlyRows, meterOf, type SeriesRow, START_MS } from "./testing/series.ts";

const DAYS = 45;
const HOURS = DAYS * 24;
/** Clocks go back on the 26th of October, three weeks in. */
const SHIFT_MS = Date.parse("2025-10-05T00:00:00Z") - START_MS;
const ZONE = { zone: "Europe/Madrid" };

const INLET = meterOf("inlet", { ...ZONE, purpose: "dma", inletOf: [{ dma: "north", sign: 1 }] });
const BLOCK = meterOf("block", { ...ZONE, dma: "north", q3M3h: 16, capacityCounts: 1_000_000 });
const FLATS = Array.from({ length: 5 }, (_, i) =>
  meterOf(`flat${i}`, { ...ZONE, parent: "block", purpose: "station" }),
);
const HOMES = Array.from({ length: 5 }, (_, i) =>
  meterOf(`home${i}`, { ...ZONE, dma: "north", agent: "north/a1", maxCountsPerHour: 3125 }),
);
const OFFICE = meterOf("office", { ...ZONE, dma: "north", isKeyAccount: true, account: "a" });
const GAUGES = ["p1", "p2", "p3"]
  .map((id) =>
    meterOf(id, {
      ...ZONE,
      channel: `${id}.pressure`,
      purpose: "station",
      quantity: "pressure",
      unit: "kPa",
      dma: "north",
    }),
  )
  .map((gauge) => ({ ...gauge, litresPerCount: null }));
const TOWN: readonly MeteredChannel[] = [INLET, BLOCK, ...FLATS, ...HOMES, OFFICE, ...GAUGES];

/** Litres of an hour; what comes in is what all customers use, and a little that leaks. */
function litresOf(meter: string, hour: number): number {
  if (meter === "block") return FLATS.reduce((sum, { meter: flat }) => sum + litresOf(flat, hour), 0);
  if (meter === "office") return 500 + 40 * homeLitres(hour + 1);
  if (meter === "inlet") return [BLOCK, OFFICE, ...HOMES].reduce((sum, of) => sum + litresOf(of.meter, hour), 400);
  return homeLitres(hour + Number(meter.at(-1)));
}

function rowsOf(channel: MeteredChannel, no: number): SeriesRow[] {
  const rows = hourlyRows(channel.channel, HOURS, (hour) => litresOf(channel.meter, hour));
  const kPaOf = (hour: number) => 350 - 5 * no + 15 * Math.sin(hour / 4) + ((hour * 7919 + no) % 7) / 3;
  return rows.map((row, hour) => ({
    ...row,
    readAtMs: row.readAtMs + SHIFT_MS,
    ...(channel.quantity === "pressure" ? { gauge: kPaOf(hour) } : {}),
  }));
}

type Fault = (rows: readonly SeriesRow[], at: number) => readonly SeriesRow[];
const changed = (rows: readonly SeriesRow[], isHit: (i: number) => boolean, change: (row: SeriesRow) => SeriesRow) =>
  rows.map((row, i) => (isHit(i) ? change(row) : row));

const FAULTS: Record<string, Fault> = {
  falls: (rows, at) =>
    changed(
      rows,
      (i) => i > at,
      (row) => ({ ...row, counts: Math.max(0, row.counts - 900) }),
    ),
  freezes: (rows, at) =>
    changed(
      rows,
      (i) => i > at && i < at + 72,
      (row) => ({ ...row, counts: rows[at]?.counts ?? 0 }),
    ),
  jumps: (rows, at) =>
    changed(
      rows,
      (i) => i > at,
      (row) => ({ ...row, counts: row.counts + 5_000_000 }),
    ),
  "is a month late": (rows, at) => [...rows.slice(0, at - 360), ...rows.slice(at), ...rows.slice(at - 360, at)],
  "comes twice": (rows) => rows.flatMap((row) => [row, row]),
  "is silent": (rows, at) => rows.slice(0, at),
  "is at 1970": (rows, at) =>
    changed(
      rows,
      (i) => i === at,
      (row) => ({ ...row, readAtMs: 3_600_000 }),
    ),
  "has gaps": (rows) => rows.filter((_, i) => (i * 2_654_435_761) % 97 > 35),
  "is no number": (rows, at) =>
    changed(
      rows,
      (i) => i > at && i < at + 9,
      (row) => ({ ...row, ...(row.gauge === undefined ? { quality: 2 } : { gauge: Number.NaN }) }),
    ),
  "is endless": (rows, at) =>
    changed(
      rows,
      (i) => i === at,
      (row) => (row.gauge === undefined ? row : { ...row, gauge: Number.POSITIVE_INFINITY }),
    ),
};
const NAMES = Object.keys(FAULTS);

/** Every number in a value, however deep. */
function numbersIn(part: unknown): number[] {
  if (typeof part === "number") return [part];
  return typeof part === "object" && part !== null ? Object.values(part).flatMap(numbersIn) : [];
}

const isBroken = (text: string) => /NaN|undefined|Infinity/.test(text);

/** What is told of a town by days as they arrive, and when what came late is judged again. */
function run(seed: number, faultOf: (no: number, chance: () => number) => string | null) {
  const chance = chanceOf(seed);
  const faulty = TOWN.map((channel, no) => {
    const rows = rowsOf(channel, no);
    const fault = FAULTS[faultOf(no, chance) ?? ""];
    return fault === undefined ? rows : fault(rows, 24 * 18 + Math.floor(chance() * 24 * 14));
  });
  const engine = new Engine(TOWN);
  const outputs: EngineOutput[] = [];
  for (let from = 0; from < HOURS * 2; from += 24)
    outputs.push(engine.feed(columnsOf(faulty.flatMap((rows) => rows.slice(from, from + 24)))));
  outputs.push(engine.tick(START_MS + SHIFT_MS + HOURS * HOUR_MS));
  const families = engine.staleFamilies().flatMap(({ parent }) => {
    const basis = engine.familyBasisOf(parent);
    const curves = basis?.members.map(({ channel }) => {
      const of = faulty.flat().filter((row) => row.channel === channel);
      return { channel, ...columnsOf(of.toSorted((a, b) => a.readAtMs - b.readAtMs)) };
    });
    return basis && curves ? (engine.replayFamily(parent, basis, curves) ?? []) : [];
  });
  const views = TOWN.flatMap(({ channel }) => engine.viewsOf(channel));
  return { outputs, families, views, gauges: engine.takeGauges(), events: outputs.flatMap(({ events }) => events) };
}

describe("a town whose registers and gauges misbehave", () => {
  test.each([1, 2, 3, 4, 5, 6])("tells finite numbers and whole words only (seed %i)", (seed) => {
    const { outputs, families, views, gauges, events } = run(seed, (_, chance) =>
      chance() < 0.6 ? (NAMES[Math.floor(chance() * NAMES.length)] ?? null) : null,
    );
    expect(numbersIn([outputs, families, gauges]).every(Number.isFinite)).toBe(true);
    const reasons = events.flatMap(({ evidence }) => (evidence ? [evidence.reason.zh, evidence.reason.en] : []));
    expect([...reasons, ...views.map(({ saw }) => saw)].filter(isBroken)).toEqual([]);
  });

  test("finds nothing where nothing is wrong, on a day of 25 hours too", () => {
    expect(run(1, () => null).events.map(({ rule, type, subject }) => `${rule} ${type} ${subject}`)).toEqual([]);
  });

  test("finds no leak where 40 % of the meters fall silent, or come a month late, or twice", () => {
    for (const fault of ["is silent", "is a month late", "comes twice"]) {
      const { events } = run(2, (no) => (no % 5 < 2 ? fault : null));
      const found = events.filter(({ rule }) => rule !== "COMMS" && rule !== "DATA_GAP");
      expect(found.map(({ rule, subject }) => `${fault}: ${rule} ${subject}`)).toEqual([]);
    }
  });
});
