import type { AnomalyState, Clock, RuleCode } from "@nightflow/domain";
import type { Database, Sql } from "@nightflow/storage";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordEvents, SYSTEM } from "../system/record.ts";
import { addStep } from "../tickets/steps.ts";
import { findingWords } from "../tickets/words.ts";

/** Queue of findings that ended by themselves; payload `{anomalyId}`. */
export const ANOMALY_CLEARED_QUEUE = "anomaly-cleared";

const CLEARED = { zh: "条件已消失", en: "the condition is gone" };

interface ClearedRow {
  rule: RuleCode;
  subject: string;
  state: AnomalyState;
  reason: string | null;
  /** Why it was withdrawn, where it was. */
  ended_reason: typeof CLEARED | null;
  ticket_id: string | null;
  unit_path: string;
}

const WORDS: Partial<Record<AnomalyState, typeof CLEARED>> = {
  withdrawn: { zh: "迟到数据否定了该异常", en: "late data disproved the finding" },
};

/** Notes on a finding's ticket that the finding has ended. The ticket stays open: people decide whether it is solved. */
export async function noteCleared(
  { db, clock }: { readonly db: Database; readonly clock: Clock },
  anomalyId: string,
  complete: (tx: Sql) => Promise<void>,
): Promise<void> {
  await transactionWithRetry(db, async (tx) => {
    const { rows } = await tx.query<ClearedRow>(
      `select a.rule, a.subject, a.state, a.no_ticket_reason as reason, a.ended_reason, a.ticket_id, o.path as unit_path
         from anomaly a join org_unit o on o.id = a.unit_id where a.id = $1`,
      [anomalyId],
    );
    const cleared = rows[0];
    if (cleared !== undefined && cleared.ticket_id !== null)
      await noteOn(tx, clock, cleared.ticket_id, cleared, anomalyId);
    await complete(tx);
  });
}

async function noteOn(tx: Sql, clock: Clock, ticketId: string, cleared: ClearedRow, anomalyId: string): Promise<void> {
  const what = cleared.ended_reason ?? WORDS[cleared.state] ?? CLEARED;
  const words = findingWords(cleared.rule, cleared.subject, what);
  const data = { anomalyId, rule: cleared.rule, state: cleared.state, reason: cleared.reason, words };
  await addStep(tx, { ticketId, atMs: clock.now(), actor: SYSTEM, note: words.zh, data });
  await recordEvents(tx, clock, [{ kind: "ticket", subject: ticketId, unitPath: cleared.unit_path }]);
}
