import { ChannelDescription } from "@nightflow/domain";
import { describe, expect, it } from "vitest";
import { ItemBook } from "./item-book.ts";
import type { OpcUaSample } from "./link.ts";

const PERIOD_MS = 900_000;
const BOUNDARY = PERIOD_MS * 2_000_000;
const total = ChannelDescription.parse({
  id: "M.forward_total",
  quantity: "forward_total",
  unit: "m3",
  resolution: 0.001,
});

const book = (items = 1, report: "period" | "change" = "period") =>
  new ItemBook(
    Array.from({ length: items }, () => ({ meter: "M", channel: total, scale: 1 })),
    { periodMs: PERIOD_MS, staleMs: PERIOD_MS * 2, nearMs: PERIOD_MS * 0.05, report },
  );

const sample = (at: number | null, value: number | bigint | null, more: Partial<OpcUaSample> = {}): OpcUaSample => ({
  item: 0,
  status: "good",
  code: "Good",
  at,
  value,
  ...more,
});

describe("the book of an OPC UA bus", () => {
  it("reports the sample nearest to the boundary, with its own source time, as counts", () => {
    const pages = book();
    for (const offset of [-5000, -1000, 2000]) pages.take(sample(BOUNDARY + offset, 100 + offset / 1000), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY + 3000, true)).toEqual([
      { quality: "good", channel: total.id, readAt: BOUNDARY - 1000, value: 99_000, flags: [] },
    ]);
  });

  it("reports no source time twice", () => {
    const pages = book();
    pages.take(sample(BOUNDARY, 1), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toHaveLength(1);
    expect(pages.take(sample(BOUNDARY, 1), BOUNDARY + 10)).toBe(false);
    expect(pages.report(BOUNDARY + PERIOD_MS, BOUNDARY + PERIOD_MS, true)).toEqual([]);
  });

  it("calls an item missing by the age of its data, even while the connection stands", () => {
    const pages = book();
    pages.take(sample(BOUNDARY, 1), BOUNDARY);
    pages.report(BOUNDARY, BOUNDARY, true);
    const late = BOUNDARY + PERIOD_MS * 3;
    expect(pages.report(late, late, true)).toMatchObject([{ quality: "missing", reason: "timeout" }]);
  });

  it("says why there is no value: bad status, no number, no connection", () => {
    const pages = book();
    pages.take(sample(null, null, { status: "bad" }), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([{ quality: "missing", reason: "bad_status" }]);
    pages.take(sample(BOUNDARY, Number.NaN), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([{ quality: "missing", reason: "not_a_number" }]);
    expect(pages.report(BOUNDARY, BOUNDARY, false)).toMatchObject([{ quality: "missing", reason: "disconnected" }]);
  });

  it("keeps an uncertain value as suspect, and a 64-bit count exact", () => {
    const pages = book();
    pages.take(sample(BOUNDARY, 2n ** 60n, { status: "uncertain" }), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([{ quality: "suspect", value: 2n ** 60n * 1000n }]);
  });

  it("asks only for items that have no sample near the boundary", () => {
    const pages = book(2);
    pages.take(sample(BOUNDARY - 10_000, 1), BOUNDARY);
    pages.take(sample(BOUNDARY - 100_000, 1, { item: 1 }), BOUNDARY);
    expect(pages.wanting(BOUNDARY)).toEqual([1]);
  });

  it("takes news again from a server whose clock was years ahead and has been set right", () => {
    const pages = book();
    pages.take(sample(BOUNDARY + 10 * 365 * 86_400_000, 1), BOUNDARY);
    pages.report(BOUNDARY, BOUNDARY, true);
    const next = BOUNDARY + PERIOD_MS;
    expect(pages.take(sample(next, 2), next)).toBe(true);
    expect(pages.report(next, next, true)).toMatchObject([{ quality: "good", readAt: next }]);
  });

  it("gives a device whose clock is years off the time of arrival, and says so", () => {
    const pages = book();
    pages.take(sample(Date.UTC(1970, 0, 1, 8), 1), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([
      { quality: "suspect", readAt: BOUNDARY, flags: ["clock_shift"] },
    ]);
    expect(pages.states()[0]?.note).toBe("the device's clock says 1970-01-01");
    const next = BOUNDARY + PERIOD_MS;
    expect(pages.take(sample(Date.UTC(1970, 0, 1, 8), 1), next)).toBe(false);
    expect(pages.take(sample(Date.UTC(1970, 0, 1, 8, 15), 1), next)).toBe(true);
  });

  it("leaves a backlog of two weeks its own time", () => {
    const pages = book();
    const backAt = BOUNDARY - 14 * 86_400_000;
    for (const at of [backAt, backAt + PERIOD_MS]) pages.take(sample(at, 1), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([{ quality: "good", readAt: backAt + PERIOD_MS }]);
  });

  it("says of an uncertain value what is uncertain about it, and names a bad status", () => {
    const pages = book();
    pages.take(sample(BOUNDARY, 1, { status: "uncertain", code: "UncertainLastUsableValue" }), BOUNDARY);
    expect(pages.report(BOUNDARY, BOUNDARY, true)).toMatchObject([{ quality: "suspect", flags: ["comms_error"] }]);
    pages.take(sample(null, null, { status: "bad", code: "BadSensorFailure" }), BOUNDARY);
    expect(pages.states()[0]?.note).toBe("BadSensorFailure");
  });

  it("reports every change as it comes where that is asked for, and at the boundary only what is new", () => {
    const pages = book(1, "change");
    for (const offset of [1000, 2000, 3000]) pages.take(sample(BOUNDARY + offset, offset), BOUNDARY + offset);
    expect(pages.news().map(({ readAt }) => readAt - BOUNDARY)).toEqual([1000, 2000, 3000]);
    expect(pages.news()).toEqual([]);
    expect(pages.report(BOUNDARY + PERIOD_MS, BOUNDARY + PERIOD_MS, true)).toEqual([]);
  });

  it("takes nothing from history that was reported, and reports nothing that history gave", () => {
    const pages = book();
    pages.take(sample(BOUNDARY, 1), BOUNDARY);
    pages.report(BOUNDARY, BOUNDARY, true);
    expect(pages.fromHistory(sample(BOUNDARY + 10, 1), BOUNDARY)).toBeUndefined();
    const past = pages.fromHistory(sample(BOUNDARY + PERIOD_MS, 2), BOUNDARY + PERIOD_MS);
    expect(past && pages.taken(0, past)).toMatchObject({ readAt: BOUNDARY + PERIOD_MS, value: 2000 });
    expect(pages.take(sample(BOUNDARY + PERIOD_MS, 2), BOUNDARY + PERIOD_MS)).toBe(true);
    expect(pages.report(BOUNDARY + PERIOD_MS, BOUNDARY + PERIOD_MS, true)).toEqual([]);
  });

  it("reads a meter now, whether or not its value is news", () => {
    const pages = book();
    const now = sample(BOUNDARY, 1);
    expect(pages.reportNow([now], BOUNDARY)).toMatchObject([{ quality: "good", readAt: BOUNDARY, value: 1000 }]);
    expect(pages.reportNow([now], BOUNDARY + 5)).toMatchObject([{ quality: "good", readAt: BOUNDARY, value: 1000 }]);
  });
});
