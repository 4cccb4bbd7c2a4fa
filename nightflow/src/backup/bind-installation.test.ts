import type { Database } from "@nightflow/storage";
import { pino } from "pino";
import { expect, test } from "vitest";
import { bindInstallation } from "./bind-installation.ts";

function told() {
  const lines: string[] = [];
  return { lines, logger: pino({ level: "warn" }, { write: (line) => void lines.push(line) }) };
}

function databaseOf(id: string): Pick<Database, "query"> {
  const answer = { rows: [{ id }], rowCount: 1 };
  return { query: async () => answer } as unknown as Pick<Database, "query">;
}

test("a new store becomes the installation's, without a word", async () => {
  const { lines, logger } = told();
  await bindInstallation({ installation: async (claimant) => claimant }, databaseOf("own"), logger);
  expect(lines).toEqual([]);
});

test("the store of another installation is said loudly, with both ids and where to look", async () => {
  const { lines, logger } = told();
  await bindInstallation({ installation: async () => "other" }, databaseOf("own"), logger);
  expect(JSON.parse(lines[0] ?? "{}")).toMatchObject({ level: 50, store: "other", database: "own" });
  expect(lines[0]).toContain("DATABASE_URL");
});

test("a head-end that starts while PostgreSQL is away goes on", async () => {
  const { lines, logger } = told();
  const away = { query: () => Promise.reject(new Error("refused")) } as unknown as Pick<Database, "query">;
  await bindInstallation({ installation: async () => "other" }, away, logger);
  expect(lines).toHaveLength(1);
});
