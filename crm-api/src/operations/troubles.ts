import { COLLECTING_PARTS } from "@nightflow/domain";
import { type OperationsHealth, type ProcessRow, type Trouble, TroubleCode } from "./wire.ts";

/** What is wrong, before it is known since when. */
export interface Finding extends Omit<Trouble, "since" | "isSinceAtLeast"> {
  /** Real time, epoch ms, where something tells it; else the first look that saw it counts. */
  readonly since?: number | undefined;
}

/** What the troubles are found in. */
export interface Looked
  extends Pick<OperationsHealth, "at" | "state" | "headEnd" | "processes" | "queues" | "feed" | "events" | "agents"> {
  /** Readings that went into the dead letter within the last quarter of an hour. */
  readonly newDeadLetters: number;
}

const MOST_SUBJECTS = 10;
/** Below this share of free room there is time left to act, and it is needed. */
const DISK_SHARE = 0.1;
const JOB_LATE_S = 600;
/** A reader that has left readings of an hour unread is stopped, or there is more than it can do. */
const FEED_OLD_S = 3600;

/** Everything that is wrong, worst first; empty when all is well. */
export function findTroubles(looked: Looked): Finding[] {
  const found = [
    ...headEnd(looked),
    ...saidByProcesses(looked),
    ...silentProcesses(looked),
    ...feed(looked),
    ...disk(looked),
    ...deadLetters(looked),
    ...agents(looked),
    ...jobs(looked),
  ];
  return found.sort((one, other) => rank(one) - rank(other));
}

function rank({ code, level }: Finding): number {
  return TroubleCode.options.indexOf(code) + (level === "alarm" ? 0 : 100);
}

function finding(
  code: TroubleCode,
  level: Finding["level"],
  more: Partial<Pick<Finding, "subjects" | "count" | "why" | "since">> = {},
): Finding {
  const { subjects = [], count = null, why = null, since } = more;
  return { code, level, subjects: subjects.slice(0, MOST_SUBJECTS), count, why, since };
}

function headEnd({ state, events, processes }: Looked): Finding[] {
  const open = events.filter(({ closedAt }) => closedAt === null);
  if (open.length > 0) {
    const since = Math.min(...open.map(({ lastSeenAt, openedAt }) => lastSeenAt ?? openedAt));
    return [finding("head_end_silent", "alarm", { subjects: open.map(({ subject }) => subject), since })];
  }
  if (state === "silent") return [finding("head_end_silent", "alarm", lastHeard(processes))];
  return state === "unknown" ? [finding("head_end_unknown", "warning")] : [];
}

// Before the watch has opened its event the processes themselves tell where and since when.
function lastHeard(processes: readonly ProcessRow[]): Partial<Pick<Finding, "subjects" | "since">> {
  const silent = processes.filter(({ part, state }) => state === "silent" && COLLECTING_PARTS.includes(part));
  if (silent.length === 0) return {};
  const since = Math.max(...silent.map(({ seenAt }) => seenAt));
  return { subjects: [...new Set(silent.map(({ site }) => site))], since };
}

/** What keeps a process from its work by the name of the check that says so; levels are those of a collecting part. */
const CHECKS: Readonly<Record<string, TroubleCode>> = {
  duckdb: "store_away",
  influxdb: "store_away",
  commits: "commits_failing",
  PostgreSQL: "database_away",
  disk: "disk_low",
  broker: "broker_away",
  feed: "feed_behind",
};

function saidByProcesses({ processes }: Looked): Finding[] {
  const said = processes
    .filter(({ state }) => state === "degraded")
    .flatMap(({ process, part, reasons }) =>
      reasons.map((reason) => ({ process, part, reason, code: codeOf(reason) })),
    );
  return [...Map.groupBy(said, ({ code }) => code)].map(([code, all]) => {
    const isCollecting = all.some(({ part }) => COLLECTING_PARTS.includes(part));
    const subjects = [...new Set(all.map(({ process }) => process))];
    return finding(code, isCollecting ? "alarm" : "warning", { subjects, why: all[0]?.reason ?? null });
  });
}

function codeOf(reason: string): TroubleCode {
  return CHECKS[reason.slice(0, reason.indexOf(":"))] ?? "not_ready";
}

