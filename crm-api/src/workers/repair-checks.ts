import { calendarOf, dateTextOf } from "@nightflow/analytics/pure";
import {
  type CauseGroup,
  type Clock,
  describeError,
  type Evidence,
  newId,
  type RuleCode,
  type TicketState,
} from "@nightflow/domain";
import type { Database, ReadingStore, Sql } from "@nightflow/storage";
import type { Logger } from "pino";
import { companyOf } from "../access/company.ts";
import { countsToM3, pointsOfMeter } from "../meters/points.ts";
import { epochMs } from "../sql/filter.ts";
import { recordEvents, SYSTEM } from "../system/record.ts";
import { OPEN_TICKET } from "../tickets/open.ts";
import { reopenTicket } from "../tickets/reopen.ts";
import {
  CHECK_DAYS,
  CHECK_NIGHTS,
  judgeRepair,
  REPAIRED_RULES,
  type RepairNight,
  type RepairVerdict,
  repairTarget,
} from "../tickets/repair-check.ts";
import { addStep } from "../tickets/steps.ts";

/** What checking repairs depends on. */
export interface RepairCheckDeps {
  readonly db: Database;
  readonly store: Pick<ReadingStore, "nightMinimum">;
  /** Business time. */
  readonly clock: Clock;
  readonly logger: Logger;
}

const LOOK_EVERY_MS = 30_000;
const DAY_MS = 86_400_000;
const AT_ONCE = 50;
const CHECKABLE: ReadonlySet<TicketState> = new Set(["resolved", "follow_up", "closed"]);

/** Looks after repairs twice a real minute; gives what ends it. */
export function watchRepairs(deps: RepairCheckDeps): () => Promise<void> {
  let looking = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking
      .then(() => checkRepairs(deps))
      .catch((error: unknown) => {
        deps.logger.debug({ reason: describeError(error) }, "repairs cannot be checked now");
      });
  }, LOOK_EVERY_MS).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/**
 * Begins to watch what was resolved, and judges what three nights have shown: a repair that has not brought the night flow back
 * reopens its ticket. Several processes may do it at once.
 */
export async function checkRepairs(deps: RepairCheckDeps): Promise<void> {
  await deps.db.transaction((tx) => beginChecks(tx, deps.clock));
  for (const id of await dueChecks(deps)) await judgeCheck(deps, id);
}

interface ResolvedRow {
  ticket_id: string;
  anomaly_id: string;
  resolved_at: Date;
  evidence: Evidence;
}

