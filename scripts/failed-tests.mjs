// What failed in the test runs of a folder, short enough for the end of a long log.
// node scripts/failed-tests.mjs FOLDER: reads each FOLDER/*.json (Vitest's reports) and the log beside it (FOLDER/*.log).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";

/** Lines that all blocks together may take, so that they stand in the last 60 of the log. */
const LINES = 50;
const ERROR_LINES = 12;

/** Each failed test and each file that could not be run, in the order of the report, as `{ what, error }`. */
export function failuresOf(report, root = process.cwd()) {
  return report.testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative(root, name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    const tests = failed.map(({ fullName, failureMessages }) => ({
      what: `${file} > ${fullName}`,
      error: failureMessages.join("\n"),
    }));
    // A file that does not load, and one whose hooks fail, tells so by a message of its own.
    return status === "failed" && message ? [{ what: file, error: message }, ...tests] : tests;
  });
}

/** What Vitest says of errors that belong to no test; its reports know nothing of them. */
export function unhandledOf(log) {
  const lines = stripVTControlCharacters(log).split("\n");
  const from = lines.findIndex((line) => /⎯ Unhandled Errors? ⎯/.test(line));
  if (from < 0) return [];
  const error = lines.slice(from + 1).filter((line) => !/^(⎯+$|Vitest caught|This might cause)/.test(line));
  return [{ what: "outside of any test", error: error.join("\n") }];
}

/** One block for each failure, the more of them the shorter, in 50 lines at most. */
export function shortly(failures) {
  const each = Math.max(1, Math.min(ERROR_LINES + 1, Math.floor(LINES / Math.max(1, failures.length))));
  const shown = failures.slice(0, LINES - 1);
  const blocks = shown.flatMap(({ what, error }) => [`FAILED ${what}`, ...linesOf(error).slice(0, each - 1)]);
  return shown.length < failures.length ? [...blocks, `and ${failures.length - shown.length} more`] : blocks;
}

// Of the stack only what is the project's own.
const FOREIGN = /^\s*$|node_modules|node:internal|at new Promise|⎯ Unhandled/;

function linesOf(error) {
  const lines = stripVTControlCharacters(error).split("\n");
  return lines.filter((line) => !FOREIGN.test(line)).map((line) => `    ${line.slice(0, 240)}`);
}

function failuresIn(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .flatMap((name) => {
      const log = join(folder, `${basename(name, ".json")}.log`);
      const outside = existsSync(log) ? unhandledOf(readFileSync(log, "utf8")) : [];
      return [...failuresOf(JSON.parse(readFileSync(join(folder, name), "utf8"))), ...outside];
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  for (const line of shortly(failuresIn(process.argv[2] ?? "."))) process.stdout.write(`${line}\n`);
