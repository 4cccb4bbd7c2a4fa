import { type EditProposal, type EditWish, proposeEdit, type VersionedInterval } from "@nightflow/analytics/pure";
import { newId } from "@nightflow/domain";
import {
  addRevision,
  type IntervalChange,
  latestRevision,
  lockRevisions,
  markReportsRevised,
  type NewRevision,
  revisionsOf,
  type Sql,
  type StoredRevision,
} from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem, ConflictProblem, NotFoundProblem } from "../http/problems.ts";
import { resolutionM3Of } from "../meters/points.ts";
import { transactionWithRetry } from "../sql/retry.ts";
import { recordAudit, recordEvents } from "../system/record.ts";
import { type IntervalMeter, intervalMeter, intervalSpan } from "./series.ts";
import type { EditBody } from "./wire.ts";

type Deps = Pick<ApiDeps, "db" | "store" | "clock">;

const REFUSALS = {
  length: "`volumes` must have one entry for each interval",
  total: "some of these intervals have no validated volume: say what all together come to",
  history: "there are no like days in the four weeks before: choose another method",
} as const;

/**
 * Puts volumes over validated intervals, as the next version; readings and estimates stay as they are.
 *
 * @throws {ConflictProblem} when somebody else, or late readings, made a version meanwhile.
 */
export async function editIntervals(deps: Deps, principal: Principal, id: string, body: EditBody): Promise<void> {
  const meter = await measured(deps, principal, id);
  const { from, to } = body;
  if (to > deps.clock.now()) throw new BadRequestProblem("intervals of the future cannot be edited");
  const { rows, days } = await intervalSpan(deps, meter, from, to);
  if (rows.length === 0) throw new BadRequestProblem("no whole interval lies in this span");
  const { zone, profile, options } = meter;
  const proposal = proposeEdit(rows, wishOf(body, meter), { days, zone, profile, periodMs: options.periodMs });
  const revision = revisionOf(deps, principal, meter, rows, countsOf(proposal), body);
  await transactionWithRetry(deps.db, async (tx) => {
    await lockRevisions(tx, revision.channel);
    const latest = await latestRevision(tx, revision.channel);
    if (latest !== body.version)
      throw new ConflictProblem("INTERVAL_VERSION", "these intervals have a newer version by now", {
        details: { latest },
        remedy: "look at them again, then edit",
      });
    await write(tx, deps, principal, meter, revision, "interval.edit");
  });
}

/** Undoes an edit by another version: the validated volumes, or an earlier edit, show again. */
export async function undoEdit(
  deps: Deps,
  principal: Principal,
  id: string,
  editId: string,
  reason: string,
): Promise<void> {
  const meter = await measured(deps, principal, id);
  const { channelId } = meter.point;
  await transactionWithRetry(deps.db, async (tx) => {
    await lockRevisions(tx, channelId);
    const all = await revisionsOf(tx, channelId);
    const edit = all.find((one) => one.id === editId && one.kind === "edit");
    if (edit === undefined) throw new NotFoundProblem("edit", editId);
    if (all.some(({ undoes }) => undoes === editId))
      throw new ConflictProblem("EDIT_UNDONE", "this edit is undone already");
    await write(tx, deps, principal, meter, undoOf(deps, principal, edit, reason), "interval.undo");
  });
}

async function measured(deps: Deps, principal: Principal, id: string): Promise<IntervalMeter> {
  const found = await intervalMeter(deps, principal.scope, id);
  const { point, options } = found;
  if (point === undefined || options === undefined) throw new BadRequestProblem("the meter has no register");
  return { ...found, point, options };
}

function wishOf({ method, volumes, total }: EditBody, { point }: IntervalMeter): EditWish {
  const size = resolutionM3Of(point);
  const whole = (volume: number) => {
    const counts = Math.round(volume / size);
    if (!Number.isSafeInteger(counts))
      throw new BadRequestProblem(`${volume} is not a volume that the register can show`);
    return counts;
  };
  return { method, counts: volumes?.map(whole), totalCounts: total === undefined ? undefined : whole(total) };
}

function countsOf(proposal: EditProposal): readonly (number | null)[] {
  if ("refused" in proposal) throw new BadRequestProblem(REFUSALS[proposal.refused]);
  return proposal.counts;
}

function revisionOf(
  { clock }: Deps,
  { userId, login }: Principal,
  { point }: IntervalMeter,
  rows: readonly VersionedInterval[],
  counts: readonly (number | null)[],
  { method, reason }: EditBody,
): NewRevision {
  const changes = rows.map((row, i): IntervalChange => [row.startMs, row.finalCounts, counts[i] ?? null]);
  return {
    id: newId(clock.now()),
    channel: point.channelId,
    kind: "edit",
    method,
    fromMs: rows[0]?.startMs ?? 0,
    toMs: rows.at(-1)?.endMs ?? 0,
    changes,
    readings: null,
    undoes: null,
    reason,
    actorId: userId,
    actor: login,
    atMs: clock.now(),
  };
}

function undoOf({ clock }: Deps, { userId, login }: Principal, edit: StoredRevision, reason: string): NewRevision {
  const changes = edit.changes.map(([startMs, before, since]): IntervalChange => [startMs, since, before]);
  const who = { actorId: userId, actor: login, atMs: clock.now() };
  return { ...edit, ...who, id: newId(clock.now()), kind: "undo", undoes: edit.id, changes, reason };
}

async function write(
  tx: Sql,
  { clock }: Deps,
  principal: Principal,
  { meter, zone }: IntervalMeter,
  revision: NewRevision,
  action: "interval.edit" | "interval.undo",
): Promise<void> {
  await addRevision(tx, revision);
  const { channel, fromMs, toMs, method, undoes, changes } = revision;
  await markReportsRevised(tx, channel, { fromMs, toMs, zone }, clock.now());
  await recordAudit(tx, clock, principal, {
    action,
    kind: "meter",
    subject: meter.id,
    before: { channel, fromMs, toMs, counts: changes.map(([, before]) => before) },
    after: { revision: revision.id, method, undoes, counts: changes.map(([, , since]) => since) },
    reason: revision.reason,
  });
  await recordEvents(tx, clock, [{ kind: "collection", subject: meter.id, unitPath: meter.unit_path }]);
}
