import { AgentStatus, renewableFrom } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { z } from "zod";
import { type CursorRow, type PageQuery, pageSql, toPage } from "../http/paging.ts";
import { containing, epochMs, SqlFilter } from "../sql/filter.ts";
import { describeRoot, type EnrolmentDesk } from "./desk.ts";
import type {
  EnrolledAgentQuery,
  EnrolledAgentRow,
  EnrolmentNoteQuery,
  EnrolmentNoteRow,
  EnrolmentOverview,
  EnrolmentRequestQuery,
  EnrolmentRequestRow,
  TokenListRow,
} from "./wire.ts";

// Every agent that has enrolled or was heard of, with the newest certificate that was not revoked.
const AGENTS = `(
  select coalesce(e.site, a.site) as site, coalesce(e.agent, a.id) as agent, coalesce(e.how, 'none') as how,
         e.joined_at, case when e.how <> 'none' then e.joined_by end as joined_by, e.revoked_at, e.revoked_by,
         e.revoked_reason, a.is_online, a.status, a.status_at, c.serial, c.fingerprint, c.key_hash, c.why, c.issued_at, c.expires_at,
         case when e.revoked_at is not null then 'revoked'
              when e.how = 'chain' then 'foreign'
              when c.serial is null then case when e.site is null or e.how = 'none' then 'password' else 'expired' end
              when c.expires_at <= now() then 'expired'
              when c.expires_at - (c.expires_at - c.issued_at) / 10 <= now() then 'expiring'
              else 'good' end as standing
    from enrolled_agent e full join agent a on a.site = e.site and a.id = e.agent
    left join lateral (
      select * from agent_certificate k where k.site = e.site and k.agent = e.agent and k.revoked_at is null
       order by k.issued_at desc limit 1) c on true)`;

interface AgentSqlRow extends CursorRow {
  site: string;
  agent: string;
  how: "token" | "approval" | "chain" | "none";
  standing: z.infer<typeof EnrolledAgentRow>["standing"];
  joined_at: number | null;
  joined_by: string | null;
  revoked_at: number | null;
  revoked_by: string | null;
  revoked_reason: string | null;
  is_online: boolean | null;
  status: unknown;
  status_at: number | null;
  meters: number;
  serial: string | null;
  fingerprint: string;
  key_hash: string;
  why: "token" | "approval" | "renewal";
  issued_at: number;
  expires_at: number;
}

const ID = "x.site || '/' || x.agent";
/** A digit before the name: what somebody must see to comes first. */
const WORST = `(case when x.standing = 'revoked' then '9' when x.is_online is false or x.standing = 'expired' then '0'
  when x.standing = 'expiring' then '1' when (x.status->'outbox'->>'alarm')::boolean then '2' else '5' end || ${ID})`;

