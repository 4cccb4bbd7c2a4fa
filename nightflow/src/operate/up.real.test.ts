import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeHeartbeat, heartbeatTopic } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import { openDatabase, processReports, removeEmbeddedPostgres } from "@nightflow/storage";
import { silentLogger } from "@nightflow/storage/testing";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { Program } from "../testing/program.ts";
import { startUp, type Up } from "../up.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-operate-"));
chmodSync(folder, 0o755);
const signs: string[] = [];
const service = createServer((request, response) => {
  signs.push(request.url ?? "");
  response.end("OK");
});
let up: Up;

beforeAll(async () => {
  await new Promise<void>((resolve) => service.listen(0, "127.0.0.1", resolve));
  const { port } = service.address() as AddressInfo;
  const monitor = { name: "watch", role: "monitor", passwordHash: await hashPassword("s3cret-of-the-test") };
  const config = {
    api: { port: 0 },
    broker: { port: 0, identities: [monitor] },
    postgres: { port: 0 },
    operate: { port: 0, reportS: 0.5, deadMan: { url: `http://127.0.0.1:${port}/alive`, everyS: 1 } },
    log: { level: "silent" },
  };
  writeFileSync(join(folder, "nightflow.yaml"), JSON.stringify(config));
  up = await startUp(loadConfig(join(folder, "nightflow.yaml")), silentLogger, (reason) => {
    throw new Error(reason);
  });
}, 60_000);

afterAll(async () => {
  await up?.close();
  service.close();
  await removeEmbeddedPostgres(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string) => fetch(`${up.operateUrl}${path}`);

describe("nightflow up", { timeout: 60_000 }, () => {
  it("is alive in all threads, and ready once store, database, broker and disk are", async () => {
    const live = (await (await get("/health/live")).json()) as { threads: { thread: string; isLive: boolean }[] };
    expect(live.threads.map(({ thread, isLive }) => `${thread} ${isLive}`).sort()).toEqual([
      "analytics true",
      "api true",
      "head-end true",
      "main true",
    ]);
    await expect.poll(async () => (await get("/health/ready")).status).toBe(200);
  });

  it("shows the metrics of the process, of every thread and of every room on one page", async () => {
    const response = await get("/metrics");
    expect(response.headers.get("content-type")).toContain("version=0.0.4");
    const page = await response.text();
    for (const thread of ["main", "head-end", "analytics", "api"])
      expect(page).toContain(`nightflow_thread_cpu_seconds_total{thread="${thread}"}`);
    for (const name of [
      "process_cpu_seconds_total",
      "process_resident_memory_bytes",
      "nightflow_broker_connections",
      "nightflow_ingest_readings_total",
      "nightflow_store_stored_readings",
      "nightflow_analytics_lag_seconds",
      "nightflow_jobs",
      "nightflow_api_live_streams",
      "nightflow_findings_open",
      "nightflow_disk_free_bytes",
      "nightflow_dead_man_total",
    ])
      expect(page).toContain(`# TYPE ${name} `);
    expect(page).not.toMatch(/nightflow_metrics_missing_sources\{[^}]*\} [1-9]/);
    expect(page.match(/^# TYPE (\S+)/gm)?.length).toBe(new Set(page.match(/^# TYPE (\S+)/gm)).size);
    const reference = readFileSync(new URL("../../../docs/reference/metrics.md", import.meta.url), "utf8");
    const named = [...page.matchAll(/^# TYPE (nightflow_\S+)/gm)].map(([, name = ""]) => name);
    expect(named.filter((name) => !name.startsWith("nightflow_store_") && !reference.includes(`\`${name}\``))).toEqual(
      [],
    );
    expect((await get("/secrets")).status).toBe(404);
    expect((await fetch(`${up.operateUrl}/metrics`, { method: "POST" })).status).toBe(405);
  });

  it("gives its signs of life: to a service outside, on MQTT, and in PostgreSQL", async () => {
    await expect.poll(() => signs.length).toBeGreaterThan(0);
    const client = mqtt.connect(`mqtt://127.0.0.1:${up.mqttPort}`, {
      username: "watch",
      password: "s3cret-of-the-test",
    });
    const heard = new Promise<Uint8Array>((resolve) => client.once("message", (_topic, payload) => resolve(payload)));
    await client.subscribeAsync(heartbeatTopic("town"));
    expect(decodeHeartbeat(await heard)).toMatchObject({ site: "town", state: "online", isReady: true });
    await client.endAsync();
    const db = openDatabase({ url: up.databaseUrl, logger: silentLogger, maxConnections: 1 });
    await expect
      .poll(async () => (await processReports(db)).map(({ report }) => report.part))
      .toEqual(["analytics", "api", "head-end"]);
    await db.close();
  });

  it("is looked at by the doctor while it runs", async () => {
    const doctor = new Program(folder, ["doctor", "--json"]);
    const exitCode = await doctor.ended();
    const { findings } = JSON.parse(doctor.output) as { findings: { level: string; code: string }[] };
    expect(findings.filter(({ level }) => level === "fail")).toEqual([]);
    const codes = findings.map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(["store.running", "postgres.migrated", "clock.agrees"]));
    expect(exitCode).toBe(0);
  });

  it("gathers its metrics without holding the head-end's thread for five milliseconds", async () => {
    for (let warm = 0; warm < 20; warm++) await (await get("/metrics")).text();
    const page = await (await get("/metrics")).text();
    const delay = /nightflow_thread_event_loop_delay_seconds\{thread="head-end",quantile="0.5"\} (\S+)/.exec(page);
    expect(Number(delay?.[1])).toBeLessThan(0.005);
  });
});
