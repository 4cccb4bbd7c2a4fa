import { describe, expect, test } from "vitest";
import { type DistrictReplay, Engine } from "./engine.ts";
import { MeterReplayer } from "./meter-replay.ts";
import { episodesOf } from "./pure/episodes.ts";
import { movedIntervals } from "./pure/interval-changes.ts";
import type { MeteredChannel } from "./pure/registry.ts";
import { PieceReader } from "./snapshot.ts";
import { columnsOf, HOUR_MS, homeLitres, hourlyRows, meterOf, type SeriesRow, START_MS } from "./testing/series.ts";
import { intervalOptionsOf } from "./watched-meter.ts";

const DAY = 24;
const DAYS = 50;
const inletOf = (name: string) => meterOf(name, { purpose: "dma", inletOf: [{ dma: "north", sign: 1 }] });
const INLETS = [inletOf("east"), inletOf("west")];
const HOMES = Array.from({ length: 4 }, (_, i) => meterOf(`home${i}`, { dma: "north" }));
const TOWN = [...INLETS, ...HOMES];

const hourOf = ({ readAtMs }: SeriesRow) => (readAtMs - START_MS) / HOUR_MS;
const noiseOf = (hour: number, seed: number) => (hour * 7919 + seed * 104_729) % 41;

/** Two inlets and four homes, hour by hour; `extra` is added to the first inlet. */
function townRows(extra: (hour: number) => number, seed = 1): SeriesRow[] {
  const inlets = INLETS.map(({ channel }, i) =>
    hourlyRows(channel, DAYS * DAY, (hour) => {
      const usual = (hour % DAY < 6 ? 400 : 1000) + noiseOf(hour + 13 * i, seed);
      return usual + (i === 0 ? extra(hour) : 0);
    }),
  );
  const homes = HOMES.map(({ channel }) => hourlyRows(channel, DAYS * DAY, homeLitres));
  return inOrder([...inlets, ...homes].flat());
}

function inOrder(rows: readonly SeriesRow[]): SeriesRow[] {
  return rows.toSorted((a, b) => a.readAtMs - b.readAtMs);
}

/** Feeds rows in the order of their arrival, and judges again what came late whenever `at` rows are in. */
class Town {
  engine: Engine;
  readonly arrived: SeriesRow[] = [];
  readonly events: ReturnType<Engine["feed"]>["events"][number][] = [];

  constructor(registry: readonly MeteredChannel[] = TOWN) {
    this.engine = new Engine(registry);
  }

  take(rows: readonly SeriesRow[]): this {
    for (const day of Map.groupBy(rows, (row) => Math.floor(hourOf(row) / DAY)).values())
      this.events.push(...this.engine.feed(columnsOf(day)).events);
    this.arrived.push(...rows);
    return this;
  }

  /** As the runner does: the meters first, then their districts. */
  judgeAgain(): DistrictReplay[] {
    for (const { channel, spans } of this.engine.takeLate()) {
      const basis = this.engine.basisOf(channel);
      if (basis === undefined) throw new Error(`${channel} is not judged`);
      const rows = inOrder(this.arrived.filter((row) => row.channel === channel));
      const curve = { channel, ...columnsOf(rows) };
      const replay = new MeterReplayer({}).replay(basis, curve, spans);
      if (replay) this.engine.putMeter(channel, replay.image);
      const options = intervalOptionsOf(basis.meta);
      const correct = () =>
        this.engine.correctDistricts(basis.meta, spans, (known) => movedIntervals(curve, spans, options, known));
      correct();
      // As after a crash that came before the batch was forgotten.
      correct();
    }
    return this.engine.staleDistricts().flatMap((dma) => {
      const replay = this.engine.replayDistrict(dma);
      this.engine.settleDistrict(dma, replay);
      return replay ?? [];
    });
  }

  /** As after a restart from a snapshot. */
  restarted(): this {
    const kept = this.engine.snapshot();
    this.engine = new Engine(TOWN);
    this.engine.restore(kept);
    return this;
  }
}

