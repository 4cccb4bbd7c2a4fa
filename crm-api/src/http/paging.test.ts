import { expect, test } from "vitest";
import { SqlFilter } from "../sql/filter.ts";
import { decodeCursor, encodeCursor, pageSql, toPage } from "./paging.ts";

const RANK = { expression: "a.rank", type: "float8", isDescending: true, id: "a.id" } as const;

test("a cursor comes back as it was given, and a made-up one is refused", () => {
  expect(decodeCursor(encodeCursor("12.5", "漏-1"))).toEqual(["12.5", "漏-1"]);
  expect(() => decodeCursor("nonsense")).toThrow(/not one that this list gave/);
});

test("the next page begins behind the last row of this one, ties broken by id", () => {
  const filter = new SqlFilter();
  const page = pageSql(filter, RANK, { limit: 2, cursor: encodeCursor("12.5", "x") });
  expect(filter.where).toBe("where (a.rank, a.id::text) < ($1::text::float8, $2::text)");
  expect(page.tail).toBe("order by a.rank desc, a.id::text desc limit 3");
});

test("one row more than the page tells that there is another page", () => {
  const rows = ["a", "b", "c"].map((id) => ({ cursor_key: id, cursor_id: id }));
  expect(toPage(rows, 2, (row) => row.cursor_id)).toEqual({ items: ["a", "b"], nextCursor: encodeCursor("b", "b") });
  expect(toPage(rows, 3, (row) => row.cursor_id).nextCursor).toBeNull();
});
