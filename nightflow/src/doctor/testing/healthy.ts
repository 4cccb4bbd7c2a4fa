import type { Sql } from "@nightflow/storage";
import { parseConfig } from "../../config/load.ts";
import { WANTED_NODE } from "../checks/host.ts";
import type { Patient } from "../patient.ts";
import type { Probes } from "../probes.ts";

const NOW_MS = Date.UTC(2026, 10, 23);
const GB = 1024 ** 3;

/** A machine on which all is well, but for what a test changes. */
export function healthyProbes(change: Partial<Probes> = {}): Probes {
  return {
    portState: async () => "free",
    connects: async () => {},
    http: async () => ({ status: 204, headers: {}, body: "" }),
    redis: async () => ["redis_version:7.0.15\n", "maxmemory-policy\nnoeviction\n"],
    withSql: (_url, work) => work(fakeSql()),
    knownMigrations: async () => 7,
    storeFormat: async () => ({ format: 3, known: 3 }),
    rights: () => undefined,
    list: () => [],
    read: () => "",
    mayWrite: () => true,
    fileSystem: async () => ({ kind: 0xef53, freeBytes: 100 * GB, inodes: 1000, inodesFree: 900 }),
    syncMs: async () => 1.2,
    nowMs: () => NOW_MS,
    nodeVersion: () => WANTED_NODE,
    userId: () => 1000,
    userName: () => "nightflow",
    memoryBytes: () => 8 * GB,
    openFiles: () => 65_536,
    ...change,
  };
}

/** A patient on that machine, with a configuration of its own. */
export function patient(config: object = {}, change: Partial<Probes> = {}, more: Partial<Patient> = {}): Patient {
  const loaded = {
    config: parseConfig(config, "a test"),
    folder: "/etc/nightflow",
    path: "/etc/nightflow/nightflow.yaml",
  };
  const probes = healthyProbes(change);
  return { loaded, dataDir: "/var/lib/nightflow", upPid: undefined, env: {}, probes, ...more };
}

/** A PostgreSQL that answers each query with rows, in part as a test says. */
export function fakeSql(change: { server?: object; done?: number; zones?: readonly string[] } = {}): Sql {
  const server = {
    version_no: 160_004,
    version: "16.4",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    max_connections: 100,
    may_create: true,
    who: "nightflow",
    now_ms: NOW_MS,
    ...change.server,
  };
  const rowsOf = (text: string): object[] => {
    if (text.includes("to_regclass")) return [{ is_there: true }];
    if (text.includes("schema_migration")) return [{ no: change.done ?? 7 }];
    if (text.includes("org_unit")) return (change.zones ?? ["Asia/Shanghai"]).map((zone) => ({ zone }));
    return [server];
  };
  return { query: async (text: string) => ({ rows: rowsOf(text) }) } as unknown as Sql;
}
