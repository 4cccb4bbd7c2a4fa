import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** One error class with a stable code. */
interface ErrorCode {
  readonly code: string;
  readonly room: string;
  readonly meaning: string;
  readonly isRetriable: string;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const ROOMS = [
  "domain",
  "storage",
  "edge-agent",
  "broker",
  "ingest",
  "analytics",
  "crm-api",
  "simulators",
  "nightflow",
];
const CLASS = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:abstract )?class (\w+) extends \w+ \{([\s\S]*?)\n\}/g;

/** A table of every error code in the sources: room, meaning (its doc comment), whether a second try may help. */
export function errorCodesPage(): string {
  const rows = ROOMS.flatMap((room) =>
    [...sources(join(ROOT, room, "src"))].flatMap((file) => codesIn(readFileSync(file, "utf8"), room)),
  );
  const lines = rows
    .sort((a, b) => (a.code < b.code ? -1 : 1))
    .map((row) => `| \`${row.code}\` | ${row.room} | ${row.meaning} | ${row.isRetriable} |`);
  return ["| code | room | what it means | may work later as it is |", "|---|---|---|---|", ...lines].join("\n");
}

function codesIn(text: string, room: string): ErrorCode[] {
  return [...text.matchAll(CLASS)].flatMap(([, comment = "", , body = ""]) => {
    const code = /readonly code(?:: string)? = "([A-Z_]+)"/.exec(body)?.[1];
    const retriable = /readonly retriable(?:: boolean)? = (true|false)/.exec(body)?.[1];
    return code === undefined
      ? []
      : [{ code, room, meaning: wordsOf(comment), isRetriable: retriable === "true" ? "yes" : "no" }];
  });
}

/** The first paragraph of a doc comment on one line. */
function wordsOf(comment: string): string {
  const lines = comment.split("\n").map((line) => line.replace(/^\s*\*? ?/, "").trim());
  const text =
    lines
      .join("\n")
      .trim()
      .split(/\n\n|\n@/)[0] ?? "";
  return text.replaceAll("\n", " ").replaceAll("|", "\\|");
}

function* sources(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts")) yield path;
  }
}
