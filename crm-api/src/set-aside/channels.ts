import type { ReadingStore, Sql } from "@nightflow/storage";
import type { z } from "zod";
import { inScope, type Scope } from "../access/scope.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, SqlFilter } from "../sql/filter.ts";
import type { ChannelMatch, StoredHere } from "./wire.ts";

const MOST_MATCHES = 30;

type Match = z.infer<typeof ChannelMatch>;

/** Registered channels of a scope whose id, meter or address has a text in it, by id. */
export async function matchChannels(sql: Sql, scope: Scope, text: string): Promise<Match[]> {
  const filter = new SqlFilter();
  const pattern = filter.value(containing(text));
  filter.and(`concat_ws(' ', c.id, m.serial, sp.address) ilike ${pattern}`);
  return channels(sql, scope, filter);
}

/** A registered channel, and what is stored of it at an instant. @throws {NotFoundProblem} */
export async function storedHere(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  { channel, at }: { readonly channel: string; readonly at: number },
): Promise<z.infer<typeof StoredHere>> {
  const filter = new SqlFilter();
  const [found] = await channels(sql, scope, filter.and(`c.id = ${filter.value(channel)}`));
  if (found === undefined) throw new NotFoundProblem("channel", channel);
  const [value] = await store.valuesAt([{ channel, readAtMs: at }]);
  return { channel: found, stored: value === undefined ? null : String(value.counts ?? value.gauge ?? "missing") };
}

async function channels(sql: Sql, scope: Scope, filter: SqlFilter): Promise<Match[]> {
  filter.and(inScope(filter, scope, "m.unit_id"));
  const { rows } = await sql.query<Match>(
    `select c.id, c.meter_id as "meterId", c.quantity, c.unit, c.resolution, m.commodity,
       coalesce(sp.address, '') as address
     from channel c join meter m on m.id = c.meter_id left join service_point sp on sp.id = m.service_point_id
     ${filter.where} order by c.id limit ${MOST_MATCHES}`,
    filter.values,
  );
  return rows;
}
