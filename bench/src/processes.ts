import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_S = 100;
const PAGE_MB = 4096 / 1e6;

/** Children and their children: PostgreSQL's server has a process for each connection. */
export function childrenOf(pid: number): number[] {
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

/** Processor seconds since its start, and memory in use; zero for a process that has ended. */
export function statOf(pid: number): { readonly cpuS: number; readonly rssMb: number } {
  const fields = fieldsOf(pid);
  const [user, system, pages] = [fields[11], fields[12], fields[21]].map((text) => Number(text ?? 0));
  return { cpuS: ((user ?? 0) + (system ?? 0)) / TICKS_PER_S, rssMb: (pages ?? 0) * PAGE_MB };
}