/** What a town's district has learnt and told, to nine digits: sums that were corrected differ from added ones in the last. */
function stateOf({ engine }: Town) {
  const [bytes] = engine.snapshotPieces();
  const piece = new PieceReader({ meters: 1, keyAccounts: 1, sides: 1 }).read(bytes ?? new Uint8Array());
  const [, image] = (piece.kind === "rest" && piece.districts[0]) || [];
  const { night, loss, customersNight, nextDay, nextBalanceDay, days, kept, judgedAs } = image ?? {};
  const rows = days?.map(([, { judged }]) => judged);
  return rounded({ night, loss, customersNight, nextDay, nextBalanceDay, rows, kept, judgedAs });
}

function rounded(value: unknown): unknown {
  const round = (number: number) => Number(number.toFixed(9));
  return JSON.parse(JSON.stringify(value, (_, known) => (typeof known === "number" ? round(known) : known)));
}

/** Those whose hour lies between two are left out, and come after all others. */
function split(rows: readonly SeriesRow[], isLate: (row: SeriesRow) => boolean) {
  return { inTime: rows.filter((row) => !isLate(row)), late: rows.filter(isLate) };
}

const isOf = (channel: string | undefined, from: number, to: number) => (row: SeriesRow) =>
  row.channel === channel && hourOf(row) > from && hourOf(row) < to;

const nightFindings = (town: Town) => episodesOf(town.events.filter(({ rule }) => rule === "NIGHT_MIN"));
const kindsOf = (replays: readonly DistrictReplay[], rule: string) =>
  replays.flatMap(({ changes }) =>
    changes.flatMap((change) => {
      const { finding } = change.kind === "gone" ? change.was : change.now;
      return finding.rule === rule ? [change.kind] : [];
    }),
  );
const EAST = INLETS[0]?.channel;
const GAP = 30 * DAY - 12;

describe("an inlet whose readings come a week late", () => {
  test("opens the leak that began and ended while it was silent, with its true start", () => {
    const leak = (hour: number) => (hour >= 30 * DAY && hour < 33 * DAY + 12 ? 400 : 0);
    const { inTime, late } = split(townRows(leak), isOf(EAST, GAP, GAP + 4 * DAY + 6));
    const town = new Town().take(inTime);
    expect(nightFindings(town)).toEqual([]);
    const replays = town.take(late).judgeAgain();
    expect(kindsOf(replays, "NIGHT_MIN")).toEqual(["new"]);
    const [change] = replays.flatMap(({ changes }) => changes.filter(({ kind }) => kind === "new"));
    const finding = change?.kind === "new" ? change.now.finding : undefined;
    expect(finding?.startMs).toBe(START_MS + (30 * DAY + 2) * HOUR_MS);
    expect(finding?.evidence).not.toBeNull();
  });

  test("moves the start of the leak that was found after the silence to when it began", () => {
    const leak = (hour: number) => (hour >= 30 * DAY ? 400 : 0);
    const { inTime, late } = split(townRows(leak), isOf(EAST, GAP, GAP + 3 * DAY + 12));
    const town = new Town().take(inTime);
    expect(nightFindings(town)[0]?.finding.startMs).toBeGreaterThan(START_MS + 33 * DAY * HOUR_MS);
    const replays = town.take(late).judgeAgain();
    const [change] = replays.flatMap(({ changes }) => changes.filter(({ kind }) => kind === "changed"));
    expect(change?.kind === "changed" && change.now.finding.startMs).toBe(START_MS + (30 * DAY + 2) * HOUR_MS);
  });

  test("withdraws the leak that its busy hours show to be demand", () => {
    // Guests: twice the water at busy hours, less more at night; without the day it looks like a leak.
    const isBusy = (ofDay: number) => (ofDay >= 7 && ofDay < 11) || (ofDay >= 18 && ofDay < 23);
    const guests = (hour: number) => (hour < 30 * DAY || hour >= 35 * DAY ? 0 : isBusy(hour % DAY) ? 1300 : 300);
    const isDay = (row: SeriesRow) => row.channel === EAST && hourOf(row) > 30 * DAY && hourOf(row) < 35 * DAY;
    const { inTime, late } = split(townRows(guests), (row) => isDay(row) && hourOf(row) % DAY > 6);
    const town = new Town().take(inTime);
    expect(nightFindings(town)).toHaveLength(1);
    const replays = town.take(late).judgeAgain();
    expect(kindsOf(replays, "NIGHT_MIN")).toEqual(["gone"]);
    expect(replays[0]).toMatchObject({ dma: "north", from: "2025-07-02", to: "2025-07-06" });
  });

  test("gets rows of the nights that could not be judged, and no others where nothing else changes", () => {
    const { inTime, late } = split(
      townRows(() => 0),
      isOf(EAST, 30 * DAY, 32 * DAY),
    );
    const town = new Town().take(inTime);
    const [replay] = town.take(late).judgeAgain();
    const nights = replay?.nights.filter(({ date }) => date < "2025-07-04") ?? [];
    expect(nights.map(({ date, completeness }) => [date, completeness])).toEqual([
      ["2025-07-02", 1],
      ["2025-07-03", 1],
    ]);
    expect(nights.every(({ mnfM3h, lossM3h }) => mnfM3h !== null && lossM3h !== null)).toBe(true);
    expect(replay?.changes).toEqual([]);
  });
});

