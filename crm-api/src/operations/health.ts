import { COLLECTING_PARTS } from "@nightflow/domain";
import { isSilent, type StoredProcessReport } from "@nightflow/storage";
import { AnalyticsFigures, type Banner, HeadEndFigures, type OperationsHealth, type ProcessRow } from "./wire.ts";

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
): Pick<OperationsHealth, "state" | "headEnd" | "analytics" | "processes" | "banner"> {
  const processes = reports.map(toProcessRow);
  const living = processes.filter(({ state }) => state === "good" || state === "degraded");
  const collecting = living.filter(({ part }) => COLLECTING_PARTS.includes(part));
  const analytics = living.filter(({ part }) => part === "analytics");
  const state = stateOf(processes);
  return {
    state,
    headEnd: collecting.length === 0 ? null : together(collecting, HeadEndFigures),
    analytics: analytics.length === 0 ? null : together(analytics, AnalyticsFigures),
    processes,
    banner: bannerOf(state, collecting),
  };
}

function toProcessRow(stored: StoredProcessReport): ProcessRow {
  const { process, site, startedAt, seenAt, ageS, report } = stored;
  const { part, reasons, figures } = report;
  return { process, part, site, state: processState(stored), startedAt, seenAt, ageS, reasons, figures };
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
