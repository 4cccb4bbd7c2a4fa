import { z } from "zod";
import type { SqlFilter } from "../sql/filter.ts";
import { BadRequestProblem } from "./problems.ts";

/** Query fields of every list. */
export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(500).default(100).meta({ description: "Rows of a page at most." }),
  cursor: z.string().max(600).optional().meta({ description: "`nextCursor` of the page before." }),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** A page of `item`s; `nextCursor` is null on the last one. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** What a list is sorted by; the id breaks ties. `expression` is never null. */
export interface SortOrder {
  readonly expression: string;
  readonly type: "float8" | "text" | "timestamptz" | "bigint";
  readonly isDescending: boolean;
  readonly id: string;
}

/** SQL of one page: `select` gives the columns that the next cursor is made of, `tail` orders and bounds. */
export interface PageSql {
  readonly select: string;
  readonly tail: string;
}

/** Adds the condition "behind the cursor" to `filter`; asks for one row more than the page, to know whether there is another. */
export function pageSql(filter: SqlFilter, order: SortOrder, page: PageQuery): PageSql {
  const direction = order.isDescending ? "desc" : "asc";
  if (page.cursor !== undefined) {
    const [key, id] = decodeCursor(page.cursor);
    const beyond = order.isDescending ? "<" : ">";
    const last = `(${filter.value(key)}::text::${order.type}, ${filter.value(id)}::text)`;
    filter.and(`(${order.expression}, ${order.id}::text) ${beyond} ${last}`);
  }
  return {
    select: `(${order.expression})::text as cursor_key, ${order.id}::text as cursor_id`,
    tail: `order by ${order.expression} ${direction}, ${order.id}::text ${direction} limit ${page.limit + 1}`,
  };
}

/** Columns that `pageSql` selects beside the row's own. */
export interface CursorRow {
  readonly cursor_key: string;
  readonly cursor_id: string;
}

/** Rows of a `pageSql` query as a page of items. */
export function toPage<Row extends CursorRow, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    items: shown.map(toItem),
    nextCursor: last === undefined ? null : encodeCursor(last.cursor_key, last.cursor_id),
  };
}

/** A cursor made of a sort key and an id. */
export function encodeCursor(key: string, id: string): string {
  return Buffer.from(JSON.stringify([key, id])).toString("base64url");
}

const CursorParts = z.tuple([z.string(), z.string()]);

/**
 * Sort key and id of a cursor.
 *
 * @throws {BadRequestProblem} when the text is not a cursor of this API.
 */
export function decodeCursor(cursor: string): [string, string] {
  try {
    return CursorParts.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch (cause) {
    throw new BadRequestProblem("the cursor is not one that this list gave", {
      cause,
      remedy: "start from the first page",
    });
  }
}

/** As `toPage`, for items that take more than the row to make; one after the other. */
export async function toPageAsync<Row extends CursorRow, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Promise<Item>,
): Promise<{ items: Item[]; nextCursor: string | null }> {
  const page = toPage(rows, limit, (row) => row);
  const items: Item[] = [];
  for (const row of page.items) items.push(await toItem(row));
  return { items, nextCursor: page.nextCursor };
}
