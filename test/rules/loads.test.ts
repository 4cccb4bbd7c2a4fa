import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { loadedSpecifiersOf, packageOf } from "./import-scan.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SCOPE = "@nightflow/";

/** What each entry of `nightflow up` starts without: hundreds of modules that it does not use, or not yet. */
const STARTS_WITHOUT: Readonly<Record<string, readonly string[]>> = {
  "nightflow/src/commands/up.ts": ["@duckdb/node-api", "aedes", "bullmq", "echarts", "epanet-js", "fastify"],
  "nightflow/src/threads/head-end.ts": ["bullmq", "echarts", "fastify"],
  "nightflow/src/threads/analytics.ts": ["@duckdb/node-api", "aedes", "bullmq", "echarts", "fastify"],
  "nightflow/src/threads/api.ts": ["@duckdb/node-api", "bullmq", "echarts"],
};

describe("the start of nightflow up", () => {
  it.each(Object.entries(STARTS_WITHOUT))("%s loads none of %j", (entry, unwanted) => {
    const loaded = packagesLoadedBy(entry);
    expect(loaded).toContain("zod");
    expect(unwanted.filter((name) => loaded.has(name))).toEqual([]);
  });
});

/** The packages from outside that are loaded with a file and with all that it loads. */
function packagesLoadedBy(entry: string): Set<string> {
  const packages = new Set<string>();
  const files = [entry];
  const seen = new Set(files);
  for (let file = files.pop(); file !== undefined; file = files.pop())
    for (const specifier of loadedSpecifiersOf(readFileSync(join(ROOT, file), "utf8"))) {
      const next = fileOf(file, specifier);
      if (next === undefined) packages.add(packageOf(specifier) ?? specifier);
      else if (!seen.has(next)) files.push(next) && seen.add(next);
    }
  return packages;
}

/** The file of ours that a specifier names; undefined for what comes from outside. */
function fileOf(importer: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return specifier.endsWith(".ts") ? join(dirname(importer), specifier) : undefined;
  if (!specifier.startsWith(SCOPE)) return undefined;
  const [room = "", ...door] = specifier.slice(SCOPE.length).split("/");
  const { exports } = JSON.parse(readFileSync(join(ROOT, room, "package.json"), "utf8"));
  return join(room, exports[[".", ...door].join("/")]);
}
