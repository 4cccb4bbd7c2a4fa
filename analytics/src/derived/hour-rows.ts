import type { Sql } from "@nightflow/storage";
import type { Dues } from "./counted-in.ts";
import type { HourChange, HourChanges } from "./hour-changes.ts";

/** Adds changes to the stored hours, each with what is due in it by the registry of now. */
export async function addChanges(tx: Sql, changes: HourChanges, dues: Dues): Promise<void> {
  await addDistricts(tx, changes.districts.changed(), dues);
  await addAccounts(tx, changes.accounts.changed(), dues);
  await addAgents(tx, changes.agents.changed(), dues);
}

type Rows<Table extends { changed(): unknown[] }> = ReturnType<Table["changed"]>;

async function addDistricts(tx: Sql, rows: Rows<HourChanges["districts"]>, dues: Dues): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into district_hour as h (dma_id, hour, input_ml, input_good_s, input_estimated_s, used_ml, used_good_s,
       used_estimated_s, input_due_s, used_due_s)
     select subject, ${AT_HOUR}, a, b, c, d, e, f, g, i
       from unnest($1::text[], $2::float8[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
         $8::bigint[], $9::bigint[], $10::bigint[]) as row (subject, hour_ms, a, b, c, d, e, f, g, i)
     on conflict (dma_id, hour) do update set
       input_ml = h.input_ml + excluded.input_ml, input_good_s = h.input_good_s + excluded.input_good_s,
       input_estimated_s = h.input_estimated_s + excluded.input_estimated_s, used_ml = h.used_ml + excluded.used_ml,
       used_good_s = h.used_good_s + excluded.used_good_s, used_estimated_s = h.used_estimated_s + excluded.used_estimated_s,
       input_due_s = excluded.input_due_s, used_due_s = excluded.used_due_s, ${NEXT_VERSION}`,
    [
      ...keysOf(rows),
      ...columnsOf(rows, ["inputMl", "inputGoodS", "inputEstimatedS", "usedMl", "usedGoodS", "usedEstimatedS"]),
      rows.map(({ subject }) => dues.inletS.get(subject) ?? 0),
      rows.map(({ subject }) => dues.usedS.get(subject) ?? 0),
    ],
  );
}

async function addAccounts(tx: Sql, rows: Rows<HourChanges["accounts"]>, dues: Dues): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into account_hour as h (account_id, hour, used_ml, used_good_s, used_estimated_s, used_due_s)
     select subject::uuid, ${AT_HOUR}, a, b, c, d
       from unnest($1::text[], $2::float8[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
         as row (subject, hour_ms, a, b, c, d)
     on conflict (account_id, hour) do update set
       used_ml = h.used_ml + excluded.used_ml, used_good_s = h.used_good_s + excluded.used_good_s,
       used_estimated_s = h.used_estimated_s + excluded.used_estimated_s, used_due_s = excluded.used_due_s, ${NEXT_VERSION}`,
    [
      ...keysOf(rows),
      ...columnsOf(rows, ["usedMl", "usedGoodS", "usedEstimatedS"]),
      rows.map(({ subject }) => dues.accountS.get(subject) ?? 0),
    ],
  );
}

async function addAgents(tx: Sql, rows: Rows<HourChanges["agents"]>, dues: Dues): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `insert into collection_hour as h (agent, hour, arrived, late, missing, expected)
     select subject, ${AT_HOUR}, a, b, c, d
       from unnest($1::text[], $2::float8[], $3::bigint[], $4::bigint[], $5::bigint[], $6::float8[])
         as row (subject, hour_ms, a, b, c, d)
     on conflict (agent, hour) do update set
       arrived = h.arrived + excluded.arrived, late = h.late + excluded.late, missing = h.missing + excluded.missing,
       expected = excluded.expected, ${NEXT_VERSION}`,
    [
      ...keysOf(rows),
      ...columnsOf(rows, ["arrived", "late", "missing"]),
      rows.map(({ subject }) => dues.readings.get(subject) ?? 0),
    ],
  );
}

const AT_HOUR = "to_timestamp(hour_ms / 1000)";
const NEXT_VERSION = "version = h.version + 1, updated_at = now()";

function keysOf(rows: readonly { readonly subject: string; readonly hourMs: number }[]): unknown[][] {
  return [rows.map(({ subject }) => subject), rows.map(({ hourMs }) => hourMs)];
}

function columnsOf<Name extends string>(rows: readonly HourChange<Name>[], names: readonly Name[]): number[][] {
  return names.map((name) => rows.map((row) => row[name]));
}

/** Makes a row for every hour of [fromMs, toMs) of every subject of the registry, so that silence shows as nothing of what was due. */
export async function openHours(tx: Sql, dues: Dues, fromMs: number, toMs: number): Promise<void> {
  const hours = [fromMs, toMs - 1];
  const districts = [...new Set([...dues.inletS.keys(), ...dues.usedS.keys()])];
  const dueOf = (of: ReadonlyMap<string, number>) => districts.map((dma) => of.get(dma) ?? 0);
  await tx.query(
    `insert into district_hour as h (dma_id, hour, input_due_s, used_due_s)
     select subject, hour, a, b from unnest($3::text[], $4::bigint[], $5::bigint[]) as row (subject, a, b), ${HOURS}
     on conflict (dma_id, hour) do update set input_due_s = excluded.input_due_s, used_due_s = excluded.used_due_s`,
    [...hours, districts, dueOf(dues.inletS), dueOf(dues.usedS)],
  );
  await tx.query(
    `insert into account_hour (account_id, hour, used_due_s)
     select subject::uuid, hour, a from unnest($3::text[], $4::bigint[]) as row (subject, a), ${HOURS}
     on conflict (account_id, hour) do update set used_due_s = excluded.used_due_s`,
    [...hours, [...dues.accountS.keys()], [...dues.accountS.values()]],
  );
  await tx.query(
    `insert into collection_hour (agent, hour, expected)
     select subject, hour, a from unnest($3::text[], $4::float8[]) as row (subject, a), ${HOURS}
     on conflict (agent, hour) do update set expected = excluded.expected`,
    [...hours, [...dues.readings.keys()], [...dues.readings.values()]],
  );
}

const HOURS =
  "generate_series(to_timestamp($1::float8 / 1000), to_timestamp($2::float8 / 1000), interval '1 hour') as hour";
