import { agentTopics, type CommandOrder, type CommandReply, encodeCommand } from "@nightflow/domain";
import { REPLY_SLACK_MS } from "../commands/limits.ts";
import { noteCommand } from "../commands/store.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit } from "../system/record.ts";
import type { FieldDeskDeps } from "./desk.ts";

/** A command without reply is sent again after this, real time; its agent does nothing twice. */
const AGAIN_S = 10;
const PAGE = 100;

interface Open {
  readonly id: string;
  readonly site: string;
  readonly agent: string;
  readonly content: CommandOrder;
  readonly timeout_ms: number;
  readonly left_ms: number;
  readonly unit_id: string | null;
  readonly ordered_by_login: string;
  readonly state: string;
}

const OPEN = `select id, site, agent, content, timeout_ms, unit_id, ordered_by_login, state,
  (extract(epoch from deliver_until - now()) * 1000)::int as left_ms from command`;

/** Brings commands to their agents, takes the replies, and ends what nobody answered. */
export class CommandPost {
  readonly #deps: FieldDeskDeps;

  constructor(deps: FieldDeskDeps) {
    this.#deps = deps;
  }

  /** Sends what is due: what is new, and what was sent a while ago to an agent that is there. */
  async sendDue(): Promise<void> {
    const { rows } = await this.#deps.db.query<Open>(
      `${OPEN} c where state in ('queued', 'sent') and deliver_until > now()
         and (tried_at is null or tried_at < now() - $1 * interval '1 s')
         and exists (select 1 from agent where site = c.site and id = c.agent and is_online)
       order by ordered_at, id limit ${PAGE}`,
      [AGAIN_S],
    );
    for (const row of rows) await this.#send(row);
  }

  /** Ends what was not delivered, not answered or not decided in time. */
  async endLate(): Promise<void> {
    const { rows } = await this.#deps.db.query<Pick<Open, "id">>(
      `select id from command where (state in ('queued', 'approval') and deliver_until < now())
         or (state = 'sent' and deliver_until + (timeout_ms + $1) * interval '1 ms' < now()) limit ${PAGE}`,
      [REPLY_SLACK_MS],
    );
    for (const { id } of rows) await this.#expire(id);
  }

  /** Takes a reply; one to a command that was given up as late counts too, for it says what was really done. */
  async heard(site: string, agent: string, reply: CommandReply): Promise<void> {
    const { db, clock } = this.#deps;
    const state = reply.outcome === "refused" ? "failed" : reply.outcome;
    await transactionWithRetry(db, async (tx) => {
      const { rows } = await tx.query<Pick<Open, "unit_id">>(
        `update command set state = $4, ended_at = $5, code = $6, message = $7, took_ms = $8, reply = $9
          where id = $1 and site = $2 and agent = $3 and (state in ('queued', 'sent') or (state = 'expired' and sendings > 0))
          returning unit_id`,
        [
          ...[reply.id, site, agent, state, new Date(clock.now()), reply.code, reply.message, reply.tookMs],
          JSON.stringify(reply),
        ],
      );
      const [ended] = rows;
      if (ended === undefined) return;
      const actor = { userId: null, login: `agent ${site}/${agent}` };
      const after = { outcome: reply.outcome, code: reply.code, tookMs: reply.tookMs };
      await recordAudit(tx, clock, actor, { action: "command.end", kind: "command", subject: reply.id, after });
      await noteCommand(tx, clock, reply.id, ended.unit_id);
    });
  }

  async #send({ id, site, agent, content, timeout_ms, left_ms, unit_id, ordered_by_login }: Open): Promise<void> {
    const { db, clock, line } = this.#deps;
    // Claimed first, so that of several APIs one sends it; a sending that fails is made good by the next.
    const claimed = await db.query(
      `update command set tried_at = now() where id = $1 and state in ('queued', 'sent')
         and (tried_at is null or tried_at < now() - $2 * interval '1 s')`,
      [id, AGAIN_S],
    );
    if (claimed.rowCount === 0) return;
    const times = { ttlMs: Math.min(3_600_000, Math.max(1000, left_ms)), timeoutMs: timeout_ms };
    const payload = encodeCommand({ id, ...times, by: ordered_by_login, order: content });
    await line.publish({ topic: agentTopics(site, agent).command(id), payload, retain: false });
    await transactionWithRetry(db, async (tx) => {
      const { rowCount } = await tx.query(
        `update command set sendings = sendings + 1, sent_at = coalesce(sent_at, $2),
           state = case state when 'queued' then 'sent' else state end where id = $1 and state in ('queued', 'sent')`,
        [id, new Date(clock.now())],
      );
      if ((rowCount ?? 0) > 0) await noteCommand(tx, clock, id, unit_id);
    });
  }

  async #expire(id: string): Promise<void> {
    const { db, clock } = this.#deps;
    await transactionWithRetry(db, async (tx) => {
      const { rows } = await tx.query<{ unit_id: string | null }>(
        `update command set state = 'expired', ended_at = $2, code = case state when 'sent' then 'NO_REPLY'
             when 'approval' then 'NOT_DECIDED' else 'AGENT_AWAY' end
          where id = $1 and state in ('queued', 'sent', 'approval') returning unit_id`,
        [id, new Date(clock.now())],
      );
      if (rows[0] === undefined) return;
      await tx.query("update approval_request set state = 'expired' where command_id = $1 and state = 'open'", [id]);
      await noteCommand(tx, clock, id, rows[0].unit_id);
    });
  }
}
