import { expect, test } from "vitest";
import { csvCell, toCsv } from "./csv.ts";

test("cells with commas, quotes or line ends are quoted, and a missing value is empty", () => {
  expect(
    toCsv(
      ["a", "b"],
      [
        ['x,"y"', null],
        ["line\nend", 1.5],
      ],
    ),
  ).toBe('\uFEFFa,b\r\n"x,""y""",\r\n"line\nend",1.5\r\n');
});

test("a text that a spreadsheet would run as a formula stays text", () => {
  expect(csvCell("=1+1")).toBe("'=1+1");
  expect(csvCell(-1)).toBe("-1");
});
