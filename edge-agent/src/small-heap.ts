/**
 * Has V8 tidy up sooner: a gateway has little memory and time to spare. Readings live for a second, until the outbox has
 * synced them; left to itself the heap grows to many times of what lives before it is looked through. V8 heeds the second
 * flag at its start only. Measured: docs/performance.md, "One agent, 100,000 Modbus points a second".
 */
const FLAGS: readonly string[] = ["--heap-growing-percent=40", "--max-semi-space-size=4"];

/** A running Node.js as far as it can be replaced by one with other flags: the global `process`. */
export type Replaceable = Pick<NodeJS.Process, "argv" | "env" | "execArgv" | "execPath" | "channel" | "execve">;

/**
 * Begins the program again with V8's flags for a small heap, in the same process: its id, its files 0 to 2 and its
 * environment stay. Returns when there is nothing to do: the flags are there, a person chose others of the same names, or
 * the platform cannot replace a process (Windows). For a program that is an agent and nothing else, before it opens anything.
 */
export function beginWithSmallHeap(running: Replaceable = process): void {
  const chosen = [...running.execArgv, ...(running.env.NODE_OPTIONS ?? "").split(" ")].map(nameOf);
  const missing = FLAGS.filter((flag) => !chosen.includes(nameOf(flag)));
  if (missing.length === 0 || running.execve === undefined || running.channel != null) return;
  const args = [running.execPath, ...running.execArgv, ...missing, ...running.argv.slice(1)];
  running.execve(running.execPath, args, running.env);
}

function nameOf(flag: string): string {
  const [name = ""] = flag.split("=");
  return name.replaceAll("_", "-");
}