/** A check for each ticket that was resolved in the last days, by the most costly of its findings that a repair brings down. */
async function beginChecks(tx: Sql, clock: Clock): Promise<void> {
  const { rows } = await tx.query<ResolvedRow>(
    `select distinct on (t.id) t.id as ticket_id, a.id as anomaly_id, t.resolved_at, a.evidence
       from ticket t join anomaly a on a.ticket_id = t.id
      where t.state in ('resolved', 'follow_up', 'closed') and t.resolved_at > $1 and a.rule = any($2)
        and a.subject_kind in ('meter', 'dma') and a.state not in ('withdrawn', 'false_alarm', 'planned', 'merged')
        and not exists (select 1 from repair_check c where c.ticket_id = t.id and c.repaired_at = t.resolved_at)
      order by t.id, a.money_per_day desc, a.id limit ${AT_ONCE}`,
    [new Date(clock.now() - CHECK_DAYS * DAY_MS), REPAIRED_RULES],
  );
  for (const row of rows) {
    const target = repairTarget(row.evidence);
    await tx.query(
      `insert into repair_check (id, ticket_id, anomaly_id, repaired_at, limit_m3h, before_m3h, state)
       values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
      [
        newId(),
        row.ticket_id,
        row.anomaly_id,
        row.resolved_at,
        target?.limitM3h ?? 0,
        target?.beforeM3h ?? 0,
        target === null ? "given_up" : "watching",
      ],
    );
  }
}

/** Checks of which three nights may be over. */
async function dueChecks({ db, clock }: RepairCheckDeps): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from repair_check where state = 'watching' and repaired_at < $1 order by repaired_at limit ${AT_ONCE}`,
    [new Date(clock.now() - (CHECK_NIGHTS - 1) * DAY_MS)],
  );
  return rows.map(({ id }) => id);
}

interface CheckRow {
  id: string;
  ticket_id: string;
  no: string;
  key: string | null;
  state: TicketState;
  is_same_repair: boolean;
  repaired_ms: number;
  limit_m3h: number;
  before_m3h: number;
  anomaly_id: string;
  rule: RuleCode;
  subject_kind: "meter" | "dma";
  subject: string;
  cause_group: CauseGroup;
  unit_id: string;
  unit_path: string;
}

async function judgeCheck(deps: RepairCheckDeps, id: string): Promise<void> {
  const { db, clock } = deps;
  const [seen] = await checkRows(db, id, "");
  if (seen === undefined) return;
  const nights = await nightsSince(deps, seen);
  const verdict = judgeRepair(nights, seen.limit_m3h, seen.repaired_ms, clock.now());
  await db.transaction(async (tx) => {
    const [check] = await checkRows(tx, id, "for no key update of c, t");
    if (check === undefined) return;
    // Somebody has taken it up again meanwhile: the check is about a repair that is no longer claimed.
    const isClaimed = check.is_same_repair && CHECKABLE.has(check.state);
    const state = isClaimed ? verdict : "given_up";
    await tx.query("update repair_check set state = $2, nights = $3, judged_at = $4 where id = $1", [
      id,
      state,
      JSON.stringify(nights),
      state === "watching" ? null : new Date(clock.now()),
    ]);
    if (isClaimed && verdict !== "watching") await tell(tx, clock, check, nights, verdict);
  });
}

async function checkRows(sql: Sql, id: string, lock: string): Promise<CheckRow[]> {
  const { rows } = await sql.query<CheckRow & Record<string, unknown>>(
    `select c.id, c.ticket_id, t.no, t.key, t.state, t.resolved_at = c.repaired_at as is_same_repair,
            ${epochMs("c.repaired_at")} as repaired_ms, c.limit_m3h, c.before_m3h, c.anomaly_id, a.rule, a.subject_kind,
            a.subject, a.cause_group, a.unit_id, o.path as unit_path
       from repair_check c join ticket t on t.id = c.ticket_id join anomaly a on a.id = c.anomaly_id
       join org_unit o on o.id = a.unit_id
      where c.id = $1 and c.state = 'watching' ${lock}`,
    [id],
  );
  return rows;
}

/** The measured nights that began after the repair, at most as many as decide. */
async function nightsSince(deps: RepairCheckDeps, check: CheckRow): Promise<RepairNight[]> {
  const { db } = deps;
  const { zone } = await companyOf(db, check.unit_path);
  const nights =
    check.subject_kind === "dma" ? await districtNights(db, check, zone) : await meterNights(deps, check, zone);
  return nights.slice(0, CHECK_NIGHTS);
}

async function districtNights(sql: Sql, check: CheckRow, zone: string): Promise<RepairNight[]> {
  const flow = check.rule === "DMA_LOSS" ? "loss_m3h" : "mnf_m3h";
  const calendar = calendarOf(zone);
  const repairedOn = dateTextOf(calendar.dayOf(check.repaired_ms));
  const { rows } = await sql.query<{ night: string; flow: number }>(
    `select to_char(night, 'YYYY-MM-DD') as night, ${flow} as flow from dma_night
      where dma_id = $1 and night > $2 and ${flow} is not null order by night limit ${CHECK_NIGHTS}`,
    [check.subject, repairedOn],
  );
  return rows.map(({ night, flow: flowM3h }) => ({ night, flowM3h }));
}

async function meterNights({ db, store, clock }: RepairCheckDeps, check: CheckRow, zone: string) {
  const [point] = await pointsOfMeter(db, check.subject);
  if (point === undefined) return [];
  const toMs = Math.min(clock.now(), check.repaired_ms + CHECK_DAYS * DAY_MS);
  const range = { channels: [point.channelId], fromMs: check.repaired_ms, toMs };
  const found = await store.nightMinimum(range, zone);
  const calendar = calendarOf(zone);
  const nights: RepairNight[] = [];
  for (let row = 0; row < found.length; row++) {
    const counts = found.minCountsPerHour[row] ?? Number.NaN;
    const [fromMs, endMs] = [found.fromMs[row] ?? 0, found.toMs[row] ?? 0];
    if (Number.isNaN(counts) || fromMs < check.repaired_ms || endMs > clock.now()) continue;
    nights.push({ night: dateTextOf(calendar.dayOf(fromMs)), flowM3h: countsToM3(counts, point) });
  }
  return nights.toSorted((a, b) => (a.night < b.night ? -1 : 1));
}

const flowWords = (flowM3h: number) =>
  flowM3h < 1 ? `${Math.round(flowM3h * 1000)} L/h` : `${flowM3h.toFixed(1)} m³/h`;

/** Says on the ticket what the nights have shown; one that is not solved is opened again. */
async function tell(
  tx: Sql,
  clock: Clock,
  check: CheckRow,
  nights: readonly RepairNight[],
  verdict: Exclude<RepairVerdict, "watching">,
): Promise<void> {
  const words = verdictWords(check, nights, verdict);
  const { limit_m3h: limitM3h, before_m3h: beforeM3h } = check;
  const data = {
    repairCheck: { verdict, nights, limitM3h, beforeM3h },
    anomalyId: check.anomaly_id,
    rule: "POST_REPAIR",
  };
  if (verdict === "not_solved" && (await mayReopen(tx, check))) {
    const { ticket_id: id, no, state, unit_path: unitPath } = check;
    await reopenTicket(tx, clock, { id, no, state, unitPath }, { words, data });
    await insertPostRepair(tx, clock, check, nights, words);
    return;
  }
  const step = { ticketId: check.ticket_id, atMs: clock.now(), actor: SYSTEM, note: words.zh };
  await addStep(tx, { ...step, data: { ...data, words } });
  await recordEvents(tx, clock, [{ kind: "ticket", subject: check.ticket_id, unitPath: check.unit_path }]);
}

/** A closed ticket stays closed where another one of its key has been opened since. */
async function mayReopen(tx: Sql, { key, state }: CheckRow): Promise<boolean> {
  if (state !== "closed" || key === null) return true;
  await tx.query("select pg_advisory_xact_lock(hashtextextended($1, 3))", [key]);
  const { rows } = await tx.query(`select 1 from ticket t where t.key = $1 and ${OPEN_TICKET}`, [key]);
  return rows.length === 0;
}

function verdictWords(check: CheckRow, nights: readonly RepairNight[], verdict: Exclude<RepairVerdict, "watching">) {
  const flows = nights.map(({ flowM3h }) => flowWords(flowM3h)).join("、");
  const limits = { limit: flowWords(check.limit_m3h), before: flowWords(check.before_m3h) };
  if (verdict === "not_measured")
    return {
      zh: `修后验证：${CHECK_DAYS} 天内未测得三个夜晚，无法判断是否修好`,
      en: `Check after repair: three nights were not measured within ${CHECK_DAYS} days; nobody can tell whether it holds`,
    };
  const en = flows.replaceAll("、", ", ");
  if (verdict === "held")
    return {
      zh: `修后验证：三夜流量 ${flows}，已恢复（漏水时 ${limits.before}，限值 ${limits.limit}）`,
      en: `Check after repair: ${en} in three nights, it holds (${limits.before} while it leaked, limit ${limits.limit})`,
    };
  return {
    zh: `修后验证：三夜流量 ${flows}，未恢复（漏水时 ${limits.before}，限值 ${limits.limit}），未修好`,
    en: `Check after repair: ${en} in three nights, not solved (${limits.before} while it leaked, limit ${limits.limit})`,
  };
}

/** The finding of the check itself, on the ticket that it reopened; money by what is left of the leak. */
async function insertPostRepair(
  tx: Sql,
  clock: Clock,
  check: CheckRow,
  nights: readonly RepairNight[],
  words: { readonly zh: string; readonly en: string },
): Promise<void> {
  const flows = nights.map(({ flowM3h }) => flowM3h).toSorted((a, b) => a - b);
  const actualM3h = flows[Math.floor(flows.length / 2)] ?? 0;
  const atMs = clock.now();
  const evidence: Evidence = {
    startAt: check.repaired_ms,
    knowableAt: atMs,
    actualM3h,
    expectedM3h: null,
    floorM3h: actualM3h,
    bandLowM3h: null,
    bandHighM3h: check.limit_m3h,
    lostM3: null,
    estimatedShare: 0,
    reason: words,
    clearsWhen: { zh: "重新修复并通过三夜验证", en: "another repair that holds for three nights" },
    details: { nights: nights.map(({ night }) => night).join(" "), beforeM3h: check.before_m3h },
  };
  await tx.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
       last_seen_at, evidence, rate_m3h, money_per_day, rank, currency, confidence, dma_id, account_id, unit_id, ticket_id)
     select $2, 'POST_REPAIR', a.subject_kind, a.subject, a.cause_group, 'up', 'investigating', a.commodity, $3, $4, $4, $5, $6::float8,
            a.money_per_day * least(1, $6::float8 / $7::float8), a.money_per_day * least(1, $6::float8 / $7::float8) * 0.9, a.currency, 0.9, a.dma_id,
            a.account_id, a.unit_id, a.ticket_id
       from anomaly a where a.id = $1
     on conflict do nothing`,
    [
      check.anomaly_id,
      newId(),
      new Date(check.repaired_ms),
      new Date(atMs),
      JSON.stringify(evidence),
      actualM3h,
      check.before_m3h,
    ],
  );
}
