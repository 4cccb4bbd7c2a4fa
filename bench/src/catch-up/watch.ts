import { readdirSync, readFileSync } from "node:fs";

/** What the head-end says of itself at one moment, by its own /metrics, and what the system says of its processes. */
export interface Look {
  readonly stored: number;
  readonly ruled: number;
  readonly findings: number;
  /** Processor seconds by part: the threads of `nightflow up`, and PostgreSQL. */
  readonly cpuS: Readonly<Record<string, number>>;
  readonly rssMb: number;
  readonly postgresMb: number;
}

const TICKS_PER_S = 100;
const PAGE_MB = 4096 / 1e6;

/** Looks at the process behind `operateUrl`, whose id is `pid`. */
export async function look(operateUrl: string, pid: number): Promise<Look> {
  const text = await (await fetch(`${operateUrl}/metrics`)).text();
  const threads = [...text.matchAll(/^nightflow_thread_cpu_seconds_total\{[^}]*thread="([^"]+)"[^}]*\} (\S+)$/gm)];
  const children = childrenOf(pid).map(statOf);
  const process = statOf(pid);
  const cpuS = Object.fromEntries(threads.map(([, name = "", value]) => [name, Number(value)]));
  const known = Object.values(cpuS).reduce((sum, s) => sum + s, 0);
  return {
    stored: metric(text, "nightflow_store_stored_readings"),
    ruled: metric(text, "nightflow_analytics_readings_total"),
    findings: metric(text, "nightflow_analytics_findings_total"),
    cpuS: { ...cpuS, "other threads": process.cpuS - known, postgres: sum(children, (c) => c.cpuS) },
    rssMb: process.rssMb,
    postgresMb: sum(children, (c) => c.rssMb),
  };
}

function metric(text: string, name: string): number {
  const line = text.split("\n").find((each) => each.startsWith(name) && !each.startsWith("#"));
  return Number(line?.split(" ").at(-1) ?? Number.NaN);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** Children and their children: PostgreSQL's server has a process for each connection. */
function childrenOf(pid: number): number[] {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const parents = new Map(all.map((each) => [each, parentOf(each)]));
  const isBelow = (each: number): boolean => {
    const parent = parents.get(each) ?? 0;
    return parent === pid || (parent > 1 && isBelow(parent));
  };
  return all.filter(isBelow);
}

function fieldsOf(pid: number): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return [];
  }
}

function parentOf(pid: number): number {
  return Number(fieldsOf(pid)[1] ?? 0);
}

function statOf(pid: number): { readonly cpuS: number; readonly rssMb: number } {
  const fields = fieldsOf(pid);
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map((text) => Number(text ?? 0));
  return { cpuS: ((user ?? 0) + (system ?? 0)) / TICKS_PER_S, rssMb: (pages ?? 0) * PAGE_MB };
}
