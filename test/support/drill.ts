import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AgentConfig, type AgentStatus, newId } from "@nightflow/domain";
import type { ApiClient } from "@nightflow/nightflow";
import { type Database, openFileStore, recordFile, type StoreCounts, verifyAudit } from "@nightflow/storage";
import { expect } from "vitest";
import { runNightflow } from "./command.ts";
import { eventually } from "./eventually.ts";
import type { Installation } from "./installation.ts";
import { type StoredRow, storedRows } from "./stored-rows.ts";

/** The bytes of the report that a drill keeps. */
export const REPORT = "the report of February";
export const TICKET = "T-drill";

/** What is left of an installation, seen while nothing of it runs. */
export interface Remains {
  readonly counts: StoreCounts;
  readonly rows: readonly StoredRow[];
  readonly tickets: readonly string[];
  readonly report: string;
  readonly auditFault: unknown;
  /** How far the detectors have read. */
  readonly cursor: number;
  /** Agents of whose batches some in between are missing. */
  readonly holes: readonly string[];
}

/** Puts a ticket and a report's file where people's work lies. */
export async function addWork(installation: Installation, db: Database): Promise<void> {
  const files = await openFileStore(join(installation.dataDir, "files"));
  await recordFile(db, await files.put(Buffer.from(REPORT), "text/plain"));
  await db.query(
    `insert into ticket (id, no, key, kind, priority, source, state, title_zh, title_en, subject_kind, subject,
       cause_group, unit_id, opened_at)
     select $1, $2, 'drill|leak', 'anomaly', 'P2', 'anomaly', 'accepted', '漏水', 'Leak', 'meter', 'M1', 'leak', id, now()
     from org_unit limit 1`,
    [newId(), TICKET],
  );
}

/** Looks at both stores and the files. */
export function remainsOf(installation: Installation): Promise<Remains> {
  return installation.withHeadEnd(async ({ db, store }) => {
    if (store === null) throw new Error("the head-end of the test has no store");
    const rowsOf = async <Row extends object>(sql: string) => (await db.query<Row & Record<string, unknown>>(sql)).rows;
    const files = await openFileStore(join(installation.dataDir, "files"));
    const [file] = await rowsOf<{ hash: string }>("select hash from stored_file where media_type = 'text/plain'");
    const [analytics] = await rowsOf<{ cursor: number }>("select cursor from analytics_snapshot where shard = 0");
    const tickets = await rowsOf<{ no: string }>("select no from ticket where key = 'drill|leak'");
    const channels = (await store.channels()).map(({ id }) => id);
    return {
      counts: await store.counts(),
      rows: await storedRows(store, channels),
      tickets: tickets.map(({ no }) => no),
      report: Buffer.from(await files.read(file?.hash ?? "")).toString(),
      auditFault: (await verifyAudit(db)).firstFault,
      cursor: Number(analytics?.cursor ?? 0),
      holes: (await store.marks()).filter(({ above }) => above.length > 0).map(({ agent }) => agent),
    };
  });
}

/** Waits until the head-end says that so many readings are stored. */
export async function storedAtLeast(api: ApiClient, readings: number): Promise<number> {
  return await eventually(`${readings} stored readings`, async () => {
    const { counts } = await api.get<{ counts: StoreCounts }>("/api/set-aside/dead_letter");
    return counts.stored >= readings ? counts.stored : undefined;
  });
}

/** Lets the agent send what it still holds, without reading any more, and ends it. */
export async function drainAgent(installation: Installation, api: ApiClient): Promise<void> {
  await installation.stopAgent();
  installation.writeAgentConfig(AgentConfig.parse({ v: 1, channels: [], buses: [] }));
  const startedAfter = installation.clock.now();
  await installation.startAgent();
  await eventually(
    "an empty outbox",
    async () => {
      const { items } = await api.get<{ items: { status: AgentStatus | null }[] }>("/api/agents");
      const status = items[0]?.status;
      return (status?.startedAt ?? 0) >= startedAfter && status?.outbox?.records === 0 ? true : undefined;
    },
    60_000,
  );
  await installation.stopAgent();
}

/** Runs `nightflow backup` and gives the new backup's folder. */
export async function backUp(installation: Installation, ...more: readonly string[]): Promise<string> {
  const to = join(installation.folder, "backups");
  const { code, stderr } = await runNightflow(["backup", "--to", to, "--config", installation.configFile, ...more]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const names = readdirSync(to).sort();
  return join(to, names.at(-1) ?? "");
}

/** Runs `nightflow restore` on an empty data folder. */
export async function restore(installation: Installation, folder: string, ...more: readonly string[]): Promise<void> {
  const args = ["restore", "--from", folder, "--config", installation.configFile, ...more];
  const { code, stderr } = await runNightflow(args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}
