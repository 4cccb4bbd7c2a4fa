import { COLLECTING_PARTS } from "@nightflow/domain";
import { isSilent, type StoredProcessReport } from "@nightflow/storage";
import {
  AnalyticsFigures,
  type Banner,
  HeadEndFigures,
  type OperationsHealth,
  type ProcessRow,
  type StoreHealth,
} from "./wire.ts";

/** Of several processes these are the same for all, or are no sums: the worst one counts. */
const LARGEST: ReadonlySet<string> = new Set([
  "commitP50Ms",
  "commitP99Ms",
  "commitMaxMs",
  "lastCommit",
  "loopDelayP99Ms",
  "lagCommits",
  "lagS",
]);
const SMALLEST: ReadonlySet<string> = new Set(["diskFreeBytes", "diskBytes"]);

/** What the processes say, put together: how collection fares, how far the detectors are. */
export function healthOf(
  reports: readonly StoredProcessReport[],
): Pick<OperationsHealth, "state" | "headEnd" | "analytics" | "memoryBytes" | "processes" | "banner"> {
  const processes = withReplaced(reports.map(toProcessRow));
  const living = processes.filter(({ state }) => state === "good" || state === "degraded");
  const collecting = living.filter(({ part }) => COLLECTING_PARTS.includes(part));
  const analytics = living.filter(({ part }) => part === "analytics");
  const state = stateOf(processes);
  return {
    state,
    headEnd: collecting.length === 0 ? null : together(collecting, HeadEndFigures),
    analytics: analytics.length === 0 ? null : together(analytics, AnalyticsFigures),
    memoryBytes: memoryOf(living),
    processes,
    banner: bannerOf(state, collecting),
  };
}

function toProcessRow(stored: StoredProcessReport): ProcessRow {
  const { process, site, startedAt, seenAt, ageS, report } = stored;
  const { part, reasons, figures } = report;
  return { process, part, site, state: processState(stored), startedAt, seenAt, ageS, reasons, figures };
}

/** A process that was killed and started again is no silence: its row stays for days, its work goes on. */
function withReplaced(rows: readonly ProcessRow[]): ProcessRow[] {
  const living = rows.filter(({ state }) => state === "good" || state === "degraded");
  const isReplaced = (row: ProcessRow) =>
    living.some(
      (one) =>
        one.part === row.part && hostOf(one) === hostOf(row) && one.site === row.site && one.startedAt > row.seenAt,
    );
  return rows.map((row) => (row.state === "silent" && isReplaced(row) ? { ...row, state: "replaced" } : row));
}

/** `host:pid:part`; a host's name may hold colons itself. */
function hostOf({ process }: Pick<ProcessRow, "process">): string {
  return process.split(":").slice(0, -2).join(":");
}

// Threads of one process all say the memory of the whole process.
function memoryOf(living: readonly ProcessRow[]): number | null {
  const byProcess = new Map(
    living.flatMap(({ process, figures: { rssBytes } }) =>
      rssBytes === undefined ? [] : [[process.slice(0, process.lastIndexOf(":")), rssBytes]],
    ),
  );
  return byProcess.size === 0 ? null : [...byProcess.values()].reduce((sum, bytes) => sum + bytes, 0);
}

/** How the store fares, by what those say that write it; several of them write the same. */
export function storeHealthOf(kind: StoreHealth["kind"], processes: readonly ProcessRow[]): StoreHealth {
  const living = processes.filter(({ state }) => state === "good" || state === "degraded");
  const figure = (name: string) => {
    const values = living.flatMap(({ figures }) => figures[name] ?? []);
    return values.length === 0 ? null : Math.max(...values);
  };
  return {
    kind,
    readings: figure("readingsHeld"),
    fileBytes: figure("storeFileBytes"),
    journalBytes: figure("storeJournalBytes"),
    pendingReadings: figure("storePendingReadings"),
    unsortedReadings: figure("storeCompactionBacklogReadings"),
    memoryBytes: figure("storeMemoryBytes"),
    syncMs: figure("storeLastSyncMs"),
    canaryMs: figure("storeInfluxCanaryMs"),
    failuresInARow: figure("storeInfluxFailuresInARow"),
  };
}

function processState(stored: StoredProcessReport): ProcessRow["state"] {
  if (stored.hasEnded) return "stopped";
  if (isSilent(stored)) return "silent";
  return stored.report.isReady ? "good" : "degraded";
}

/** Sums over processes; the keys are those of the schema, and null where nobody says the figure. */
function together<Schema extends typeof HeadEndFigures | typeof AnalyticsFigures>(
  rows: readonly ProcessRow[],
  schema: Schema,
): ReturnType<Schema["parse"]> {
  const names = Object.keys(schema.shape);
  const entries = names.map((name): [string, number | null] => {
    const values = rows.flatMap(({ figures }) => figures[name] ?? []);
    return [name, values.length === 0 ? null : joined(name, values)];
  });
  return schema.parse(Object.fromEntries(entries)) as ReturnType<Schema["parse"]>;
}

function joined(name: string, values: readonly number[]): number {
  if (LARGEST.has(name)) return Math.max(...values);
  if (SMALLEST.has(name)) return Math.min(...values);
  return values.reduce((sum, value) => sum + value, 0);
}

// A broker alone stores nothing; where no ingest lives, nothing is collected, whatever the broker says.
function stateOf(processes: readonly ProcessRow[]): OperationsHealth["state"] {
  const storing = processes.filter(({ part }) => part === "head-end" || part === "ingest");
  if (storing.length === 0) return "unknown";
  const living = storing.filter(({ state }) => state === "good" || state === "degraded");
  if (living.length === 0) return "silent";
  return living.every(({ state }) => state === "good") ? "good" : "degraded";
}

function bannerOf(state: OperationsHealth["state"], collecting: readonly ProcessRow[]): Banner | null {
  if (state === "silent")
    return {
      level: "alarm",
      words: {
        zh: "采集前置没有响应：读数暂存在采集终端，尚未入库。",
        en: "The head-end is silent: readings wait in the agents and are not being stored.",
      },
    };
  if (state !== "degraded") return null;
  const why = [...new Set(collecting.flatMap(({ reasons }) => reasons))].slice(0, 3).join("; ");
  return {
    level: "warning",
    words: { zh: `采集前置运行不正常：${why}`, en: `The head-end is not well: ${why}` },
  };
}
