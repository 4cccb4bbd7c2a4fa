import { ChannelDescription, ChannelId, type Reading } from "@nightflow/domain";
import { expect, it } from "vitest";
import { ReportingFilter } from "./reporting-filter.ts";

const MINUTE_MS = 60_000;
const id = ChannelId.parse("M.total");

function filterOf(reporting: object, gauge = false): ReportingFilter {
  const filter = new ReportingFilter();
  const kind = gauge
    ? { quantity: "pressure", unit: "kPa" }
    : { quantity: "forward_total", unit: "m3", resolution: 0.001 };
  filter.configure([ChannelDescription.parse({ id, ...kind, reporting })]);
  return filter;
}

const at = (minute: number, value: number | bigint): Reading => ({
  quality: "good",
  channel: id,
  readAt: minute * MINUTE_MS,
  value,
  flags: [],
});
const missing = (minute: number): Reading => ({
  quality: "missing",
  channel: id,
  readAt: minute * MINUTE_MS,
  reason: "timeout",
});
/** What of a series, one reading a minute, is sent: minutes and values. */
const sent = (filter: ReportingFilter, values: readonly (number | bigint)[], from = 0) =>
  values
    .flatMap((value, minute) => filter.pass([at(from + minute, value)]))
    .map((one) => [one.readAt / MINUTE_MS, "value" in one && one.value]);

it("a channel without settings sends every reading as it is", () => {
  const filter = new ReportingFilter();
  const readings = [at(0, 1), at(1, 1)];
  expect(filter.pass(readings)).toBe(readings);
});

it("a total that stands is sent at its heartbeat and no later, with its own times", () => {
  const values = Array.from({ length: 32 }, () => 5);
  expect(sent(filterOf({ heartbeatS: 900 }), values).map(([minute]) => minute)).toEqual([0, 15, 30]);
});

it("a total that moves after a standstill sends the end of the standstill first, so that the use is where it was", () => {
  expect(sent(filterOf({ heartbeatS: 900 }), [5, 5, 5, 8, 8, 9])).toEqual([
    [0, 5],
    [2, 5],
    [3, 8],
    [4, 8],
    [5, 9],
  ]);
});

it("the deadband is against what was sent, so a slow rise comes through", () => {
  const slow = Array.from({ length: 12 }, (_, minute) => 100 + minute * 0.4);
  const minutes = sent(filterOf({ deadband: 1, heartbeatS: 86_400 }, true), slow).map(([minute]) => minute);
  expect(minutes).toEqual([0, 2, 3, 5, 6, 8, 9]);
});

it("a deadband in the channel's unit counts in a register's counts, and the greater of absolute and percent holds", () => {
  expect(
    sent(filterOf({ deadband: 0.01, heartbeatS: 86_400 }), [1000, 1005, 1010, 1011]).map(([minute]) => minute),
  ).toEqual([0, 2, 3]);
  const percent = filterOf({ deadbandPercent: 2, heartbeatS: 86_400 }, true);
  expect(sent(percent, [100, 101.9, 102.1]).map(([minute]) => minute)).toEqual([0, 1, 2]);
});

it("counts wider than 2^53 are told apart", () => {
  const wide = 2n ** 60n;
  expect(sent(filterOf({ heartbeatS: 86_400 }), [wide, wide, wide + 1n]).map(([minute]) => minute)).toEqual([0, 1, 2]);
});

it("a change of quality, of flags or of the reason is sent at once; a meter that stays away is told at the heartbeat", () => {
  const filter = filterOf({ heartbeatS: 180 });
  const minutes = (...readings: Reading[]) =>
    readings.flatMap((one) => filter.pass([one])).map(({ readAt }) => readAt / MINUTE_MS);
  expect(minutes(at(0, 5), missing(1), missing(2), missing(3), missing(4))).toEqual([0, 1, 4]);
  expect(minutes(at(5, 5), { ...at(6, 5), flags: ["frozen"] } as Reading)).toEqual([5, 6]);
});

it("readings that a meter's log gives later are all sent", () => {
  const filter = filterOf({ heartbeatS: 900 });
  filter.pass([at(10, 5)]);
  expect(filter.pass([at(3, 5), at(4, 5)])).toHaveLength(2);
});

it("new settings of other channels do not make a channel send again", () => {
  const filter = filterOf({ heartbeatS: 900 });
  sent(filter, [5, 5]);
  filter.configure([
    ChannelDescription.parse({
      id,
      quantity: "forward_total",
      unit: "m3",
      resolution: 0.001,
      reporting: { heartbeatS: 600 },
    }),
  ]);
  expect(sent(filter, [5], 2)).toEqual([]);
});

it("a count beyond 2^53 beside a fraction is compared, and ends nothing", () => {
  const filter = filterOf({ deadband: 1 }, true);
  expect(filter.pass([at(0, 2n ** 60n)])).toHaveLength(1);
  expect(filter.pass([at(1, 0.5)])).toHaveLength(1);
});
