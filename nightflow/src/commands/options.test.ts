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

  it("are refused with their name and value", () => {
    expect(() => zoneOf("Mars/Base")).toThrow("--time-zone Mars/Base");
    expect(() => resolutionOf("0")).toThrow("--resolution 0");
    expect(() => replayOptions({ kind: "house", timeZone: "UTC", resolution: "0.001" })).toThrow(
      "--kind is customer or district, not house",
    );
  });
});
