import { describe, expect, it } from "vitest";
import { columnsOf } from "./import.ts";
import { replayOptions, resolutionOf, zoneOf } from "./replay.ts";

describe("command line options", () => {
  it("map the columns that are named and keep the others", () => {
    expect(columnsOf("meter=id, forward_total_m3=total")).toEqual({
      meter: "id",
      readAt: "read_at",
      forwardTotal: "total",
    });
    expect(() => columnsOf("metre=id")).toThrow('"metre=id" is not one of meter, read_at, forward_total_m3');
  });

  it("of a key account's replay hold what is agreed with it", () => {
    const base = { kind: "customer", timeZone: "UTC", resolution: "0.001" };
    expect(replayOptions(base).keyAccount).toBeUndefined();
    expect(replayOptions({ ...base, keyAccount: true, period: "15" })).toMatchObject({
      periodMs: 900_000,
      keyAccount: { shifts: [], days: [] },
    });
    expect(() => replayOptions({ ...base, kind: "district", keyAccount: true })).toThrow("for --kind customer");
    expect(() => replayOptions({ ...base, period: "7" })).toThrow("--period 7");
    expect(() => replayOptions({ ...base, terms: "/nowhere.json" })).toThrow("--terms /nowhere.json");
  });

  it("are refused with their name and value", () => {
    expect(() => zoneOf("Mars/Base")).toThrow("--time-zone Mars/Base");
    expect(() => resolutionOf("0")).toThrow("--resolution 0");
    expect(() => replayOptions({ kind: "house", timeZone: "UTC", resolution: "0.001" })).toThrow(
      "--kind is customer or district, not house",
    );
  });
});
