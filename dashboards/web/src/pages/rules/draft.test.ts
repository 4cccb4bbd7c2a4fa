import { expect, it } from "vitest";
import { isPossible, valuesOf } from "./draft.ts";

const words = { zh: "", en: "" };
const hours = { name: "hours", value: 12, default: 12, least: 4, most: 72, isWhole: true, unit: "h", meaning: words };
const factor = { ...hours, name: "factor", isWhole: false, least: 1, most: 5 };

it("what is empty, no number, out of range or no whole number is impossible", () => {
  const texts = ["12", " 12 ", "", "x", "3", "73", "12.5"];
  expect(texts.map((text) => isPossible(hours, text))).toEqual([true, true, false, false, false, false, false]);
});

it("parameters are tried only when all of them are possible", () => {
  expect(valuesOf([hours, factor], { hours: "24", factor: "1,5" })).toEqual({ hours: 24, factor: 1.5 });
  expect(valuesOf([hours, factor], { hours: "24", factor: "9" })).toBeUndefined();
});
