import { expect, test } from "vitest";
import { latestFireMs, nextFireMs } from "./cron.ts";
import { JobScheduleError } from "./job-schedule.ts";

const planOf = (cron: string, timeZone = "Europe/Berlin") => ({ queue: "reports", key: "daily", cron, timeZone });
const at = (text: string) => Date.parse(text);

/** The next instants of a plan, each asked for from the one before, as the scheduler does. */
function firesOf(cron: string, from: string, count: number, timeZone?: string): string[] {
  const fires: number[] = [];
  for (let no = 0; no < count; no++) fires.push(nextFireMs(planOf(cron, timeZone), fires.at(-1) ?? at(from)));
  return fires.map((fire) => new Date(fire).toISOString().slice(0, 16));
}

test("a night job runs once every night, also when its hour is skipped or comes twice", () => {
  const spring = ["2026-03-28T01:30", "2026-03-29T01:30", "2026-03-30T00:30"];
  expect(firesOf("30 2 * * *", "2026-03-28T00:00Z", 3)).toEqual(spring);
  const autumn = ["2026-10-24T00:30", "2026-10-25T00:30", "2026-10-26T01:30"];
  expect(firesOf("30 2 * * *", "2026-10-24T00:00Z", 3)).toEqual(autumn);
});

test("a job of every hour runs 23 times on the short day and 25 times on the long one", () => {
  const countOn = (from: string, to: string) =>
    firesOf("0 * * * *", from, 30).filter((fire) => fire >= from.slice(0, 16) && fire < to.slice(0, 16)).length;
  expect(countOn("2026-03-28T22:59:59Z", "2026-03-29T22:00Z")).toBe(23);
  expect(countOn("2026-10-24T21:59:59Z", "2026-10-25T23:00Z")).toBe(25);
});

test("the month's end and the first Monday are found in the utility's zone", () => {
  expect(firesOf("0 6 L * *", "2026-02-01T00:00Z", 2, "Asia/Shanghai")).toEqual([
    "2026-02-27T22:00",
    "2026-03-30T22:00",
  ]);
  expect(firesOf("0 8 * * 1#1", "2026-02-01T00:00Z", 1, "Asia/Shanghai")).toEqual(["2026-02-02T00:00"]);
});

test("a spread minute is the same after every start", () => {
  const [first] = firesOf("H H * * *", "2026-02-01T00:00Z", 1);
  expect(firesOf("H H * * *", "2026-02-01T00:00Z", 1)).toEqual([first]);
});

test("after a standstill the latest missed instant is found, however long it was and over a change of the clock", () => {
  const nightly = planOf("30 2 * * *");
  expect(latestFireMs(nightly, at("2020-01-01T01:30Z"), at("2026-10-25T12:00Z"))).toBe(at("2026-10-25T00:30Z"));
  expect(latestFireMs(nightly, at("2020-01-01T01:30Z"), at("2026-03-29T12:00Z"))).toBe(at("2026-03-29T01:30Z"));
  const everySecond = planOf("* * * * * *");
  expect(latestFireMs(everySecond, at("2020-01-01T00:00Z"), at("2026-03-29T12:00:07.5Z"))).toBe(
    at("2026-03-29T12:00:07Z"),
  );
  const first = at("2026-03-29T12:00Z");
  expect(latestFireMs(planOf("0 14 29 3 *"), first, first)).toBe(first);
});

test.each([
  ["61 0 * * *", "UTC"],
  ["", "UTC"],
  ["* *", "UTC"],
  ["0 0 30 2 *", "UTC"],
  ["0 0 * * *", "Nowhere/Town"],
])("the schedule %j in %s is refused when it is asked for", (cron, timeZone) => {
  expect(() => nextFireMs(planOf(cron, timeZone), 0)).toThrow(JobScheduleError);
});
