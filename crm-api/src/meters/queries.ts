import { countsToValue, type Quality, type Quantity, qualityFromCode, type Unit } from "@nightflow/domain";
import type { LastValue, ReadingStore, Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { type CursorRow, encodeCursor, pageSql, type SortOrder } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, SqlFilter } from "../sql/filter.ts";
import { HEARD_CHANNEL } from "./points.ts";
import { collectionStatus } from "./status.ts";
import type { MeterChoice, MeterRow } from "./wire.ts";

/** A meter as PostgreSQL knows it, with its main register. */
export interface MeterSqlRow {
  id: string;
  serial: string | null;
  maker: string | null;
  model: string;
  purpose: "customer" | "dma" | "station";
  commodity: "water" | "gas";
  dn: number | null;
  period_s: number;
  address: string;
  dma_id: string | null;
  customer: string | null;
  account_id: string | null;
  account_no: string | null;
  agent: string | null;
  channel_id: string | null;
  channel_unit: Unit | null;
  channel_resolution: number | null;
  q3_m3h: number | null;
  q4_m3h: number | null;
  capacity_m3: number | null;
  state: string;
  unit_path: string;
}

const COLUMNS = `m.id, m.serial, m.maker, m.model, m.purpose, m.commodity, m.dn, m.period_s, coalesce(sp.address, '') as address,
  coalesce(sp.dma_id, inlet.dma_id) as dma_id, cu.name as customer, ac.id as account_id, ac.no as account_no, main.agent,
  main.id as channel_id, main.unit as channel_unit, main.resolution as channel_resolution, m.q3_m3h::float8 as q3_m3h,
  m.q4_m3h::float8 as q4_m3h, m.capacity_m3::float8 as capacity_m3, m.state, o.path as unit_path`;

const FROM = `meter m join org_unit o on o.id = m.unit_id
  left join service_point sp on sp.id = m.service_point_id
  left join account ac on ac.id = sp.account_id
  left join customer cu on cu.id = ac.customer_id
  left join lateral (select dm.dma_id from dma_meter dm where dm.meter_id = m.id order by dm.dma_id limit 1) inlet on true
  ${HEARD_CHANNEL}`;

const BY_ID: SortOrder = { expression: "m.id", type: "text", isDescending: false, id: "m.id" };
const SCAN_PAGE = 500;

/** A page of meters with their collection status, by id. */
export async function listMeters(sql: Sql, store: ReadingStore, scope: Scope, query: MeterChoice, nowMs: number) {
  const { status, limit } = query;
  const found: MeterRow[] = [];
  // The status comes from the other store, so rows are read on until the page is full.
  for (let cursor = query.cursor; ; ) {
    const page = { ...query, limit: status === undefined ? limit : SCAN_PAGE, cursor };
    const rows = await meterRows(sql, scope, page);
    const meters = await withLastValues(store, rows.slice(0, page.limit), nowMs);
    found.push(...meters.filter((meter) => status === undefined || meter.status === status));
    const hasMore = rows.length > page.limit;
    if (found.length > limit || !hasMore) return pageOfMeters(found, limit, hasMore);
    cursor = cursorAfter(meters);
    if (found.length === limit) return { items: found, nextCursor: cursor };
  }
}

function pageOfMeters(found: readonly MeterRow[], limit: number, hasMore: boolean) {
  const items = found.slice(0, limit);
  return { items, nextCursor: hasMore || found.length > limit ? cursorAfter(items) : null };
}

function cursorAfter(meters: readonly MeterRow[]): string {
  const id = meters.at(-1)?.id ?? "";
  return encodeCursor(id, id);
}

async function meterRows(sql: Sql, scope: Scope, query: MeterChoice): Promise<MeterSqlRow[]> {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, scope, "m.unit_id"))
    .andIf(query.dma, (value) => `coalesce(sp.dma_id, inlet.dma_id) = ${value}`)
    .andIf(query.agent, (value) => `main.agent = ${value}`)
    .andIf(query.account, (value) => `ac.id = ${value}`)
    .andIf(query.commodity, (value) => `m.commodity = ${value}`)
    .andIf(query.model, (value) => `m.model = ${value}`)
    .andIf(query.ids, (value) => `m.id = any(${value})`)
    .andIf(query.purpose, (value) => `m.purpose = ${value}`)
    .andIf(
      query.q && containing(query.q),
      (value) => `concat_ws(' ', m.id, m.serial, sp.address, cu.name, ac.no) ilike ${value}`,
    );
  const page = pageSql(filter, BY_ID, query);
  const text = `select ${COLUMNS}, ${page.select} from ${FROM} ${filter.where} ${page.tail}`;
  return (await sql.query<MeterSqlRow & CursorRow>(text, filter.values)).rows;
}

