import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import type { Scope } from "../access/scope.ts";
import { listAgents } from "./agents.ts";
import type { CollectionDays } from "./wire.ts";

interface DayRow {
  readonly day: string;
  readonly expected: number;
  readonly arrived: number;
  readonly late: number;
}

/** What share of the readings came on each local day, today last; of the agents that read in a scope, or of one of them. */
export async function collectionDays(
  sql: Sql,
  scope: Scope,
  query: { readonly days: number; readonly agent?: string | undefined },
  nowMs: number,
): Promise<z.infer<typeof CollectionDays>> {
  const { zone } = await companyOf(sql, scope.path);
  const agents = (await listAgents(sql, scope)).map(({ site, id }) => `${site}/${id}`);
  const asked = agents.filter((agent) => query.agent === undefined || agent === query.agent);
  const { rows } = await sql.query<DayRow>(
    `select to_char(day, 'YYYY-MM-DD') as day, sum(h.expected)::float8 as expected,
            sum(least(h.arrived, h.expected))::float8 as arrived, sum(h.late)::float8 as late
       from (select *, (hour at time zone $2)::date as day from collection_hour) h
      where h.agent = any($1) and h.hour < $4 and h.day > ($4::timestamptz at time zone $2)::date - $3::int
      group by day order by day`,
    [asked, zone, query.days, new Date(nowMs)],
  );
  return {
    zone,
    days: rows.map(({ day, expected, arrived, late }) => ({
      day,
      expected: Math.round(expected),
      arrived: Math.round(arrived),
      late: Math.round(late),
      successRate: expected > 0 ? arrived / expected : null,
    })),
  };
}
