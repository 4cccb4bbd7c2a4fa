import { expect, test } from "vitest";
import { SqlFilter } from "../sql/filter.ts";
import { inScope, isPathInScope, requireWholeScope } from "./scope.ts";

const NORTH = { path: "town/north/", isWhole: false };

test("the scope is a value of the query, never part of its text", () => {
  const filter = new SqlFilter();
  filter
    .andIf("x", (value) => `a.rule = ${value}`)
    .and(inScope(filter, { path: "'; drop table x; --", isWhole: false }, "a.unit_id"));
  expect(filter.where).toBe("where a.rule = $1 and a.unit_id in (select id from org_unit where starts_with(path, $2))");
  expect(filter.values).toEqual(["x", "'; drop table x; --"]);
});

test("a unit is in scope with everything below it, and no neighbour whose name begins alike", () => {
  expect(isPathInScope(NORTH, "town/north/")).toBe(true);
  expect(isPathInScope(NORTH, "town/north/crew-1/")).toBe(true);
  expect(isPathInScope(NORTH, "town/northwest/")).toBe(false);
  expect(isPathInScope(NORTH, "town/")).toBe(false);
});

test("what belongs to no unit is shown only to people who see everything", () => {
  expect(() => requireWholeScope({ path: "town/", isWhole: true }, "jobs")).not.toThrow();
  expect(() => requireWholeScope(NORTH, "jobs")).toThrow(/you see the region town\/north\/ only/);
});
