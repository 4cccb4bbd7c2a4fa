import { ManualClock, newId } from "@nightflow/domain";
import { recordFile } from "../files/file-record.ts";
import { createJobQueue } from "../jobs/create-job-queue.ts";
import { appendAudit } from "../relational/audit.ts";
import { takeNumber } from "../relational/counters.ts";
import type { Database, Sql } from "../relational/database.ts";
import { appendLiveEvent } from "../relational/live-events.ts";
import { importRegistry } from "../relational/registry/import-registry.ts";
import { silentLogger } from "./postgres.ts";
import { SMALL_TOWN } from "./small-town.ts";

const AT = Date.UTC(2026, 2, 1, 3, 30);

/** Fills an empty database with a small town, a finding with its ticket, a report's file, two jobs and a schedule. */
export async function addSampleRows(db: Database): Promise<void> {
  await importRegistry(db, SMALL_TOWN, { at: AT, actor: "admin" });
  await db.transaction(addTicket);
  const jobs = createJobQueue({ db, logger: silentLogger, clock: new ManualClock(AT) });
  await jobs.enqueue(db, { queue: "reports", payload: { account: "A1" }, dedupeKey: "A1-2026-02" });
  await jobs.enqueue(db, { queue: "reports", payload: ["again", { 量: 1.5 }], runAt: new Date(AT) });
  const nightly = { key: "nightly", cron: "30 2 * * *", timeZone: "Asia/Shanghai", payload: { of: "town" } };
  await jobs.schedule(db, { queue: "reports", ...nightly });
  await recordFile(db, { hash: "a".repeat(64), mediaType: "text/html", bytes: 1234 });
  await db.query("insert into agent (site, id, is_online, status_at) values ('town', 'agent-1', true, $1)", [
    new Date(AT),
  ]);
  await db.query("insert into analytics_snapshot values (0, 17, '\\x00ff10', $1)", [new Date(AT)]);
  await db.query(
    `insert into set_aside (list, received_at, agent, origin, raw, reason_code, reason)
     values ('dead_letter', $1, 'town/agent-1', 'live', '[]', 'NOT_A_BATCH', 'it''s empty')`,
    [new Date(AT)],
  );
}

async function addTicket(tx: Sql): Promise<void> {
  const { rows } = await tx.query<{ id: string }>("select id from org_unit where code = 'north'");
  const [unitId, ticketId, at] = [rows[0]?.id, newId(AT), new Date(AT)];
  const no = `T-${await takeNumber(tx, "ticket")}`;
  await tx.query(
    `insert into ticket (id, no, key, kind, priority, source, state, title_zh, title_en, subject_kind, subject,
       cause_group, unit_id, opened_at)
     values ($1, $2, 'M1|leak', 'anomaly', 'P2', 'anomaly', 'accepted', '漏水', 'Leak', 'meter', 'M1', 'leak', $3, $4)`,
    [ticketId, no, unitId, at],
  );
  await tx.query(
    "insert into ticket_step (id, ticket_id, at, actor, to_state, data) values ($1, $2, $3, 'system', 'new', $4)",
    [newId(AT), ticketId, at, JSON.stringify({ rank: 12.5 })],
  );
  await tx.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at,
       opened_at, last_seen_at, evidence, currency, confidence, ticket_id, dma_id, unit_id)
     values ($1, 'CONT_FLOW', 'meter', 'M1', 'leak', 'up', 'open', 'water', $2, $2, $2, '{}', 'CNY', 0.9, $3, 'D1', $4)`,
    [newId(AT), at, ticketId, unitId],
  );
  const entry = { actorId: null, actor: "system", subjectKind: "ticket", subject: ticketId };
  await appendAudit(tx, { ...entry, at: AT, action: "ticket.open", after: { no } });
  await appendLiveEvent(tx, { kind: "ticket", subject: ticketId, at: AT, unitPath: "town/north/" });
}
