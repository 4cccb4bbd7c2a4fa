import { expect, test } from "vitest";
import { ALWAYS, type Segment, Segments } from "./segments.ts";
import { stretchesPay, stretchQueries } from "./stretches.ts";

function sorted(table: string, span: number, rows: number): Segment {
  return { table, kind: "sorted", span, firstCommit: 0, lastCommit: 0, rows, unitMs: 1000 };
}

const TAIL: Segment = {
  table: "tail_1",
  kind: "tail",
  span: null,
  firstCommit: 1,
  lastCommit: null,
  rows: 0,
  unitMs: 1,
};

test("late readings that were sorted apart from their span's own do not make the hours of a year slow to read", () => {
  const segments = new Segments([sorted("year", 223, 1000), sorted("late", 223, 10), sorted("next", 224, 1000), TAIL]);
  expect(stretchesPay(segments, ALWAYS, 2010)).toBe(true);
  const [stretches, , , unsorted] = stretchQueries(segments, ALWAYS, "true").map(({ sql }) => sql);
  expect(stretches).toMatch(/FROM year [\s\S]*FROM next /);
  expect(stretches).not.toMatch(/FROM late |FROM tail_1 /);
  expect(unsorted).toMatch(/DISTINCT[\s\S]*FROM tail_1 [\s\S]*FROM late [\s\S]*raw AS/);
});

test("readings of which many lie beside the sorted ones are grouped", () => {
  const segments = new Segments([sorted("year", 223, 1000), sorted("late", 223, 400), TAIL]);
  expect(stretchesPay(segments, ALWAYS, 1400)).toBe(false);
  expect(stretchesPay(new Segments([sorted("year", 223, 1000), TAIL]), ALWAYS, 1400)).toBe(false);
});
