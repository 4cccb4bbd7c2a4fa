import type { RuleCode } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { inScope, type Scope } from "../access/scope.ts";
import { epochMs, SqlFilter } from "../sql/filter.ts";
import { ruleWords } from "../tickets/words.ts";
import type { Happening } from "./wire.ts";

const MOST = 500;
/** A night is known when its window is over. */
const NIGHT_KNOWN_AT = "05:00";

/** Whose happenings: of a district with all that lies in it, else of one subject. */
export interface ReplayedPlace {
  readonly dmaId: string | null;
  readonly subjectKind: string;
  readonly subject: string;
}

export interface ReplaySpan {
  readonly from: number;
  readonly to: number;
  readonly zone: string;
}

/** What happened at a place over a span, as it became known. */
export async function happeningsAt(
  sql: Sql,
  scope: Scope,
  place: ReplayedPlace,
  span: ReplaySpan,
): Promise<Happening[]> {
  const findings = await findingsAt(sql, scope, place, span);
  const ids = findings.map((finding) => finding.id);
  const all = [
    ...findings.flatMap((finding) => livesOf(finding, span)),
    ...(await actionsOn(sql, ids, span)),
    ...(await ticketSteps(sql, ids, span)),
    ...(await shiftNotes(sql, ids, span)),
    ...(place.dmaId === null ? [] : await nightsKnown(sql, place.dmaId, span)),
  ];
  return all.toSorted((a, b) => a.at - b.at).slice(0, MOST);
}

interface FindingRow {
  readonly id: string;
  readonly rule: RuleCode;
  readonly subject: string;
  readonly opened_at: number;
  readonly closed_at: number | null;
  readonly rate_m3h: number | null;
}

async function findingsAt(
  sql: Sql,
  scope: Scope,
  place: ReplayedPlace,
  { from, to }: ReplaySpan,
): Promise<FindingRow[]> {
  const filter = new SqlFilter();
  filter.and(inScope(filter, scope, "a.unit_id"));
  const own = `(a.subject_kind = ${filter.value(place.subjectKind)} and a.subject = ${filter.value(place.subject)})`;
  filter.and(`(${own} or a.dma_id = ${filter.value(place.dmaId)})`);
  filter.and(`a.opened_at < ${filter.value(new Date(to))}`);
  filter.and(`(a.closed_at is null or a.closed_at >= ${filter.value(new Date(from))})`);
  const { rows } = await sql.query<FindingRow>(
    `select a.id, a.rule, a.subject, ${epochMs("a.opened_at")} as opened_at, ${epochMs("a.closed_at")} as closed_at, a.rate_m3h
       from anomaly a ${filter.where} order by a.opened_at desc limit ${MOST}`,
    filter.values,
  );
  return rows;
}

const NO_LIMIT = { limitM3h: null };

function livesOf(finding: FindingRow, { from, to }: ReplaySpan): Happening[] {
  const { id: anomalyId, rule, subject, rate_m3h: valueM3h } = finding;
  const base = { what: rule, text: { ...ruleWords(rule) }, who: null, subject, anomalyId, valueM3h, ...NO_LIMIT };
  const isIn = (at: number) => at >= from && at < to;
  return [
    ...(isIn(finding.opened_at) ? [{ ...base, at: finding.opened_at, kind: "found" as const }] : []),
    ...(finding.closed_at !== null && isIn(finding.closed_at)
      ? [{ ...base, at: finding.closed_at, kind: "ended" as const }]
      : []),
  ];
}

interface TextRow {
  readonly at: number;
  readonly what: string;
  readonly who: string | null;
  readonly subject: string;
  readonly anomaly_id: string;
  readonly zh: string | null;
  readonly en: string | null;
}

function toHappening(kind: Happening["kind"], row: TextRow): Happening {
  const { at, what, who, subject, anomaly_id: anomalyId } = row;
  const text = { zh: row.zh ?? "", en: row.en ?? row.zh ?? "" };
  return { at, kind, what, text, who, subject, anomalyId, valueM3h: null, ...NO_LIMIT };
}

const SPAN = (column: string) => `${column} >= $2 and ${column} < $3`;
const spanValues = (ids: readonly string[], { from, to }: ReplaySpan) => [ids, new Date(from), new Date(to)];

async function actionsOn(sql: Sql, ids: readonly string[], span: ReplaySpan): Promise<Happening[]> {
  const { rows } = await sql.query<TextRow>(
    `select ${epochMs("e.at")} as at, e.action as what, coalesce(u.display_name, e.actor) as who, a.subject, a.id as anomaly_id,
            coalesce(e.reason, e.after ->> 'note', e.after ->> 'reason') as zh, null as en
       from audit_entry e join anomaly a on a.id::text = e.subject left join app_user u on u.id = e.actor_id
      where e.subject_kind = 'anomaly' and e.subject = any($1) and ${SPAN("e.at")} order by e.no limit ${MOST}`,
    spanValues(ids, span),
  );
  return rows.map((row) => toHappening("action", row));
}

async function ticketSteps(sql: Sql, ids: readonly string[], span: ReplaySpan): Promise<Happening[]> {
  const { rows } = await sql.query<TextRow>(
    `select distinct on (s.at, s.id) ${epochMs("s.at")} as at, coalesce(s.to_state, 'note') as what,
            coalesce(u.display_name, s.actor) as who, t.no as subject, a.id as anomaly_id,
            coalesce(s.data #>> '{words,zh}', s.note) as zh, coalesce(s.data #>> '{words,en}', s.note) as en
       from anomaly a join ticket t on t.id = a.ticket_id join ticket_step s on s.ticket_id = t.id
       left join app_user u on u.id = s.actor_id
      where a.id = any($1::uuid[]) and ${SPAN("s.at")} order by s.at, s.id, a.opened_at limit ${MOST}`,
    spanValues(ids, span),
  );
  return rows.map((row) => toHappening("ticket", row));
}

async function shiftNotes(sql: Sql, ids: readonly string[], span: ReplaySpan): Promise<Happening[]> {
  const { rows } = await sql.query<TextRow>(
    `select ${epochMs("e.at")} as at, 'note' as what, u.display_name as who, a.subject, a.id as anomaly_id,
            e.text as zh, e.text as en
       from shift_entry e join anomaly a on a.id = e.anomaly_id join app_user u on u.id = e.author_id
      where e.anomaly_id = any($1::uuid[]) and ${SPAN("e.at")} order by e.at limit ${MOST}`,
    spanValues(ids, span),
  );
  return rows.map((row) => toHappening("note", row));
}

async function nightsKnown(sql: Sql, dmaId: string, { from, to, zone }: ReplaySpan): Promise<Happening[]> {
  const { rows } = await sql.query<{ at: number; mnf: number; limit: number | null }>(
    `select * from (select ${epochMs(`(n.night + time '${NIGHT_KNOWN_AT}') at time zone $4`)} as at, n.mnf_m3h as mnf,
              n.band_high_m3h as "limit" from dma_night n where n.dma_id = $1 and n.mnf_m3h is not null) known
      where at >= $2 and at < $3 order by at`,
    [dmaId, from, to, zone],
  );
  const base = { kind: "night" as const, what: "night", text: { zh: "", en: "" }, who: null, subject: dmaId };
  return rows.map(({ at, mnf, limit }) => ({ ...base, at, anomalyId: null, valueM3h: mnf, limitM3h: limit }));
}
