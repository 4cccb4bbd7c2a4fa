import type { Curve } from "@nightflow/storage/pure";
import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { MeterReplayer } from "./meter-replay.ts";
import { changedIntervals } from "./pure/interval-changes.ts";
import { columnsOf, HOUR_MS, homeLitres, hourlyRows, meterOf, type SeriesRow, START_MS } from "./testing/series.ts";
import { intervalOptionsOf } from "./watched-meter.ts";

const HOME = meterOf("home");
const FAULT = 30 * 24 + 12;
const leaky = (hour: number) => homeLitres(hour) + (hour >= FAULT ? 100 : 0);

function curveOf(rows: readonly SeriesRow[]): Curve {
  return { channel: HOME.channel, ...columnsOf(rows.toSorted((a, b) => a.readAtMs - b.readAtMs)) };
}

/** Feeds rows in the order of their arrival, and replays the meter with all of them. */
function arrive(rows: readonly SeriesRow[]) {
  const engine = new Engine([HOME]);
  const events = [...engine.feed(columnsOf(rows)).events];
  const [late] = engine.takeLate();
  const basis = engine.basisOf(HOME.channel);
  const replay = basis && late ? new MeterReplayer({}).replay(basis, curveOf(rows), late.spans) : null;
  return { engine, events, late, replay };
}

const isGap = (row: SeriesRow, from: number, to: number) => {
  const hour = (row.readAtMs - START_MS) / HOUR_MS;
  return hour > from && hour < to;
};
const lateLast = (rows: readonly SeriesRow[], from: number, to: number) => [
  ...rows.filter((row) => !isGap(row, from, to)),
  ...rows.filter((row) => isGap(row, from, to)),
];

describe("a meter whose readings came late", () => {
  test("gets the finding that they show", () => {
    // A leak of two days, all of it in a gap: as one number over the gap it shows nothing.
    const over = (hour: number) => homeLitres(hour) + (hour >= FAULT && hour < FAULT + 60 ? 100 : 0);
    const rows = hourlyRows(HOME.channel, FAULT + 90, over);
    const { events, replay, late } = arrive(lateLast(rows, FAULT - 2, FAULT + 62));
    expect(events.filter(({ rule }) => rule === "CONT_FLOW")).toEqual([]);
    expect(late?.readings).toBe(63);
    const found = replay?.changes.filter((change) => change.kind === "new" && change.now.finding.rule === "CONT_FLOW");
    expect(found).toHaveLength(1);
  });

  test("loses the finding that they disprove", () => {
    // Guests for four days: flow all day, still from 23 to four at night, and just those readings came late.
    const isStill = (hour: number) => hour % 24 === 23 || hour % 24 < 4;
    const guests = (hour: number) => (hour < 30 * 24 ? homeLitres(hour) : isStill(hour) ? 0 : 9);
    const rows = hourlyRows(HOME.channel, 34 * 24, guests);
    const isNight = (row: SeriesRow) => {
      const hour = (row.readAtMs - START_MS) / HOUR_MS;
      return hour > 30 * 24 && hour % 24 < 5;
    };
    const arrived = [...rows.filter((row) => !isNight(row)), ...rows.filter(isNight)];
    const { events, replay } = arrive(arrived);
    expect(events.filter(({ rule, type }) => rule === "CONT_FLOW" && type === "open")).toHaveLength(1);
    const gone = replay?.changes.filter((change) => change.kind === "gone" && change.was.finding.rule === "CONT_FLOW");
    expect(gone).toHaveLength(1);
  });

  test("has learnt afterwards what it would have learnt had they come in time", () => {
    const rows = hourlyRows(HOME.channel, FAULT + 60, leaky);
    const inTime = new Engine([HOME]);
    inTime.feed(columnsOf(rows));
    const { engine, replay } = arrive(lateLast(rows, 200, 230));
    expect(engine.takeMeter(HOME.channel)).not.toEqual(inTime.takeMeter(HOME.channel));
    if (replay) engine.putMeter(HOME.channel, replay.image);
    expect(engine.takeMeter(HOME.channel)).toEqual(inTime.takeMeter(HOME.channel));
  });

  test("keeps its findings where the late readings only confirm them", () => {
    const rows = hourlyRows(HOME.channel, FAULT + 60, leaky);
    const { replay } = arrive(lateLast(rows, 200, 203));
    expect(replay?.changes.filter(({ kind }) => kind !== "changed")).toEqual([]);
  });

  test("that was never judged, or has no history, is left alone", () => {
    const engine = new Engine([HOME]);
    const basis = engine.basisOf(HOME.channel);
    expect(basis?.judgedUntilMs).toBeNull();
    expect(basis && new MeterReplayer({}).replay(basis, curveOf([]), [[0, 1]])).toBeNull();
  });

  test("shows which intervals they change", () => {
    const rows = hourlyRows(HOME.channel, 100, homeLitres);
    const curve = curveOf(rows);
    const span = [START_MS + 31 * HOUR_MS, START_MS + 34 * HOUR_MS] as const;
    const changed = changedIntervals(curve, [span], intervalOptionsOf(HOME));
    expect(changed.map(([startMs]) => (startMs - START_MS) / HOUR_MS)).toEqual([30, 31, 32, 33, 34]);
    expect(changed.map(([, , since]) => since)).toEqual([30, 31, 32, 33, 34].map(homeLitres));
    const sum = (pick: 1 | 2) => changed.reduce((total, change) => total + (change[pick] ?? 0), 0);
    expect(sum(1)).toBe(sum(2));
  });
});
