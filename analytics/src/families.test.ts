import { describe, expect, test } from "vitest";
import { Engine } from "./engine.ts";
import { columnsOf, DAY_MS, hourlyRows, meterOf, START_MS } from "./testing/series.ts";

const DAYS = 20;
const CHILDREN = 8;
const parent = meterOf("block", { dma: "north", errorPercent: 2 });
const children = Array.from({ length: CHILDREN }, (_, i) =>
  meterOf(`flat${i}`, { parent: "block", purpose: "customer" }),
);
const flatFlow = (hour: number) => (hour % 24 < 6 ? 4 : 22) + ((hour * 7919) % 5);

interface Block {
  /** What the parent counts of the litres behind it. */
  readonly counted?: (litres: number, hour: number) => number;
  readonly isSilent?: (flat: number, hour: number) => boolean;
}

function told({ counted = (litres) => litres, isSilent = () => false }: Block, pieces = 1): string[] {
  const hours = DAYS * 24;
  const rows = [
    hourlyRows(parent.channel, hours, (h) => Math.round(counted(CHILDREN * flatFlow(h), h))),
    ...children.map((flat, i) => hourlyRows(flat.channel, hours, flatFlow, { skip: (h) => isSilent(i, h) })),
  ].flat();
  rows.sort((a, b) => a.readAtMs - b.readAtMs);
  const columns = columnsOf(rows);
  let engine = new Engine([parent, ...children]);
  return Array.from({ length: pieces }, (_, piece) => {
    const [from = 0, to = 0] = [piece, piece + 1].map((at) => Math.round((at * columns.length) / pieces));
    const output = engine.feed(columns, from, to);
    const kept = engine.snapshot();
    engine = new Engine([parent, ...children]);
    engine.restore(kept);
    return output.events
      .filter(({ rule, type }) => rule === "PARENT_CHILD" && type !== "update")
      .map(({ type, direction, startMs }) => `${type} ${direction} day ${Math.round((startMs - START_MS) / DAY_MS)}`);
  }).flat();
}

describe("a parent meter and its children", () => {
  const fromDay = (day: number) => (hour: number) => hour >= day * 24;

  test("that differ by no more than their classes are no finding", () => {
    expect(told({})).toEqual([]);
    expect(told({ counted: (litres) => litres * 1.02 })).toEqual([]);
  });

  test("differ by a leak between them: told after three days, over when three are within", () => {
    const leaks = (hour: number) => fromDay(5)(hour) && !fromDay(12)(hour);
    const counted = (litres: number, hour: number) => litres + (leaks(hour) ? 20 : 0);
    expect(told({ counted })).toEqual(["open up day 5", "clear up day 5"]);
    expect(told({ counted }, 9)).toEqual(["open up day 5", "clear up day 5"]);
  });

  test("differ downwards where the parent counts too little", () => {
    const counted = (litres: number, hour: number) => (fromDay(8)(hour) ? litres * 0.85 : litres);
    expect(told({ counted })).toEqual(["open down day 8"]);
  });

  test("are not compared while children are silent: nothing is invented", () => {
    expect(told({ isSilent: (flat, hour) => flat < 3 && hour >= 5 * 24 })).toEqual([]);
  });
});
