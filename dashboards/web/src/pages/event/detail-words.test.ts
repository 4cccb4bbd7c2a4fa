import { expect, test } from "vitest";
import { detailText } from "./detail-words.ts";

const format = {
  number: (value: number | null) => (value === null ? "–" : String(value)),
  share: (value: number) => `${value * 100}%`,
};

test("what a rule saw is told in words with its unit, in both languages", () => {
  expect(detailText("runHours", 41, "en", format)).toEqual({ name: "This run", text: "41 h" });
  expect(detailText("completeness", 0.5, "zh", format)).toEqual({ name: "进水数据完整率", text: "50%" });
  expect(detailText("side", "customers", "zh", format)).toEqual({ name: "哪一侧", text: "用户侧" });
  expect(detailText("stillMeters", 100, "en", format)).toEqual({ name: "Meters that stand still", text: "100" });
});

test("what has no name yet is shown as it is, and nothing as a dash", () => {
  expect(detailText("constructor", 1.5, "en", format)).toEqual({ name: "constructor", text: "1.5" });
  expect(detailText("meanC", null, "en", format)).toEqual({ name: "Mean of the outdoor air", text: "–" });
});
