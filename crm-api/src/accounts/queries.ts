import type { TicketKind, TicketPriority, TicketState } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { inScope, type Scope } from "../access/scope.ts";
import { OPEN_ANOMALY } from "../anomalies/open.ts";
import { type CursorRow, pageSql } from "../http/paging.ts";
import { NotFoundProblem } from "../http/problems.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { OPEN_TICKET } from "../tickets/open.ts";
import type { AccountQuery } from "./wire.ts";

/** An account as PostgreSQL knows it. */
export interface AccountSqlRow {
  id: string;
  no: string;
  customer: string;
  phone: string | null;
  service_class: "vip" | "normal" | "restricted";
  category: string;
  commodity: "water" | "gas" | null;
  is_key_account: boolean;
  manager_id: string | null;
  manager_name: string | null;
  status: "active" | "suspended" | "closed";
  open_tickets: number;
  open_events: number;
  last_report_at: number | null;
  unit_id: string;
  unit_path: string;
  tariff_code: string | null;
  tariff_zh: string;
  tariff_en: string;
  price_per_m3: number;
  tariff_currency: string;
}

const COLUMNS = `ac.id, ac.no, cu.name as customer, cu.phone, cu.service_class, ac.category,
  (select sp.commodity from service_point sp where sp.account_id = ac.id order by sp.no limit 1) as commodity,
  ac.is_key_account, ac.manager_id, mg.display_name as manager_name, ac.status, ac.unit_id, o.path as unit_path,
  (select count(*)::int from ticket t where t.account_id = ac.id and ${OPEN_TICKET}) as open_tickets,
  (select count(*)::int from anomaly a where a.account_id = ac.id and ${OPEN_ANOMALY}) as open_events,
  (select ${epochMs("max(r.finished_at)")} from report_run r where r.account_id = ac.id and r.state = 'done') as last_report_at,
  ta.code as tariff_code, ta.name_zh as tariff_zh, ta.name_en as tariff_en, ta.price_per_m3::float8 as price_per_m3,
  ta.currency as tariff_currency`;

const FROM = `account ac join customer cu on cu.id = ac.customer_id join org_unit o on o.id = ac.unit_id
  left join app_user mg on mg.id = ac.manager_id left join tariff ta on ta.id = ac.tariff_id`;

/** Accounts of a page (one more than its limit) by number; key accounts unless all are asked for. */
export async function accountRows(sql: Sql, principal: Principal, query: AccountQuery) {
  const filter = new SqlFilter();
  filter
    .and(inScope(filter, principal.scope, "ac.unit_id"))
    .andIf(query.mine === true ? principal.userId : undefined, (value) => `ac.manager_id = ${value}`)
    .andIf(query.q && containing(query.q), (value) => `concat_ws(' ', ac.no, cu.name) ilike ${value}`);
  if (query.all !== true) filter.and("ac.is_key_account");
  const order = { expression: "ac.no", type: "text", isDescending: false, id: "ac.id" } as const;
  const page = pageSql(filter, order, query);
  const text = `select ${COLUMNS}, ${page.select} from ${FROM} ${filter.where} ${page.tail}`;
  return (await sql.query<AccountSqlRow & CursorRow>(text, filter.values)).rows;
}

/** One account of a person's scope. */
export async function loadAccount(sql: Sql, scope: Scope, id: string): Promise<AccountSqlRow> {
  const filter = new SqlFilter();
  filter.and(`ac.id = ${filter.value(id)}`).and(inScope(filter, scope, "ac.unit_id"));
  const { rows } = await sql.query<AccountSqlRow>(`select ${COLUMNS} from ${FROM} ${filter.where}`, filter.values);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("account", id);
  return row;
}

interface ServicePointRow {
  id: string;
  no: string;
  address: string;
  commodity: "water" | "gas";
  dmaId: string | null;
  meters: { id: string; model: string; serial: string | null }[];
}

/** Places that an account is supplied at, with their meters. */
export async function servicePointsOf(sql: Sql, accountId: string): Promise<ServicePointRow[]> {
  const { rows } = await sql.query<ServicePointRow>(
    `select sp.id, sp.no, sp.address, sp.commodity, sp.dma_id as "dmaId",
            (select coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'model', m.model, 'serial', m.serial) order by m.id), '[]')
               from meter m where m.service_point_id = sp.id) as meters
       from service_point sp where sp.account_id = $1 order by sp.no`,
    [accountId],
  );
  return rows;
}

interface AccountTicketRow {
  id: string;
  no: string;
  kind: TicketKind;
  priority: TicketPriority;
  state: TicketState;
  title_zh: string;
  title_en: string;
  opened_at: number;
  resolve_by: number | null;
}

/** The newest tickets of an account that a person may see. */
export async function ticketsOfAccount(sql: Sql, scope: Scope, accountId: string) {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "t.unit_id")).and(`t.account_id = ${filter.value(accountId)}`);
  const { rows } = await sql.query<AccountTicketRow>(
    `select t.id, t.no, t.kind, t.priority, t.state, t.title_zh, t.title_en, ${epochMs("t.opened_at")} as opened_at,
            ${epochMs("t.resolve_by")} as resolve_by
       from ticket t ${filter.where} order by t.opened_at desc, t.id limit 20`,
    filter.values,
  );
  return rows.map((row) => ({
    id: row.id,
    no: row.no,
    kind: row.kind,
    priority: row.priority,
    state: row.state,
    title: { zh: row.title_zh, en: row.title_en },
    openedAt: row.opened_at,
    resolveBy: row.resolve_by,
  }));
}
