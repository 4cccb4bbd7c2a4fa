import { isId } from "@nightflow/domain";
import { describe, expect, test } from "vitest";
import { buildTown } from "./build-town.ts";

const historyStartMs = Date.UTC(2026, 3, 1);
const town = buildTown({ seed: 7, historyStartMs });
const ofKind = (kind: string) => town.meters.filter((meter) => meter.kind === kind);

describe("a town from a seed", () => {
  test("has about 200 water meters and 4 pressure gauges each in 4 districts, a hotel, a factory, a gas station and 12 gas customers", () => {
    expect(town.meters.filter((meter) => meter.commodity === "water").length).toBe(198 + 16);
    expect(ofKind("pressure_gauge").length).toBe(16);
    expect(town.dmas.map((dma) => dma.unitId)).toEqual(["ORG-NORTH", "ORG-NORTH", "ORG-SOUTH", "ORG-SOUTH"]);
    expect(["hotel", "factory", "gas_station"].map((kind) => ofKind(kind).length)).toEqual([1, 1, 1]);
    expect(ofKind("dma_inlet").length).toBe(4);
    expect(ofKind("gas_customer").length).toBe(12);
  });

  test("is the same for the same seed and another for another", () => {
    expect(buildTown({ seed: 7, historyStartMs })).toEqual(town);
    expect(buildTown({ seed: 8, historyStartMs }).meters).not.toEqual(town.meters);
  });

  test("gives every meter an id of its own that may travel on a topic", () => {
    expect(new Set(town.meters.map((meter) => meter.id)).size).toBe(town.meters.length);
    expect(town.meters.every((meter) => isId(meter.id))).toBe(true);
  });

  test("has no two accounts with one number", () => {
    const numbers = town.meters.flatMap((meter) => meter.supply?.account.no ?? []);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("puts about 50 units behind each gateway, none on another's unit id", () => {
    for (const { busId } of town.gateways) {
      const unitIds = town.meters.flatMap(({ access }) =>
        access.kind === "modbus" && access.busId === busId ? access.unitId : [],
      );
      expect(unitIds.length).toBeGreaterThan(45);
      expect(new Set(unitIds).size).toBe(unitIds.length);
      expect(Math.max(...unitIds)).toBeLessThan(248);
    }
  });

  test("reads the hotel, the gas station and the gauges over OPC UA, everything else over Modbus with a profile", () => {
    const overOpcUa = town.meters.filter((meter) => meter.access.kind === "opcua");
    const counting = overOpcUa.filter((meter) => meter.kind !== "pressure_gauge");
    expect(counting.map((meter) => meter.id)).toEqual(["HOTEL", "GAS-STATION"]);
    expect(overOpcUa[0]?.registers[0]?.nodeId).toBe("ns=1;s=HOTEL.forward_total");
    expect(town.meters.every((meter) => (meter.profile === null) === (meter.access.kind === "opcua"))).toBe(true);
  });

  test("refuses a specification that it does not know", () => {
    expect(() => buildTown({ seed: -1, historyStartMs })).toThrow(/seed/);
  });
});
