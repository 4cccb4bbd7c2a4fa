import {
  DEFAULT_TUNING,
  type PreviewRequest,
  type PreviewResult,
  RULE_PREVIEW_QUEUE,
  tuningOfSettings,
} from "@nightflow/analytics/pure";
import { newId } from "@nightflow/domain";
import { loadRuleSettings } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, NotFoundProblem } from "../http/problems.ts";
import { recordAudit } from "../system/record.ts";
import { fullParameters, requireTuned } from "./settings.ts";
import type { RulePreview, RulePreviewBody } from "./wire.ts";

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 366;
const KEPT_DAYS = 30;
/** What a cancelled preview keeps as its error, before who cancelled it. */
const CANCELLED = "cancelled by ";

/**
 * Asks for a preview: analytics works it off, and it may be come back to by its id for 30 days.
 *
 * @throws {BadRequestProblem} when the period is empty or longer than a year.
 */
export async function askPreview(
  deps: ApiDeps,
  by: Principal,
  code: string,
  body: RulePreviewBody,
): Promise<RulePreview> {
  const { db, jobs, clock } = deps;
  const request = await requestOf(deps, code, body);
  const id = newId();
  await db.transaction(async (tx) => {
    await tx.query("delete from rule_preview where asked_at < $1", [new Date(clock.now() - KEPT_DAYS * DAY_MS)]);
    const job = await jobs.enqueue(tx, { queue: RULE_PREVIEW_QUEUE, payload: { previewId: id }, maxAttempts: 3 });
    await tx.query(
      `insert into rule_preview (id, rule, request, job_id, asked_by, asked_at) values ($1, $2, $3, $4, $5, $6)`,
      [id, request.rule, JSON.stringify(request), job.id, by.userId, new Date(clock.now())],
    );
    await recordAudit(tx, clock, by, { action: "rule.preview", kind: "rule", subject: request.rule, after: request });
  });
  return findPreview(deps, id);
}

async function requestOf({ db }: ApiDeps, code: string, body: RulePreviewBody): Promise<PreviewRequest> {
  const rule = requireTuned(code);
  const { from: fromMs, to: toMs, dma } = body;
  if (toMs <= fromMs || toMs - fromMs > LONGEST_DAYS * DAY_MS)
    throw new BadRequestProblem("a preview covers more than nothing and at most a year", {
      remedy: "choose an end after the beginning, at most 366 days later",
    });
  const now = { ...DEFAULT_TUNING[rule], ...tuningOfSettings(await loadRuleSettings(db))[rule] };
  return { rule, old: now, new: fullParameters(rule, body.parameters), fromMs, toMs, dma };
}

/**
 * Cancels a preview that waits or runs; its worker stops within a second. What is done already stays as it is.
 *
 * @throws {NotFoundProblem}
 */
export async function cancelPreview(deps: ApiDeps, by: Principal, id: string): Promise<RulePreview> {
  const { db, jobs, clock } = deps;
  await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ rule: string; job_id: string | null }>(
      "update rule_preview set error = $2, finished_at = $3 where id = $1 and finished_at is null returning rule, job_id",
      [id, `${CANCELLED}${by.login}`, new Date(clock.now())],
    );
    const [row] = rows;
    if (row === undefined) return;
    if (row.job_id !== null) await jobs.cancel(tx, { ids: [row.job_id] }, `${CANCELLED}${by.login}`);
    const after = { preview: id };
    await recordAudit(tx, clock, by, { action: "rule.preview.cancel", kind: "rule", subject: row.rule, after });
  });
  return findPreview(deps, id);
}

/** A preview and how far it is. @throws {NotFoundProblem} */
export async function findPreview({ db, jobs }: ApiDeps, id: string): Promise<RulePreview> {
  const { rows } = await db.query<{
    request: PreviewRequest;
    result: PreviewResult | null;
    error: string | null;
    job_id: string | null;
    asked_at: Date;
    finished_at: Date | null;
  }>("select request, result, error, job_id, asked_at, finished_at from rule_preview where id = $1", [id]);
  const row = rows[0];
  if (row === undefined) throw new NotFoundProblem("preview", id);
  const { request, result, error } = row;
  const job = row.job_id === null || row.finished_at !== null ? undefined : await jobs.find(row.job_id);
  const isDead = row.finished_at === null && job?.state !== "waiting" && job?.state !== "running";
  const state = stateOf(result !== null, error, isDead, job?.state === "running");
  return {
    id,
    rule: request.rule,
    parameters: { ...request.new },
    from: request.fromMs,
    to: request.toMs,
    dma: request.dma,
    state,
    progress: result !== null ? 1 : (job?.progress ?? null),
    error: error ?? (isDead ? (job?.lastError ?? "the job is gone") : null),
    result: result as RulePreview["result"],
    askedAt: row.asked_at.getTime(),
    finishedAt: row.finished_at?.getTime() ?? null,
  };
}

function stateOf(isDone: boolean, error: string | null, isDead: boolean, isRunning: boolean): RulePreview["state"] {
  if (isDone) return "done";
  if (error?.startsWith(CANCELLED) === true) return "cancelled";
  if (error !== null || isDead) return "failed";
  return isRunning ? "running" : "waiting";
}