/** Some meters of a person's scope with their collection status, in the order of `ids`; unknown ones are left out. */
export async function metersByIds(
  sql: Sql,
  store: ReadingStore,
  scope: Scope,
  ids: readonly string[],
  nowMs: number,
): Promise<MeterRow[]> {
  const filter = new SqlFilter();
  filter.and(`m.id = any(${filter.value(ids)})`).and(inScope(filter, scope, "m.unit_id"));
  const { rows } = await sql.query<MeterSqlRow>(`select ${COLUMNS} from ${FROM} ${filter.where}`, filter.values);
  const found = new Map((await withLastValues(store, rows, nowMs)).map((meter) => [meter.id, meter]));
  return ids.flatMap((id) => found.get(id) ?? []);
}

/** One meter of a person's scope. */
export async function loadMeter(sql: Sql, scope: Scope, id: string): Promise<MeterSqlRow> {
  const filter = new SqlFilter();
  filter.and(`m.id = ${filter.value(id)}`).and(inScope(filter, scope, "m.unit_id"));
  const { rows } = await sql.query<MeterSqlRow>(`select ${COLUMNS} from ${FROM} ${filter.where}`, filter.values);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("meter", id);
  return row;
}

/** Meters with what their main registers showed last. */
export async function withLastValues(
  store: ReadingStore,
  rows: readonly MeterSqlRow[],
  nowMs: number,
): Promise<MeterRow[]> {
  const channels = rows.flatMap((row) => (row.channel_id === null ? [] : [row.channel_id]));
  const values = new Map((await store.lastValues(channels)).map((value) => [value.channel, value]));
  return rows.map((row) => toMeterRow(row, values.get(row.channel_id ?? ""), nowMs));
}

function toMeterRow(row: MeterSqlRow, last: LastValue | undefined, nowMs: number): MeterRow {
  const register = last === undefined ? null : channelValue(last, row.channel_resolution);
  return {
    id: row.id,
    serial: row.serial,
    maker: row.maker,
    model: row.model,
    purpose: row.purpose,
    commodity: row.commodity,
    dn: row.dn,
    periodS: row.period_s,
    address: row.address,
    dmaId: row.dma_id,
    customer: row.customer,
    accountId: row.account_id,
    accountNo: row.account_no,
    agent: row.agent,
    status: collectionStatus(last?.lastValueAtMs ?? null, row.period_s * 1000, nowMs),
    lastValueAt: last?.lastValueAtMs ?? null,
    lastReadAt: last?.readAtMs ?? null,
    lastQuality: last === undefined ? null : qualityOf(last.quality),
    register,
    unit: row.channel_unit,
  };
}

/** A channel's value in its unit: counts times resolution, or the gauge; null when missing. */
export function channelValue(
  last: Pick<LastValue, "quality" | "counts" | "gauge">,
  resolution: number | null,
): number | null {
  if (qualityOf(last.quality) === "missing") return null;
  if (resolution !== null) return last.counts === null ? null : countsToValue(last.counts, resolution);
  return last.gauge;
}

/** The quality that a stored code stands for; what is unknown is not trusted. */
export function qualityOf(code: number): Quality {
  return qualityFromCode(code) ?? "suspect";
}

interface ChannelSqlRow {
  id: string;
  quantity: Quantity;
  unit: Unit;
  resolution: number | null;
  agent: string | null;
}

/** Every channel of a meter. */
export async function channelsOf(sql: Sql, meterId: string): Promise<ChannelSqlRow[]> {
  const { rows } = await sql.query<ChannelSqlRow>(
    "select id, quantity, unit, resolution, agent from channel where meter_id = $1 order by id",
    [meterId],
  );
  return rows;
}
