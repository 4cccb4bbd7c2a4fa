import { describe, expect, it } from "vitest";
import { padimKindOf } from "./padim.ts";
import { suggestItems } from "./suggest.ts";
import type { SurveyedNode } from "./survey.ts";
import { codeOf, unitOf } from "./units.ts";

const UNECE = "http://www.opcfoundation.org/UA/units/un/cefact";
const PADIM = "http://opcfoundation.org/UA/PADIM/";
const unitId = (code: string) => [...code].reduce((id, character) => id * 256 + character.charCodeAt(0), 0);
const eu = (code: string) => ({ namespaceUri: UNECE, unitId: unitId(code), displayName: null });

const node = (path: string, code: string | null, padim: number | null = null): SurveyedNode => ({
  names: path.split("/"),
  nodeId: `nsu=http://plant.example/;s=${path}`,
  dataType: "Double",
  value: "1",
  isNumber: true,
  status: "Good",
  unit: code === null ? null : eu(code),
  unitText: null,
  hasHistory: false,
  padim: padim === null ? null : padimKindOf(PADIM, padim),
});
const suggested = (...nodes: SurveyedNode[]) =>
  suggestItems(nodes).map(({ channel, item }) => `${channel.id} ${channel.unit} ×${+item.scale.toFixed(4)}`);

describe("units of OPC UA", () => {
  it.each([
    ["MQH", "m3/h", 1],
    ["MTQ", "m3", 1],
    ["L2", "L/h", 60],
    ["MBR", "bar", 0.001],
    ["MPA", "kPa", 1000],
    ["CEL", "Cel", 1],
  ])("%s is %s × %d", (code, unit, scale) => {
    expect(unitOf(eu(code))).toEqual({ unit, scale });
    expect(codeOf(unitId(code))).toBe(code);
  });

  it("the text counts where there is no code, and what we have no unit for is none", () => {
    expect(unitOf({ namespaceUri: null, unitId: -1, displayName: "m³/h" })).toEqual({ unit: "m3/h", scale: 1 });
    expect(unitOf(eu("KEL"))).toBeUndefined();
  });
});

describe("what a server's nodes suggest", () => {
  it("units give quantities, the device gives the meter, and a second of a kind is left to a person", () => {
    const nodes = [
      node("Objects/P/FT-1/Total", "MTQ"),
      node("Objects/P/FT-1/Total2", "MTQ"),
      node("Objects/P/FT-1/Q", "MQH"),
    ];
    expect(suggested(...nodes, node("Objects/P/FT-1/Name", null))).toEqual([
      "FT-1.forward_total m3 ×1",
      "FT-1.flow m3/h ×1",
    ]);
  });

  it("PA-DIM tells flow at base conditions from flow at the meter, and its device from its signals", () => {
    expect(suggested(node("Objects/P/FT-2/SignalSet/Flow/AnalogSignal", "MQH", 1134))).toEqual(["FT-2.flow m3/h ×1"]);
    expect(suggested(node("Objects/P/FT-2/SignalSet/Flow/AnalogSignal", "MQH", 1135))).toEqual([
      "FT-2.flow Sm3/h ×1.0732",
    ]);
    expect(suggested(node("Objects/P/FT-2/SignalSet/T/AnalogSignal", "SM3", 1126))).toEqual(["FT-2.vb_total Sm3 ×1"]);
  });

  it("a type that contradicts the unit is not believed, and a reverse total is one by its name", () => {
    expect(suggested(node("Objects/P/FT-2/SignalSet/T/AnalogSignal", "MQH", 1126))).toEqual([]);
    expect(suggested(node("Objects/P/FT-3/ReverseTotal", "MTQ"))).toEqual(["FT-3.reverse_total m3 ×1"]);
  });
});
