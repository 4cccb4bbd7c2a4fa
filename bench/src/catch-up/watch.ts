import { childrenOf, statOf } from "../processes.ts";

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
