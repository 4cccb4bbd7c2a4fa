import { expect, it } from "vitest";
import { minuteOf, placesOf, settlementsBefore } from "./settlements.ts";

const days = (local: string, day: number, count: number, time = "00:00") =>
  settlementsBefore(Date.parse(`${local}Z`), { day, minute: minuteOf(time) }, count).map((at) =>
    new Date(at).toISOString().slice(0, 16),
  );

it("the last settlement days go back month by month, from the newest that has passed", () => {
  expect(days("2026-11-23T12:00", 20, 3)).toEqual(["2026-11-20T00:00", "2026-10-20T00:00", "2026-09-20T00:00"]);
  expect(days("2026-11-19T23:59", 20, 2)).toEqual(["2026-10-20T00:00", "2026-09-20T00:00"]);
  expect(days("2026-11-20T00:00", 20, 1)).toEqual(["2026-11-20T00:00"]);
  expect(days("2026-11-20T07:59", 20, 1, "08:00")).toEqual(["2026-10-20T08:00"]);
});

it("a day that a month has not is its last, in leap years too", () => {
  expect(days("2028-04-01T00:00", 31, 3)).toEqual(["2028-03-31T00:00", "2028-02-29T00:00", "2028-01-31T00:00"]);
  expect(days("2026-03-05T00:00", 30, 2)).toEqual(["2026-02-28T00:00", "2026-01-30T00:00"]);
});

const kept = (...digits: (number | null)[]) => digits.map((each, at) => ({ monthsAgo: at + 1, digits: each }));

it("a log that begins with the newest settlement day, and one that begins with the day before it, are told apart", () => {
  const same = [
    { back: 0, digits: 90 },
    { back: 1, digits: 80 },
    { back: 2, digits: 70 },
  ];
  expect(placesOf(kept(90, 80, 70), 90)).toEqual(same);
  expect(placesOf(kept(80, 70), 90)).toEqual(same);
});

it("months that a meter has not seen are no totals of zero, and totals that rise into the past are none", () => {
  expect(placesOf(kept(90, 80, 0, 0), 90)).toHaveLength(2);
  expect(placesOf(kept(90, 80, null, 60), 90)).toHaveLength(2);
  expect(placesOf(kept(90, 8_000_000, 70), 90)).toHaveLength(1);
});

it("nothing is placed where nobody can tell which month the log begins with", () => {
  expect([placesOf(kept(90, 80), null), placesOf(kept(90, 80), 0), placesOf(kept(null, 80), 90)]).toEqual([
    null,
    null,
    null,
  ]);
});
