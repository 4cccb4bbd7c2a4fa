import { describe, expect, test } from "vitest";
import { isWithin, LateNotes, mergeSpans } from "./late.ts";

const HOUR_MS = 3_600_000;

describe("late readings of a register", () => {
  test("that follow one another are one stretch, in whatever order they come", () => {
    const notes = new LateNotes();
    for (const hour of [5, 6, 7, 3, 4, 20]) notes.add("a", HOUR_MS, hour * HOUR_MS);
    expect(notes.take()).toEqual([
      {
        channel: "a",
        periodMs: HOUR_MS,
        readings: 6,
        spans: [
          [3 * HOUR_MS, 7 * HOUR_MS],
          [20 * HOUR_MS, 20 * HOUR_MS],
        ],
      },
    ]);
    expect(notes.take()).toEqual([]);
  });

  test("leave out those between which others came in time", () => {
    const spans = mergeSpans(
      [1, 3, 5].map((hour) => [hour * HOUR_MS, hour * HOUR_MS] as const),
      HOUR_MS,
    );
    expect(isWithin(spans, 3 * HOUR_MS)).toBe(true);
    expect(isWithin(spans, 4 * HOUR_MS)).toBe(false);
  });

  test("are kept within a bound however many there are", () => {
    const notes = new LateNotes();
    for (let hour = 0; hour < 10_000; hour += 2) notes.add("a", HOUR_MS, hour * HOUR_MS);
    const [late] = notes.take();
    expect(late?.spans.length).toBeLessThanOrEqual(256);
    expect(late?.readings).toBe(5000);
    expect(isWithin(late?.spans ?? [], 9998 * HOUR_MS)).toBe(true);
  });
});
