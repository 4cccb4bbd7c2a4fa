import { readdirSync, readFileSync } from "node:fs";

/** A process as /proc shows it. `startedTicks` tells it from a later one that was given the same id. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly startedTicks: string;
  readonly command: string;
}

/** Whether this machine shows its processes as files. */
export const HAS_PROC = process.platform === "linux";

/** All processes of the machine that can be seen; zombies are ended already and left out. */
function processes(): SeenProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => processOf(Number(name)) ?? []);
}

function processOf(pid: number): SeenProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name stands in brackets and may hold anything; what follows the last bracket is plain numbers.
    const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    return { pid, parent: Number(parent), startedTicks: rest[17] ?? "", command };
  } catch {
    return undefined;
  }
}

/** Everything that a process has started, and what that has started. */
export function descendantsOf(pid: number): SeenProcess[] {
  const all = processes();
  const found = new Set([pid]);
  for (let before = 0; before < found.size; ) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
  return all.filter((one) => one.pid !== pid && found.has(one.pid));
}

/** Those of some processes that still run. */
export function stillRunning(seen: readonly SeenProcess[]): SeenProcess[] {
  return seen.filter((one) => processOf(one.pid)?.startedTicks === one.startedTicks);
}

/** Processes that name a folder on their command line, whoever started them. */
export function naming(folder: string): SeenProcess[] {
  return processes().filter(({ command, pid }) => pid !== process.pid && command.includes(folder));
}
