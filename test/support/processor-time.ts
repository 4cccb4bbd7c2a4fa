import { appendFileSync, readFileSync } from "node:fs";
import { afterAll, expect } from "vitest";
import { HAS_PROC } from "./processes.ts";

const TICKS_PER_SECOND = 100;

// With `NIGHTFLOW_TEST_CPU=<file>` every test file adds a line: seconds of processor time of its worker and of all that it
// started, seconds by the clock, its path. It is the first of the set-up files, so that this hook runs last of all.
const file = process.env.NIGHTFLOW_TEST_CPU;
/** What a worker had used when its last file ended: where files share workers, the next one begins there. */
const told = globalThis as { nightflowTold?: readonly [own: number, children: number, wall: number] };

afterAll(() => {
  if (file === undefined || !HAS_PROC) return;
  const [ownBefore, childrenBefore, wallBefore] = told.nightflowTold ?? [0, 0, 0];
  told.nightflowTold = [...processorSeconds(), process.uptime()];
  const [own, children, wall] = told.nightflowTold;
  const used = [own + children - ownBefore - childrenBefore, children - childrenBefore, wall - wallBefore];
  appendFileSync(file, `${used.map((seconds) => seconds.toFixed(1)).join("\t")}\t${expect.getState().testPath}\n`);
});

/** What this process has used, and those of its descendants that have ended. */
function processorSeconds(): [own: number, children: number] {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return [(user + system) / TICKS_PER_SECOND, (childUser + childSystem) / TICKS_PER_SECOND];
}
