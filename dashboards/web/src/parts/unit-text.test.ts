import { expect, it } from "vitest";
import { unitText } from "./unit-text.ts";

it("a unit is written as people write it", () => {
  expect(["m3", "Sm3/h", "Cel", "kPa"].map(unitText)).toEqual(["m³", "Sm³/h", "°C", "kPa"]);
});
