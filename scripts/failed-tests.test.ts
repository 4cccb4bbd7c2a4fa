import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("failed-tests.mjs", import.meta.url));
const ROOT = fileURLToPath(new URL("../", import.meta.url));
const STACK = [
  "    at ROOT/a.test.ts:2:71",
  "    at ROOT/node_modules/vitest/run.js:1:1",
  "    at new Promise (<anonymous>)",
];

describe("the end of a run in which tests failed", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "nightflow-failed-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const said = () => execFileSync(process.execPath, [SCRIPT, folder], { cwd: ROOT, encoding: "utf8" }).split("\n");
  const report = (run: string, ...testResults: object[]) =>
    writeFileSync(join(folder, `${run}.json`), JSON.stringify({ testResults }));

  it("names file, test and error, of the stack only what is the project's own", () => {
    report("test", fileWith("a.test.ts", 1, ["\u001b[31mexpected 1 to be 2\u001b[39m", "", ...STACK].join("\n")));
    expect(said()).toEqual([
      "FAILED a.test.ts > a town keeps its water 0",
      "    expected 1 to be 2",
      "        at ROOT/a.test.ts:2:71",
      "",
    ]);
  });

  it("names a file that does not load, and the tests of the second run", () => {
    report("test", {
      name: join(ROOT, "b.test.ts"),
      status: "failed",
      message: "no such module",
      assertionResults: [],
    });
    report("test:faults", fileWith("c.test.ts", 1, "lost a reading"));
    expect(said()).toEqual([
      "FAILED b.test.ts",
      "    no such module",
      "FAILED c.test.ts > a town keeps its water 0",
      "    lost a reading",
      "",
    ]);
  });

  it("tells an error outside of any test, which the report does not know", () => {
    report("test");
    const log = [
      "✓ all is well",
      "⎯⎯⎯⎯ Unhandled Errors ⎯⎯⎯⎯",
      "",
      "⎯⎯⎯⎯ Unhandled Rejection ⎯⎯⎯⎯",
      "Error: nobody waits for me",
    ];
    writeFileSync(join(folder, "test.log"), log.join("\n"));
    expect(said()).toEqual(["FAILED outside of any test", "    Error: nobody waits for me", ""]);
  });

  it.each([1, 4, 20, 49, 400])("says what failed in fifty lines and a word on the rest: %i tests", (tests) => {
    report("test", fileWith("a.test.ts", tests, Array.from({ length: 99 }, (_, i) => `line ${i}`).join("\n")));
    const lines = said();
    expect(lines.length).toBeLessThanOrEqual(51);
    expect(lines.filter((line) => line.startsWith("FAILED"))).toHaveLength(Math.min(tests, 49));
    expect(lines.includes(`and ${tests - 49} more`)).toBe(tests > 49);
  });

  it("says nothing where all passed", () => {
    report("test", { name: join(ROOT, "a.test.ts"), status: "passed", message: "", assertionResults: [] });
    expect(said()).toEqual([""]);
  });
});

function fileWith(name: string, failed: number, error: string): object {
  const assertionResults = Array.from({ length: failed }, (_, no) => ({
    status: "failed",
    fullName: `a town keeps its water ${no}`,
    failureMessages: [error],
  }));
  const passed = { status: "passed", fullName: "passes", failureMessages: [] };
  return { name: join(ROOT, name), status: "failed", message: "", assertionResults: [passed, ...assertionResults] };
}
