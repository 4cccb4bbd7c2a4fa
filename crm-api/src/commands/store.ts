import type { Clock, CommandReply } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { type CursorRow, pageSql, toPage } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { SqlFilter } from "../sql/filter.ts";
import { recordEvents } from "../system/record.ts";
import { COMMAND_COLUMNS, COMMAND_TABLES, toCommand, toReply } from "./rows.ts";
import type { CommandQuery, CommandRow, CommandWithReply } from "./wire.ts";

type Row = z.infer<typeof CommandRow>;

/** Commands by their ids, in that order. */
export async function loadCommands(sql: Sql, ids: readonly string[]): Promise<{ items: Row[] }> {
  const { rows } = await sql.query<Row>(
    `select ${COMMAND_COLUMNS} from ${COMMAND_TABLES} where c.id = any($1) order by array_position($1, c.id)`,
    [ids],
  );
  return { items: rows.map(toCommand) };
}

/** Commands of a scope, newest first. */
export async function listCommands(sql: Sql, scope: Scope, query: CommandQuery) {
  const filter = new SqlFilter();
  filter.and(visible(filter, scope));
  filter
    .andIf(query.site, (value) => `c.site = ${value}`)
    .andIf(query.agent, (value) => `c.agent = ${value}`)
    .andIf(query.kind, (value) => `c.kind = ${value}`)
    .andIf(query.state, (value) => `c.state = ${value}`)
    .andIf(query.meter, (value) => `c.subjects @> array[${value}]::text[]`);
  const page = pageSql(
    filter,
    { expression: "c.ordered_at", type: "timestamptz", isDescending: true, id: "c.id" },
    query,
  );
  const { rows } = await sql.query<Row & CursorRow>(
    `select ${COMMAND_COLUMNS}, ${page.select} from ${COMMAND_TABLES} ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toCommand);
}

/** One command with its reply. @throws {NotFoundProblem} when the scope has none of this id. */
export async function loadCommand(sql: Sql, scope: Scope, id: string): Promise<z.infer<typeof CommandWithReply>> {
  const filter = new SqlFilter();
  filter.and(`c.id = ${filter.value(id)}`).and(visible(filter, scope));
  const { rows } = await sql.query<Row & { readonly reply: CommandReply | null }>(
    `select ${COMMAND_COLUMNS}, c.reply from ${COMMAND_TABLES} ${filter.where}`,
    filter.values,
  );
  if (rows[0] === undefined) throw new NotFoundProblem("command", id);
  return { ...toCommand(rows[0]), reply: toReply(rows[0].reply) };
}

/** The condition that keeps commands inside a scope: those of no unit are for the whole utility. */
export function visible(filter: SqlFilter, scope: Scope): string {
  return scope.isWhole ? "true" : inScope(filter, scope, "c.unit_id");
}

/** Tells the pages that a command has changed; call it last in a transaction. */
export async function noteCommand(tx: Sql, clock: Clock, id: string, unitId: string | null): Promise<void> {
  const { rows } = await tx.query<{ path: string }>(
    "select path from org_unit where case when $1::uuid is null then parent_id is null else id = $1 end",
    [unitId],
  );
  await recordEvents(
    tx,
    clock,
    rows.map(({ path: unitPath }) => ({ kind: "collection", subject: `command/${id}`, unitPath })),
  );
}
