import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { createAgentDirectory } from "./agent-directory.ts";
import { NOON } from "./testing/test-bench.ts";

const postgres = testDatabase();

test("the last status and configuration report of an agent stand in its row", async () => {
  const { database } = await postgres.fresh();
  const agents = createAgentDirectory(database);
  await agents.saveStatus("town", "gw-1", { v: 1, state: "online", at: NOON }, NOON);
  await agents.saveConfigReport("town", "gw-1", { v: 1, hash: "h1", appliedAt: NOON, channels: [] });
  await agents.saveStatus("town", "gw-1", { v: 1, state: "offline", at: NOON + 1 }, NOON + 2);
  const { rows } = await database.query("select * from agent");
  expect(rows).toEqual([
    {
      site: "town",
      id: "gw-1",
      is_online: false,
      status: { v: 1, state: "offline", at: NOON + 1 },
      status_at: new Date(NOON + 2),
      config_report: { v: 1, hash: "h1", appliedAt: NOON, channels: [] },
    },
  ]);
});

test("a configuration report may come before the first status", async () => {
  const { database } = await postgres.fresh();
  const agents = createAgentDirectory(database);
  await agents.saveConfigReport("town", "gw-2", { v: 1, hash: "h1", appliedAt: NOON, channels: [] });
  const { rows } = await database.query("select is_online, status from agent");
  expect(rows).toEqual([{ is_online: false, status: null }]);
});
