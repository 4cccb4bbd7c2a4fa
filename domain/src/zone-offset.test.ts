import { expect, test } from "vitest";
import { zoneOffsetReader } from "./zone-offset.ts";

const HOUR_MS = 3_600_000;

test("a zone's offset is that of the instant, on both sides of a change of the clocks", () => {
  const berlin = zoneOffsetReader("Europe/Berlin");
  const changeAt = Date.UTC(2026, 2, 29, 1);
  expect([berlin(changeAt - 1), berlin(changeAt)]).toEqual([HOUR_MS, 2 * HOUR_MS]);
  expect(zoneOffsetReader("Asia/Shanghai")(changeAt)).toBe(8 * HOUR_MS);
  expect(zoneOffsetReader("Asia/Kathmandu")(changeAt + 250)).toBe(5.75 * HOUR_MS);
});

test("a zone that nobody knows is refused", () => {
  expect(() => zoneOffsetReader("Mars/Olympus")).toThrow(RangeError);
});