/** Agents with their certificates, by site and name or worst first. */
export async function listEnrolledAgents(sql: Sql, query: EnrolledAgentQuery) {
  const filter = new SqlFilter();
  filter
    .andIf(query.q && containing(query.q), (value) => `x.site || '/' || x.agent ilike ${value}`)
    .andIf(query.standing, (value) => `x.standing = ${value}`);
  const expression = query.sort === "worst" ? WORST : `(${ID})`;
  const page = pageSql(filter, { expression, type: "text", isDescending: false, id: `(${ID})` }, query);
  const { rows } = await sql.query<AgentSqlRow>(
    `select x.site, x.agent, x.how, x.standing, ${epochMs("x.joined_at")} as joined_at, x.joined_by,
            ${epochMs("x.revoked_at")} as revoked_at, x.revoked_by, x.revoked_reason, x.is_online,
            ${epochMs("x.status_at")} as status_at, x.status,
            (select count(distinct meter_id)::int from channel where agent = ${ID}) as meters, x.serial, x.fingerprint, x.key_hash, x.why,
            ${epochMs("x.issued_at")} as issued_at, ${epochMs("x.expires_at")} as expires_at, ${page.select}
       from ${AGENTS} x ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toAgentRow);
}

function toAgentRow(row: AgentSqlRow): z.infer<typeof EnrolledAgentRow> {
  return {
    site: row.site,
    agent: row.agent,
    standing: row.standing,
    how: row.how,
    joinedAt: row.joined_by === null ? null : row.joined_at,
    joinedBy: row.joined_by,
    certificate: row.serial === null ? null : toCertificate({ ...row, serial: row.serial }),
    isOnline: row.is_online,
    lastSeenAt: row.status_at,
    says: toSays(row.status),
    meters: row.meters,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    revokedReason: row.revoked_reason,
  };
}

/** What a status says; one that this program cannot read says nothing. */
function toSays(status: unknown): z.infer<typeof EnrolledAgentRow>["says"] {
  const { version = null, startedAt = null, outbox, enrolment } = AgentStatus.safeParse(status).data ?? {};
  return {
    version,
    startedAt,
    outbox: outbox === undefined ? null : toOutbox(outbox),
    enrolment: enrolment === undefined ? null : { state: enrolment.state, reason: enrolment.reason },
  };
}

function toOutbox({ records, bytes, maxBytes, oldestReadAt, dropped }: NonNullable<AgentStatus["outbox"]>) {
  return { records, fill: bytes / maxBytes, oldestReadAt, dropped };
}

function toCertificate(row: AgentSqlRow & { readonly serial: string }) {
  const { serial, fingerprint, key_hash: keyFingerprint, issued_at: issuedAt, expires_at: expiresAt, why } = row;
  const from = renewableFrom({ issuedAt, expiresAt });
  return { serial, fingerprint, keyFingerprint, issuedAt, expiresAt, renewableFrom: from, why };
}

interface RequestSqlRow extends CursorRow {
  id: string;
  site: string;
  agent: string;
  proof: string;
  is_request: boolean;
  verdict: "approved" | "rejected" | null;
  standing: "unknown" | "admitted" | "revoked";
  remote_address: string | null;
  requested_at: number;
  asked_at: number;
  decided_at: number | null;
  decided_by: string | null;
  reason: string | null;
}

/** Requests of agents that nobody had announced, newest first. */
export async function listRequests(sql: Sql, query: EnrolmentRequestQuery) {
  const filter = new SqlFilter();
  filter.andIf(query.state, (value) => `coalesce(r.verdict, 'held') = ${value}`);
  const order = { expression: "r.requested_at", type: "timestamptz", isDescending: true, id: "r.id" } as const;
  const page = pageSql(filter, order, query);
  const { rows } = await sql.query<RequestSqlRow>(
    `select r.id, r.site, r.agent, r.proof, r.request is not null as is_request, r.verdict, r.remote_address,
            case when e.site is null then 'unknown' when e.revoked_at is null then 'admitted' else 'revoked' end as standing,
            ${epochMs("r.requested_at")} as requested_at, ${epochMs("r.asked_at")} as asked_at,
            ${epochMs("r.decided_at")} as decided_at, r.decided_by, r.reason, ${page.select}
       from enrolment_request r left join enrolled_agent e on e.site = r.site and e.agent = r.agent
       ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toRequestRow);
}

function toRequestRow(row: RequestSqlRow): z.infer<typeof EnrolmentRequestRow> {
  return {
    id: row.id,
    site: row.site,
    agent: row.agent,
    fingerprint: row.proof,
    kind: row.is_request ? "request" : "foreign-certificate",
    state: row.verdict ?? "held",
    standing: row.standing,
    remoteAddress: row.remote_address,
    requestedAt: row.requested_at,
    askedAt: row.asked_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    reason: row.reason,
  };
}

interface TokenSqlRow extends CursorRow {
  id: string;
  site: string;
  agent: string | null;
  note: string;
  state: "open" | "used" | "expired" | "withdrawn";
  uses: number;
  max_uses: number;
  used_by: string[];
  created_at: number;
  created_by: string;
  expires_at: number;
}

