import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

interface Run {
  readonly code: number | null;
  readonly out: string;
}

interface SeedLine {
  readonly seed: number;
  readonly hash: string;
  readonly layout: string;
  readonly failure: string | null;
}

/** Runs the simulation in a process of its own, since it replaces the timers of its process. */
function sim(...args: string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    let out = "";
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out }));
  });
}

const linesOf = ({ out }: Run) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SeedLine);

test("nothing is lost, stored twice or fed out of order in a hundred seeds of faults", async () => {
  const { code, out } = await sim("--seeds", "100");
  expect(out.slice(-3000)).toContain("0 lost, 0 twice, feed in order and complete");
  expect(code).toBe(0);
});

test("a seed takes the same course every time, whatever ran before it", async () => {
  const [first, second, alone] = await Promise.all([
    sim("--seeds", "12", "--json"),
    sim("--seeds", "12", "--json"),
    sim("--from", "12", "--seeds", "1", "--json"),
  ]);
  expect(linesOf(second)).toEqual(linesOf(first));
  expect(linesOf(alone)).toEqual(linesOf(first).slice(-1));
  expect(new Set(linesOf(first).map(({ layout }) => layout))).toEqual(new Set(["one-process", "replicas"]));
});

// If a check could not find these, that it finds nothing would mean nothing.
test.each([
  ["ack-before-commit", "acks never ahead of durability"],
  ["no-fsync", "0 lost"],
  ["mark-apart", "0 (lost|twice)"],
  ["no-repeat-check", "0 twice"],
])(
  "a head-end or agent with the fault %s is found within 200 seeds, and its schedule printed",
  async (broken, found) => {
    const { code, out } = await sim("--seeds", "200", "--broken", broken);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`broke a promise\\.\n${found}: `));
    expect(out).toContain(`--broken ${broken}`);
    expect(out).toMatch(/^ +\d+\.\d \S+ +starts$/m);
  },
);
