import { Unit } from "@nightflow/domain";
import type { SetAsideFilter, SetAsideOutcome, Sql } from "@nightflow/storage";
import { z } from "zod";
import type { Repair } from "./replay.ts";

/** The queue of jobs that do what people decided about entries set aside. */
export const SET_ASIDE_QUEUE = "set-aside";

/** The payload of such a job. */
export const SetAsideJob = z.strictObject({ decision: z.uuid() });

/** What may be decided. */
export type DecisionKind = "replay" | "discard" | "approve" | "reject" | "undo_reject" | "keep_first";

/** What somebody decided, as the API wrote it. */
export interface Decision {
  readonly id: string;
  readonly kind: DecisionKind;
  readonly filter: SetAsideFilter;
  readonly repair: Repair;
}

const OUTCOMES = [
  "stored",
  "repeat",
  "dead_letter",
  "quarantine",
  "conflict",
  "discarded",
  "rejected",
  "kept_first",
] as const satisfies readonly SetAsideOutcome[];

const List = z.enum(["dead_letter", "quarantine", "conflict"]);

const StoredFilter = z.strictObject({
  list: List,
  state: z.enum(["open", "settled", ...OUTCOMES]).optional(),
  reasonCode: z.string().optional(),
  agent: z.string().optional(),
  channel: z.string().optional(),
  fromMs: z.number().optional(),
  toMs: z.number().optional(),
  ids: z.array(z.int()).optional(),
  upToId: z.int().optional(),
});

const StoredRepair = z.strictObject({
  raw: z.string().optional(),
  channel: z.string().optional(),
  readAtMs: z.int().optional(),
  value: z.string().optional(),
  unit: Unit.optional(),
});

interface DecisionRow {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly kind: DecisionKind;
  readonly filter: unknown;
  readonly repair: unknown;
}

/** A decision by its id; undefined when there is none. */
export async function findDecision(db: Sql, id: string): Promise<Decision | undefined> {
  const { rows } = await db.query<DecisionRow>(
    "select id, kind, filter, repair from set_aside_decision where id = $1",
    [id],
  );
  const [row] = rows;
  return row && { ...row, filter: StoredFilter.parse(row.filter), repair: StoredRepair.parse(row.repair ?? {}) };
}

/** Writes what became of a decision's entries, and that it is done. */
export async function finishDecision(
  tx: Sql,
  id: string,
  outcomes: Readonly<Partial<Record<SetAsideOutcome | "opened", number>>>,
  atMs: number,
): Promise<void> {
  await tx.query("update set_aside_decision set outcomes = $2, done_at = $3 where id = $1", [
    id,
    JSON.stringify(outcomes),
    new Date(atMs),
  ]);
}

/** Every outcome that an entry may have. */
export const ALL_OUTCOMES: readonly SetAsideOutcome[] = OUTCOMES;
