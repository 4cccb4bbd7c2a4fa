import { expect, test } from "vitest";
import { LOSS_SCALE, lossColor } from "./loss-scale.ts";

test("a loss has the colour of the step that it has reached, and one that is not known its own", () => {
  expect(lossColor(0, "light")).toBe(LOSS_SCALE[0]?.light);
  expect(lossColor(49.9, "light")).toBe(LOSS_SCALE[1]?.light);
  expect(lossColor(50, "dark")).toBe(LOSS_SCALE[2]?.dark);
  expect(lossColor(1e6, "dark")).toBe(LOSS_SCALE.at(-1)?.dark);
  expect(LOSS_SCALE.map((step) => step.light)).not.toContain(lossColor(null, "light"));
});

test("the scale grows darker step by step in light pages and lighter in dark ones, so that it reads in grey", () => {
  const greys = (theme: "light" | "dark") => LOSS_SCALE.map((step) => greyOf(step[theme]));
  expect(greys("light")).toEqual(greys("light").toSorted((a, b) => b - a));
  expect(greys("dark")).toEqual(greys("dark").toSorted((a, b) => a - b));
});

function greyOf(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
