import { setTimeout as pause } from "node:timers/promises";
import { type Clock, describeError } from "@nightflow/domain";
import {
  createJobQueue,
  type Database,
  type JobContext,
  type JobQueue,
  loadMeterRegistry,
  loadRuleSettings,
  type ReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { type PreviewRequest, RULE_PREVIEW_QUEUE } from "../pure/preview-result.ts";
import type { MeteredChannel } from "../pure/registry.ts";
import { tuningOfSettings } from "../pure/rule-catalogue.ts";
import { tuningWith } from "../pure/tuning.ts";
import { knownOutcomes } from "./known-outcomes.ts";
import { runPreview } from "./run-preview.ts";

/** While the detectors are behind, a preview waits so long between two subjects. */
const YIELD_MS = 200;
const PROGRESS_EVERY_MS = 500;
/** How often a preview under way looks whether somebody has cancelled it. */
const LOOK_EVERY_MS = 500;

/** What works previews off. */
export interface PreviewWorkerDeps {
  readonly store: ReadingStore;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly jobs?: Pick<JobQueue, "startWorker">;
  readonly loadRegistry?: () => Promise<readonly MeteredChannel[]>;
  /** Whether the live detectors have readings before them: they go first. */
  isYielding?(): boolean;
}

/** Works previews of rules off, one at a time, beside the live detectors and behind them. */
export async function startPreviewWorker(deps: PreviewWorkerDeps): Promise<{ close(): Promise<void> }> {
  const { db, clock, logger } = deps;
  const jobs = deps.jobs ?? createJobQueue({ db, clock, logger });
  const worker = await jobs.startWorker({
    queue: RULE_PREVIEW_QUEUE,
    handler: (job, context) => preview(deps, (job.payload as { readonly previewId: string }).previewId, context),
  });
  return { close: () => worker.stop(0) };
}

async function preview(deps: PreviewWorkerDeps, id: string, context: JobContext): Promise<void> {
  const { db, store, clock } = deps;
  const { rows } = await db.query<{ request: PreviewRequest }>(
    "select request from rule_preview where id = $1 and finished_at is null",
    [id],
  );
  const request = rows[0]?.request;
  if (request === undefined) return;
  const cancelled = watchForCancel(db, id);
  try {
    const settings = await loadRuleSettings(db);
    const result = await runPreview(
      {
        store,
        channels: await (deps.loadRegistry ?? (() => loadMeterRegistry(db, clock.now())))(),
        tuning: tuningWith(tuningOfSettings(settings)),
        outcomes: await knownOutcomes(db, request.rule, request.fromMs, request.toMs),
        signal: AbortSignal.any([context.signal, cancelled.signal]),
        progress: paced(context),
        rest: async () => {
          if (deps.isYielding?.() === true) await pause(YIELD_MS, undefined, { signal: context.signal });
        },
      },
      request,
    );
    await finish(deps, id, result, null);
  } catch (error) {
    if (cancelled.signal.aborted) return;
    if (context.signal.aborted) throw error;
    deps.logger.warn({ err: error, preview: id }, "a preview of a rule failed");
    await finish(deps, id, null, describeError(error).slice(0, 1000));
  } finally {
    cancelled.stop();
  }
}

/** Aborts its signal once a preview has an end that its worker has not given it. */
function watchForCancel(db: Database, id: string): { readonly signal: AbortSignal; stop(): void } {
  const cancelling = new AbortController();
  const look = async () => {
    const { rows } = await db.query("select 1 from rule_preview where id = $1 and finished_at is null", [id]);
    if (rows.length === 0) cancelling.abort();
  };
  // A look that fails is made up for by the next.
  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY_MS).unref();
  return { signal: cancelling.signal, stop: () => clearInterval(timer) };
}

function paced(context: JobContext): (share: number) => Promise<void> {
  let toldAt = Number.NEGATIVE_INFINITY;
  return async (share) => {
    if (performance.now() - toldAt < PROGRESS_EVERY_MS) return;
    toldAt = performance.now();
    await context.progress(share);
  };
}

async function finish(
  { db, clock }: PreviewWorkerDeps,
  id: string,
  result: unknown,
  error: string | null,
): Promise<void> {
  await db.query(
    "update rule_preview set result = $2, error = $3, finished_at = $4 where id = $1 and finished_at is null",
    [id, result === null ? null : JSON.stringify(result), error, new Date(clock.now())],
  );
}