// Where the whole head-end is silent that is said already, and its processes with it.
function silentProcesses({ processes, state, events }: Looked): Finding[] {
  const sites = new Set(events.filter(({ closedAt }) => closedAt === null).map(({ subject }) => subject));
  const isSaid = ({ part, site }: ProcessRow) =>
    COLLECTING_PARTS.includes(part) && (state === "silent" || sites.has(site));
  const silent = processes.filter((row) => row.state === "silent" && !isSaid(row));
  if (silent.length === 0) return [];
  const since = Math.min(...silent.map(({ seenAt }) => seenAt));
  return [finding("process_silent", "warning", { subjects: silent.map(({ process }) => process), since })];
}

// The detectors say by themselves, and sooner, that they are behind.
function feed({ feed: consumers, processes, at }: Looked): Finding[] {
  const isSaid = processes.some(({ reasons }) => reasons.some((reason) => codeOf(reason) === "feed_behind"));
  const old = (consumers ?? []).filter(({ name, lagS }) => lagS > FEED_OLD_S && !(isSaid && name === "analytics"));
  if (old.length === 0) return [];
  const longest = Math.max(...old.map(({ lagS }) => lagS));
  const since = Math.round(at - longest * 1000);
  const count = Math.max(...old.map(({ lagCommits }) => lagCommits));
  return [finding("feed_held", "warning", { subjects: old.map(({ name }) => name), count, since })];
}

function disk({ headEnd }: Looked): Finding[] {
  const { diskFreeBytes: free, diskBytes: size } = headEnd ?? { diskFreeBytes: null, diskBytes: null };
  if (free === null || size === null || free >= size * DISK_SHARE) return [];
  return [finding("disk_filling", "warning", { count: free })];
}

function deadLetters({ newDeadLetters }: Looked): Finding[] {
  return newDeadLetters === 0 ? [] : [finding("dead_letters_growing", "warning", { count: newDeadLetters })];
}

function agents({ agents }: Looked): Finding[] {
  const { offline, away, filling, clocksOff, certificatesEnding } = agents;
  const about = (ids: readonly string[]) => ({ subjects: [...ids], count: ids.length });
  return [
    // A full outbox gives readings up, or takes none any more.
    ...(filling.length === 0 ? [] : [finding("outboxes_filling", "alarm", about(filling))]),
    ...(clocksOff.length === 0 ? [] : [finding("clocks_off", "warning", about(clocksOff))]),
    ...(offline === 0 ? [] : [finding("agents_silent", "warning", { subjects: away, count: offline })]),
    ...(certificatesEnding === 0 ? [] : [finding("certificates_ending", "warning", { count: certificatesEnding })]),
  ];
}

function jobs({ queues, at }: Looked): Finding[] {
  const dead = queues.filter((queue) => queue.dead > 0);
  const late = queues.filter((queue) => queue.oldestDueS > JOB_LATE_S);
  const names = (rows: typeof queues) => rows.map(({ queue }) => queue);
  const count = dead.reduce((sum, queue) => sum + queue.dead, 0);
  const since = Math.round(at - Math.max(...late.map(({ oldestDueS }) => oldestDueS)) * 1000);
  return [
    ...(dead.length === 0 ? [] : [finding("jobs_dead", "warning", { subjects: names(dead), count })]),
    ...(late.length === 0 ? [] : [finding("jobs_late", "warning", { subjects: names(late), since })]),
  ];
}

/** Remembers since when what is wrong is wrong, from one look to the next. */
export class TroubleMemory {
  #seen: ReadonlyMap<TroubleCode, number> = new Map();
  #hasLooked = false;
  /** Codes that were there at the first look of all. */
  readonly #old = new Set<TroubleCode>();

  /** The same with their beginnings; what is no longer found is forgotten. */
  date(found: readonly Finding[], atMs: number): Trouble[] {
    if (!this.#hasLooked) for (const { code } of found) this.#old.add(code);
    this.#hasLooked = true;
    this.#seen = new Map(found.map(({ code }) => [code, this.#seen.get(code) ?? atMs]));
    for (const code of this.#old) if (!this.#seen.has(code)) this.#old.delete(code);
    return found.map(({ since, ...trouble }) => ({
      ...trouble,
      since: since ?? this.#seen.get(trouble.code) ?? atMs,
      isSinceAtLeast: since === undefined && this.#old.has(trouble.code),
    }));
  }
}