describe("a district judged again", () => {
  test.each([1, 2, 3, 4, 5, 6])("has learnt and told what it would have had all come in time (seed %i)", (seed) => {
    const leak = (hour: number) => (hour >= (28 + seed) * DAY + 5 ? 90 * seed : 0);
    const rows = townRows(leak, seed);
    const random = seededRandom(seed);
    const gaps = [...TOWN].map(({ channel }) => {
      const from = (16 + Math.floor(random() * 26)) * DAY + Math.floor(random() * DAY);
      return isOf(channel, from, from + 3 + Math.floor(random() * 100));
    });
    const { inTime, late } = split(rows, (row) => gaps.some((isGap) => isGap(row)));
    const whole = new Town().take(rows);
    const town = new Town().take(inTime);
    expect(stateOf(town)).not.toEqual(stateOf(whole));
    // The late ones in two lots, with a restart between and one before the district is judged again.
    const cut = Math.floor(random() * late.length);
    town.take(late.slice(0, cut)).judgeAgain();
    town.restarted().take(late.slice(cut)).judgeAgain();
    expect(stateOf(town)).toEqual(stateOf(whole));
    expect(town.judgeAgain()).toEqual([]);
  });

  test("balances the nights that went by without a customer whose readings came after five days", () => {
    const [home] = HOMES;
    const isGap = isOf(home?.channel, 30 * DAY, DAYS * DAY + 1);
    const { inTime, late } = split(
      townRows(() => 0),
      isGap,
    );
    const upTo = (day: number) => inTime.filter((row) => hourOf(row) < day * DAY);
    const town = new Town().take(upTo(36));
    // In their order, so that the meter itself has nothing that is late.
    town.take(late.filter((row) => hourOf(row) < 36 * DAY));
    expect(town.engine.takeLate()).toEqual([]);
    const [replay] = town.judgeAgain();
    expect(replay?.nights.filter(({ date, lossM3h }) => date <= "2025-07-04" && lossM3h !== null)).not.toEqual([]);
    expect(town.judgeAgain()).toEqual([]);
  });

  test("keeps at most fifteen states for going back", () => {
    const image = stateOf(new Town().take(townRows(() => 0))) as { kept: unknown[] };
    expect(image.kept).toHaveLength(8);
    expect(JSON.stringify(image.kept).length / image.kept.length).toBeLessThan(3000);
  });
});

function seededRandom(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
