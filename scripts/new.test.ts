import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSkeleton } from "./new.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const LEFT_OUT = /(^|\/)(node_modules|dist|data|\..*)$/;
/** Where skeletons are made, and what those rooms import. */
const ROOMS = ["domain", "storage", "edge-agent", "analytics", "crm-api"];
/** What a skeleton can break: the tables that it goes into, and all that they are part of. */
const CHECKED = [
  "domain/src",
  "edge-agent/src/drivers",
  "analytics/src/pure/rule-catalogue.ts",
  "analytics/src/pure/detectors",
  "crm-api/src/tickets/words.ts",
];

interface TestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly failureMessages: readonly string[] }[];
    readonly message: string;
  }[];
}

/** Those rooms with the packages beside them, in which skeletons may be made. */
function copyOfTree(): string {
  const copy = mkdtempSync(join(tmpdir(), "nightflow-new-"));
  const packages = join(copy, "node_modules");
  mkdirSync(join(packages, "@nightflow"), { recursive: true });
  for (const room of ROOMS) {
    cpSync(join(ROOT, room), join(copy, room), { recursive: true, filter: (path) => !LEFT_OUT.test(path) });
    symlinkSync(join(copy, room), join(packages, "@nightflow", room));
  }
  for (const name of readdirSync(join(ROOT, "node_modules")))
    if (name !== "@nightflow") symlinkSync(join(ROOT, "node_modules", name), join(packages, name));
  const types = { extends: join(ROOT, "tsconfig.json"), include: CHECKED };
  writeFileSync(join(copy, "tsconfig.json"), JSON.stringify(types));
  return copy;
}

/** Output of a program in the copy, whatever its exit code. */
function outputOf(copy: string, program: string, args: readonly string[]): Promise<string> {
  const bin = join(ROOT, "node_modules", ".bin");
  return new Promise((resolve) =>
    execFile(join(bin, "node"), [join(bin, program), ...args], { cwd: copy, maxBuffer: 1 << 24 }, (_, out) =>
      resolve(out),
    ),
  );
}

describe("a skeleton", () => {
  let copy = "";
  let types = "";
  let report: TestReport;

  beforeAll(async () => {
    copy = copyOfTree();
    const made = [
      makeSkeleton(copy, "driver", "dlms-cosem"),
      makeSkeleton(copy, "profile", "brook-em-200"),
      makeSkeleton(copy, "detector", "slow-drip"),
    ];
    writeFileSync(
      join(copy, "new.config.ts"),
      'export default { test: { pool: "threads", isolate: false, maxWorkers: 1, reporters: [["json", { outputFile: "new.json" }]] } };\n',
    );
    const tests = made.map(({ failingTest }) => failingTest);
    [types] = await Promise.all([
      outputOf(copy, "tsc", []),
      outputOf(copy, "vitest", ["run", "--config", "new.config.ts", ...tests]),
    ]);
    report = JSON.parse(readFileSync(join(copy, "new.json"), "utf8"));
  }, 120_000);

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const failuresOf = (test: string) =>
    report.testResults
      .filter(({ name }) => name.endsWith(test))
      .flatMap(({ assertionResults, message }) => [
        message,
        ...assertionResults.flatMap(({ failureMessages }) => failureMessages),
      ])
      .join("\n");

  it("of each kind passes the type check", () => {
    expect(types).toBe("");
  });

  it.each([
    ["a driver", "drivers/dlms-cosem/frame.test.ts", "no answer of dlms cosem is decoded yet, and 1 bytes came"],
    ["a profile", "profiles/profiles.test.ts", "brook-em-200.json"],
    ["a detector", "detectors/slow-drip.test.ts", /to include ['"]open['"]/],
  ])("of %s fails by its own test, which says what is to be done", (_, test, reason) => {
    expect(failuresOf(test)).toMatch(reason);
  });

  it("is refused under a name that is taken or is none, and then nothing is written", () => {
    expect(() => makeSkeleton(copy, "driver", "dlms-cosem")).toThrow("is there already");
    expect(() => makeSkeleton(copy, "profile", "../x")).toThrow("is no name");
  });
});
