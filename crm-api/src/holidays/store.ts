import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Scope } from "../access/scope.ts";
import type { Holiday, HolidayList, HolidayQuery } from "./wire.ts";

/** A holiday as it is stored. */
export interface StoredHoliday {
  readonly id: string;
  readonly firstDay: string;
  readonly lastDay: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly unit: string;
}

interface SeenHoliday extends StoredHoliday {
  readonly mayEdit: boolean;
}

const COLUMNS = `h.id, to_char(h.first_day, 'YYYY-MM-DD') as "firstDay", to_char(h.last_day, 'YYYY-MM-DD') as "lastDay",
  h.name_zh as "nameZh", h.name_en as "nameEn", u.code as unit`;

/** The holidays that hold in a scope: those of its units, and those of the units above, which its people may not change. */
export async function listHolidays(
  sql: Sql,
  scope: Scope,
  { year }: z.infer<typeof HolidayQuery>,
): Promise<HolidayList> {
  const { rows } = await sql.query<SeenHoliday>(
    `select ${COLUMNS}, starts_with(u.path, $1) as "mayEdit"
       from holiday h join org_unit u on u.id = h.unit_id
      where starts_with(u.path, $1) or starts_with($1, u.path) order by h.first_day, u.path, h.id`,
    [scope.path],
  );
  const years = rows.flatMap(({ firstDay, lastDay }) => [yearOf(firstDay), yearOf(lastDay)]);
  const isWanted = (row: SeenHoliday) =>
    year === undefined || (yearOf(row.firstDay) <= year && yearOf(row.lastDay) >= year);
  return {
    items: rows.filter(isWanted).map(toHoliday),
    years: [...new Set(years)].sort((a, b) => a - b),
    units: await unitsOf(sql, scope),
  };
}

function yearOf(day: string): number {
  return Number(day.slice(0, 4));
}

function toHoliday({ nameZh, nameEn, ...row }: SeenHoliday): Holiday {
  return { ...row, name: { zh: nameZh, en: nameEn } };
}

async function unitsOf(sql: Sql, scope: Scope): Promise<HolidayList["units"]> {
  const { rows } = await sql.query<{ code: string; zh: string; en: string; districts: number; mayEdit: boolean }>(
    `select u.code, u.name_zh as zh, u.name_en as en, starts_with(u.path, $1) as "mayEdit",
            (select count(*)::int from dma d join org_unit below on below.id = d.unit_id
              where starts_with(below.path, u.path) and d.status <> 'RETIRE') as districts
       from org_unit u where (starts_with(u.path, $1) or starts_with($1, u.path)) and u.path <> '' order by u.path`,
    [scope.path],
  );
  return rows.map(({ zh, en, ...unit }) => ({ ...unit, name: { zh, en } }));
}

/** The unit of a code that a person may keep holidays for; undefined where there is none in the scope. */
export async function editableUnit(sql: Sql, scope: Scope, code: string): Promise<{ id: string } | undefined> {
  const { rows } = await sql.query<{ id: string }>(
    "select id from org_unit where code = $1 and path <> '' and starts_with(path, $2)",
    [code, scope.path],
  );
  return rows[0];
}

/** The holidays of the units of a scope, locked until the transaction ends so that two people do not write one twice. */
export async function lockHolidays(tx: Sql, scope: Scope): Promise<StoredHoliday[]> {
  await tx.query("select pg_advisory_xact_lock(hashtextextended('holiday', 19))");
  const { rows } = await tx.query<StoredHoliday>(
    `select ${COLUMNS} from holiday h join org_unit u on u.id = h.unit_id where starts_with(u.path, $1)`,
    [scope.path],
  );
  return rows;
}

/** Writes a holiday: a new one, or another meaning of an id. */
export async function writeHoliday(tx: Sql, unitId: string, holiday: StoredHoliday): Promise<void> {
  const { id, firstDay, lastDay, nameZh, nameEn } = holiday;
  await tx.query(
    `insert into holiday (id, unit_id, first_day, last_day, name_zh, name_en) values ($1, $2, $3::date, $4::date, $5, $6)
     on conflict (id) do update set unit_id = excluded.unit_id, first_day = excluded.first_day, last_day = excluded.last_day,
       name_zh = excluded.name_zh, name_en = excluded.name_en`,
    [id, unitId, firstDay, lastDay, nameZh, nameEn],
  );
}
