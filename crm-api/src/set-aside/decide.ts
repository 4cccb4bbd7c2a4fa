import { type Clock, newId } from "@nightflow/domain";
import type { Database, JobQueue, ReadingStore, SetAsideFilter, SetAsideList, Sql } from "@nightflow/storage";
import type { z } from "zod";
import type { Principal } from "../access/principal.ts";
import { ConflictProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import { storeFilter } from "./lists.ts";
import type { DecisionRow, EntryFilter } from "./wire.ts";

/** Queue of the jobs that do what was decided; ingest works on it. Payload `{decision}`. */
export const SET_ASIDE_QUEUE = "set-aside";

const TRIES = 20;

/** What deciding needs. */
export interface DecideDeps {
  readonly db: Database;
  readonly store: ReadingStore;
  readonly jobs: JobQueue;
  readonly clock: Clock;
}

/** What somebody decides about entries of a list. */
export interface NewDecision {
  readonly kind: z.infer<typeof DecisionRow>["kind"];
  readonly filter: SetAsideFilter;
  readonly reason: string;
  readonly repair?: object | undefined;
  readonly channel?: string;
  /** What the audit trail says beside the entries. */
  readonly detail?: object;
}

/** The open entries that a request means: those named, or those that its filter finds now. */
export async function meantEntries(
  store: ReadingStore,
  list: SetAsideList,
  { ids, filter }: { readonly ids?: readonly number[] | undefined; readonly filter?: EntryFilter | undefined },
): Promise<SetAsideFilter> {
  const open = { ...(ids === undefined ? storeFilter(list, filter ?? {}) : { list, ids }), state: "open" } as const;
  const [newest] = await store.findSetAside(open, { limit: 1 });
  if (newest === undefined)
    throw new ConflictProblem("NOTHING_OPEN", "none of these entries waits for a decision", {
      remedy: "load the list again: somebody may have decided in the meantime",
    });
  const { state: _state, ...meant } = open;
  return { ...meant, upToId: newest.id };
}

/** Writes a decision, its job and its audit entry into the transaction; gives the decision's id. */
export async function decide(
  tx: Sql,
  { jobs, clock }: Pick<DecideDeps, "jobs" | "clock">,
  by: Principal,
  { kind, filter, reason, repair, channel, detail }: NewDecision,
): Promise<string> {
  const id = newId();
  const { id: jobId } = await jobs.enqueue(tx, {
    queue: SET_ASIDE_QUEUE,
    payload: { decision: id },
    dedupeKey: id,
    maxAttempts: TRIES,
  });
  await tx.query(
    `insert into set_aside_decision (id, kind, list, filter, repair, channel, reason, decided_at, actor_id, actor, job_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[id, kind, filter.list, JSON.stringify(filter), repair === undefined ? null : JSON.stringify(repair)],
      ...[channel ?? null, reason, new Date(clock.now()), by.userId, by.login, jobId],
    ],
  );
  const about = {
    kind: "set_aside",
    subject: channel ?? id,
    after: { decision: id, filter, repair, ...detail },
    reason,
  };
  await recordAudit(tx, clock, by, { action: `set_aside.${kind}`, ...about });
  return id;
}
