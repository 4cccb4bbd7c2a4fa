import { describe, expect, it } from "vitest";
import { pageOf, rowsWith } from "./client-pages.ts";

describe("a list that comes whole", () => {
  const rows = Array.from({ length: 120 }, (_, no) => `row ${no}`);

  it("is shown a page at a time, and never an empty page", () => {
    expect(pageOf(rows, 1).rows).toHaveLength(50);
    expect(pageOf(rows, 3).rows.at(-1)).toBe("row 119");
    expect(pageOf(rows, 9).page).toBe(3);
    expect(pageOf([], 1)).toEqual({ rows: [], page: 1 });
  });

  it("is filtered by a part of a word, in whatever case", () => {
    expect(rowsWith(["Pump", "valve"], "pUM", (row) => [row])).toEqual(["Pump"]);
    expect(rowsWith(["Pump"], undefined, (row) => [row])).toEqual(["Pump"]);
  });
});
