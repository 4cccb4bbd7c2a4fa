import { describe, expect, test } from "vitest";
import { Engine, type FamilyReplay } from "./engine.ts";
import { PieceReader } from "./snapshot.ts";
import { chanceOf } from "./testing/mixed-feed.ts";
import { columnsOf, DAY_MS, HOUR_MS, hourlyRows, meterOf, type SeriesRow, START_MS } from "./testing/series.ts";

const DAYS = 40;
const CHILDREN = 5;
const PARENT = meterOf("block", { dma: "north", errorPercent: 2 });
const FLATS = Array.from({ length: CHILDREN }, (_, i) =>
  meterOf(`flat${i}`, { parent: "block", purpose: "customer", dma: null }),
);
const ALL = [PARENT, ...FLATS];
const flatFlow = (hour: number) => (hour % 24 < 6 ? 4 : 22) + ((hour * 7919) % 5);
const hourOf = ({ readAtMs }: SeriesRow) => (readAtMs - START_MS) / HOUR_MS;
const inOrder = (rows: readonly SeriesRow[]) => rows.toSorted((a, b) => a.readAtMs - b.readAtMs);

/** Hour by hour; the parent counts `extra` more than its flats. */
function blockRows(extra: (hour: number) => number): SeriesRow[] {
  const parent = hourlyRows(PARENT.channel, DAYS * 24, (h) => CHILDREN * flatFlow(h) + extra(h));
  return inOrder([...parent, ...FLATS.flatMap(({ channel }) => hourlyRows(channel, DAYS * 24, flatFlow))]);
}

class Block {
  engine = new Engine(ALL);
  readonly #arrived: SeriesRow[] = [];
  readonly told: string[] = [];

  take(rows: readonly SeriesRow[]): this {
    const { events } = this.engine.feed(columnsOf(rows));
    const own = events.filter(({ rule, type }) => rule === "PARENT_CHILD" && type !== "update");
    this.told.push(...own.map(({ type, startMs }) => `${type} day ${Math.round((startMs - START_MS) / DAY_MS)}`));
    this.#arrived.push(...rows);
    return this;
  }

  restarted(): this {
    const kept = this.engine.snapshot();
    this.engine = new Engine(ALL);
    this.engine.restore(kept);
    return this;
  }

  /** As the runner does, by what the store holds. */
  judgeAgain(): FamilyReplay[] {
    return this.engine.staleFamilies().flatMap(({ parent }) => {
      const basis = this.engine.familyBasisOf(parent);
      if (basis === undefined) return [];
      const curves = basis.members.map(({ channel }) => ({
        channel,
        ...columnsOf(inOrder(this.#arrived.filter((row) => row.channel === channel))),
      }));
      const replay = this.engine.replayFamily(parent, basis, curves);
      this.engine.settleFamily(parent, replay);
      return replay ?? [];
    });
  }

  /** What the family has learnt. */
  learnt() {
    const [bytes] = this.engine.snapshotPieces();
    const piece = new PieceReader({ meters: 1, keyAccounts: 1, sides: 1 }).read(bytes ?? new Uint8Array());
    const [, image] = (piece.kind === "rest" && piece.families?.[0]) || [];
    const days = image?.past?.days.toSorted(([a], [b]) => a - b);
    const round = (value: unknown) => (typeof value === "number" ? Number(value.toPrecision(12)) : value);
    return JSON.parse(JSON.stringify({ state: image?.state, days }, (_, value) => round(value))) as unknown;
  }
}

function split(rows: readonly SeriesRow[], isLate: (row: SeriesRow) => boolean) {
  return { inTime: rows.filter((row) => !isLate(row)), late: rows.filter(isLate) };
}

const changesOf = (replays: readonly FamilyReplay[]) =>
  replays.flatMap(({ changes }) =>
    changes.map((change) => {
      const { finding } = change.kind === "gone" ? change.was : change.now;
      return `${change.kind} day ${Math.round((finding.startMs - START_MS) / DAY_MS)}`;
    }),
  );
const leakFrom = (first: number, last: number) => (hour: number) => (hour >= first * 24 && hour < last * 24 ? 20 : 0);
const isOf = (channel: string | undefined, firstDay: number, lastDay: number) => (row: SeriesRow) =>
  row.channel === channel && hourOf(row) > firstDay * 24 && hourOf(row) < lastDay * 24;

describe("a parent meter whose family's readings come late", () => {
  test("gets the finding of the days that could not be compared, with its true start", () => {
    const { inTime, late } = split(blockRows(leakFrom(12, 18)), isOf(FLATS[2]?.channel, 11, 18.5));
    const block = new Block().take(inTime);
    expect(block.told).toEqual([]);
    const replays = block.take(late).judgeAgain();
    expect(changesOf(replays)).toEqual(["new day 12"]);
    expect(replays[0]).toMatchObject({ parent: "block", from: "2025-06-12" });
    expect(block.judgeAgain()).toEqual([]);
  });

  test("moves the start of the finding of the days after to when it began", () => {
    const { inTime, late } = split(blockRows(leakFrom(12, 40)), isOf(FLATS[2]?.channel, 11, 15));
    const block = new Block().take(inTime);
    expect(block.told).toEqual(["open day 15"]);
    const [replay] = block.take(late).judgeAgain();
    expect(replay?.changes).toMatchObject([{ kind: "changed", now: { clearedAtMs: null } }]);
    expect(changesOf(replay ? [replay] : [])).toEqual(["changed day 12"]);
  });

  test("tells nothing where the late readings show what was known", () => {
    const { inTime, late } = split(blockRows(leakFrom(12, 40)), isOf(FLATS[2]?.channel, 30, 33));
    const block = new Block().take(inTime).take(late);
    expect(block.told).toEqual(["open day 12"]);
    expect(changesOf(block.judgeAgain()).filter((change) => !change.startsWith("changed day 12"))).toEqual([]);
  });

  test("is compared again where a flat is silent for days and then tells them all in order", () => {
    const { inTime, late } = split(blockRows(leakFrom(34, 40)), (row) => isOf(FLATS[1]?.channel, 30, 99)(row));
    const block = new Block().take(inTime);
    expect(block.told).toEqual([]);
    expect(changesOf(block.take(late).judgeAgain())).toEqual(["new day 34"]);
  });

  test.each([1, 2, 3, 4, 5, 6])("has learnt what it would have had all come in time (seed %i)", (seed) => {
    const chance = chanceOf(seed);
    const rows = blockRows(leakFrom(12 + Math.floor(chance() * 10), 20 + Math.floor(chance() * 12)));
    const gaps = ALL.map(({ channel }) => {
      const first = 8 + Math.floor(chance() * 24);
      return isOf(channel, first, first + chance() * 5);
    });
    const { inTime, late } = split(rows, (row) => gaps.some((isGap) => isGap(row)));
    const cut = Math.floor(chance() * late.length);
    const block = new Block().take(inTime).take(late.slice(0, cut));
    block.judgeAgain();
    block.restarted().take(late.slice(cut)).judgeAgain();
    const whole = new Block().take(rows).learnt();
    expect(block.learnt()).toEqual(whole);
    expect(block.judgeAgain()).toEqual([]);
  });
});
