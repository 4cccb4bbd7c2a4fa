import { LIVE_ANOMALY_STATES } from "@nightflow/domain";
import type { JobQueue, Sql } from "@nightflow/storage";
import type { Episode, EpisodeChange } from "../pure/episodes.ts";
import type { FindingEvent } from "../pure/finding.ts";
import { ANOMALY_CLEARED_QUEUE, type Announcement, type AnomalyWriter } from "./anomaly-writer.ts";

/** An episode that was found live may have begun in another interval than its replay tells. */
const START_SLACK_MS = 2 * 3_600_000;

/** Why findings change: the late readings, in words, and the id of their batch. */
export interface LateCause {
  readonly batch: string;
  readonly atMs: number;
  readonly reason: { readonly zh: string; readonly en: string };
}

interface FoundRow extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly starts_at: Date;
  readonly path: string;
  readonly ticket_id: string | null;
  readonly no_ticket_reason: string | null;
}

/** Writes what late readings have made of a meter's findings, in the caller's transaction; told twice it writes once. None vanishes. */
export class ChangeWriter {
  readonly #writer: AnomalyWriter;
  readonly #jobs: Pick<JobQueue, "enqueue">;

  constructor(writer: AnomalyWriter, jobs: Pick<JobQueue, "enqueue">) {
    this.#writer = writer;
    this.#jobs = jobs;
  }

  async write(tx: Sql, change: EpisodeChange, cause: LateCause): Promise<Announcement | null> {
    if (change.kind === "gone") return await this.#withdraw(tx, change.was, cause);
    if (change.kind === "new") return await this.#open(tx, change.now, cause);
    return await this.#adjust(tx, change.was, change.now, cause);
  }

  /** What people have judged or closed stays as they left it; their ticket stays open, with a note. */
  async #withdraw(tx: Sql, was: Episode, cause: LateCause): Promise<Announcement | null> {
    const found = await foundRow(tx, was);
    if (!found) return null;
    await tx.query(
      `update anomaly set state = 'withdrawn', closed_at = greatest(opened_at, $2), ended_reason = $3, updated_at = now() where id = $1`,
      [found.id, new Date(cause.atMs), JSON.stringify(cause.reason)],
    );
    await this.#tellTicket(tx, found, cause);
    return { anomalyId: found.id, atMs: cause.atMs, unitPath: found.path };
  }

  /** One that is over already is listed as ended by itself, without a ticket; one that was withdrawn before is open again. */
  async #open(tx: Sql, now: Episode, cause: LateCause): Promise<Announcement | null> {
    if (now.clearedAtMs !== null) return await this.#writer.writeEnded(tx, now.finding, now.clearedAtMs);
    await reopen(tx, now.finding, "withdrawn");
    return (await this.#writer.write(tx, { ...now.finding, atMs: Math.min(now.finding.atMs, cause.atMs) })) ?? null;
  }

  async #adjust(tx: Sql, was: Episode, now: Episode, cause: LateCause): Promise<Announcement | null> {
    const found = await foundRow(tx, was);
    if (!found) return null;
    const { finding, clearedAtMs } = now;
    await moveStart(tx, found, finding.startMs);
    if (clearedAtMs === null && found.state === "auto_closed") await reopen(tx, finding, "auto_closed");
    const told = await this.#writer.write(tx, { ...finding, type: "update" });
    if (clearedAtMs === null || found.state === "auto_closed") return told;
    return await this.#writer.write(tx, {
      ...finding,
      type: "clear",
      atMs: Math.min(clearedAtMs, cause.atMs),
      evidence: null,
    });
  }

  async #tellTicket(tx: Sql, { id, ticket_id, no_ticket_reason }: FoundRow, { batch }: LateCause): Promise<void> {
    if (ticket_id === null && no_ticket_reason !== null) return;
    await this.#jobs.enqueue(tx, {
      queue: ANOMALY_CLEARED_QUEUE,
      payload: { anomalyId: id },
      dedupeKey: `anomaly-withdrawn:${id}:${batch}`,
    });
  }
}

const CHANGEABLE = [...LIVE_ANOMALY_STATES, "auto_closed"].map((state) => `'${state}'`).join(", ");

/** The finding as it stands, where nobody has judged or closed it, and no person entered it. */
async function foundRow(tx: Sql, { finding, clearedAtMs }: Episode): Promise<FoundRow | undefined> {
  const { rows } = await tx.query<FoundRow>(
    `select a.id, a.state, a.starts_at, a.ticket_id, a.no_ticket_reason, u.path from anomaly a join org_unit u on u.id = a.unit_id
      where a.rule = $1 and a.subject_kind = $2 and a.subject = $3 and a.state in (${CHANGEABLE})
        and a.starts_at >= $4 and a.starts_at <= $5 and a.evidence #>> '{details,source}' is distinct from 'person'
      order by abs(extract(epoch from a.starts_at - $6)) limit 1 for update of a`,
    [
      ...keyOf(finding),
      new Date(finding.startMs - START_SLACK_MS),
      clearedAtMs === null ? "infinity" : new Date(clearedAtMs),
      new Date(finding.startMs),
    ],
  );
  return rows[0];
}

/** The detectors go on with the start that they see now, and a finding is known by it. */
async function moveStart(tx: Sql, { id, starts_at }: FoundRow, startMs: number): Promise<void> {
  if (starts_at.getTime() === startMs) return;
  await tx.query(
    `update anomaly a set starts_at = $2, updated_at = now() where id = $1 and not exists (
       select 1 from anomaly b where b.rule = a.rule and b.subject_kind = a.subject_kind and b.subject = a.subject and b.starts_at = $2)`,
    [id, new Date(startMs)],
  );
}

async function reopen(tx: Sql, finding: FindingEvent, from: "withdrawn" | "auto_closed"): Promise<void> {
  await tx.query(
    `update anomaly a set state = $6, closed_at = null, ended_reason = null, updated_at = now()
      where a.rule = $1 and a.subject_kind = $2 and a.subject = $3 and a.starts_at = $4 and a.state = $5 and not exists (
        select 1 from anomaly b where b.rule = a.rule and b.subject_kind = a.subject_kind and b.subject = a.subject and b.id <> a.id
           and b.state in (${LIVE_ANOMALY_STATES.map((state) => `'${state}'`).join(", ")}))`,
    [...keyOf(finding), new Date(finding.startMs), from, finding.isPast ? "past" : "open"],
  );
}

function keyOf(finding: FindingEvent): [string, string, string] {
  return [finding.rule, finding.subjectKind, finding.subject];
}