/** Tokens without their secrets, newest first. */
export async function listTokens(sql: Sql, query: PageQuery) {
  const filter = new SqlFilter();
  const order = { expression: "t.created_at", type: "timestamptz", isDescending: true, id: "t.id" } as const;
  const page = pageSql(filter, order, query);
  const { rows } = await sql.query<TokenSqlRow>(
    `select t.id, t.site, t.agent, t.note, u.uses, t.max_uses, u.used_by, t.created_by,
            case when t.withdrawn_at is not null then 'withdrawn' when u.uses >= t.max_uses then 'used'
                 when t.expires_at <= now() then 'expired' else 'open' end as state,
            ${epochMs("t.created_at")} as created_at, ${epochMs("t.expires_at")} as expires_at, ${page.select}
       from enrolment_token t left join lateral (
         select count(*)::int as uses,
                coalesce((array_agg(site || '/' || agent order by used_at))[1:20], '{}') as used_by
           from enrolment_token_use where token_id = t.id) u on true
       ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toTokenRow);
}

function toTokenRow(row: TokenSqlRow): z.infer<typeof TokenListRow> {
  return {
    id: row.id,
    site: row.site,
    agent: row.agent,
    note: row.note,
    state: row.state,
    uses: row.uses,
    maxUses: row.max_uses,
    usedBy: row.used_by,
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
  };
}

interface NoteSqlRow extends CursorRow {
  no: number;
  at: number;
  actor: string;
  action: string;
  subject: string;
  reason: string | null;
  remote_address: string | null;
}

/** A token is told by whom it is for. */
const ABOUT = `case when e.subject_kind = 'token'
  then coalesce((e.after->>'site') || '/' || coalesce(e.after->>'agent', '*'), e.subject) else e.subject end`;

/** Who did what about enrolment, when and why, newest first; of one agent also the tokens made for it. */
export async function listNotes(sql: Sql, query: EnrolmentNoteQuery) {
  const filter = new SqlFilter().and("starts_with(e.action, 'enrolment.')");
  const { site, agent } = query;
  if (site !== undefined && agent !== undefined) {
    const subject = filter.value(`${site}/${agent}`);
    const order = filter.value(JSON.stringify({ site, agent }));
    filter.and(`(e.subject = ${subject} or (e.subject_kind = 'token' and e.after @> ${order}::jsonb))`);
  }
  const page = pageSql(filter, { expression: "e.no", type: "bigint", isDescending: true, id: "e.no" }, query);
  const { rows } = await sql.query<NoteSqlRow>(
    `select e.no::float8 as no, ${epochMs("e.at")} as at, e.actor, e.action, ${ABOUT} as subject, e.reason,
            e.remote_address, ${page.select} from audit_entry e ${filter.where} ${page.tail}`,
    filter.values,
  );
  return toPage(rows, query.limit, toNoteRow);
}

function toNoteRow(row: NoteSqlRow): z.infer<typeof EnrolmentNoteRow> {
  const { no, at, actor, action, subject, reason, remote_address: remoteAddress } = row;
  return { no, at, actor, action, subject, reason, remoteAddress };
}

/** How agents join here, and how many wait, were put out or will soon need a look. */
export async function enrolmentOverview(
  sql: Sql,
  desk: EnrolmentDesk | undefined,
): Promise<z.infer<typeof EnrolmentOverview>> {
  const { rows } = await sql.query<{ waiting: number; revoked: number; expiring: number; sites: string[] }>(
    `select (select count(*)::int from enrolment_request where verdict is null) as waiting,
            (select count(*)::int from enrolled_agent where revoked_at is not null) as revoked,
            (select count(*)::int from ${AGENTS} x where x.standing = 'expiring') as expiring,
            array(select site from agent union select site from enrolled_agent union select site from process_report
                   order by 1 limit 100) as sites`,
  );
  const { waiting = 0, revoked = 0, expiring = 0, sites = [] } = rows[0] ?? {};
  return {
    isOn: desk !== undefined,
    unknownAgents: desk?.config.unknownAgents ?? null,
    certificateDays: desk?.config.certificateDays ?? null,
    renewGraceDays: desk?.config.renewGraceDays ?? null,
    tokenHours: desk?.config.tokenHours ?? null,
    authority: desk === undefined ? null : describeRoot(desk.signer.rootPem),
    waiting,
    revoked,
    expiring,
    sites,
  };
}
