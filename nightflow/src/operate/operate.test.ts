import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MessageChannel } from "node:worker_threads";
import { decodeHeartbeat, gaugeFamily, metricsText, type ProcessReport } from "@nightflow/domain";
import { pino } from "pino";
import { expect, test } from "vitest";
import { LocalPart, type OperatePart } from "./part.ts";
import { remotePart, servePart } from "./remote-part.ts";
import { readinessOf, serveOperate } from "./server.ts";
import { startDeadMan } from "./signs/dead-man.ts";
import { startHeartbeat } from "./signs/heartbeat.ts";
import { mergeViews } from "./view.ts";
import { FailingCommits, quantileOf } from "./views/ingest.ts";
import { feedFamilies, storeFigures, storeView } from "./views/store.ts";

const logger = pino({ level: "silent" });
const config = { host: "127.0.0.1", port: 0, liveWithinMs: 200 };
const never = <Result>() => new Promise<Result>(() => undefined);
const well: ProcessReport = { part: "api", isReady: true, reasons: [], figures: {} };
const healthy: OperatePart = {
  name: "api",
  ping: async () => undefined,
  metrics: async () => [gaugeFamily("up", "Up.", 1)],
  report: async () => well,
};
const stuck: OperatePart = { name: "head-end", ping: never, metrics: async () => [], report: never };

async function answers(parts: readonly OperatePart[]) {
  const server = await serveOperate({ config, parts, logger });
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  const all = { live: await get("/health/live"), ready: await get("/health/ready"), metrics: await get("/metrics") };
  await server.close();
  return all;
}

test("a thread that stands still is neither alive nor ready, and named", async () => {
  const { live, ready } = await answers([healthy, stuck]);
  expect(live.status).toBe(503);
  expect(JSON.parse(live.text).threads).toMatchObject([
    { thread: "api", isLive: true },
    { thread: "head-end", isLive: false, answeredMs: null },
  ]);
  expect(ready.status).toBe(503);
  expect(JSON.parse(ready.text).parts[1]).toMatchObject({ part: "head-end", isReady: false });
});

test("a thread that gives no metrics shows as down and keeps no other from being shown", async () => {
  const broken = { ...healthy, name: "analytics" as const, metrics: () => Promise.reject(new Error("gone")) };
  const { text } = (await answers([healthy, broken])).metrics;
  expect(text).toContain('nightflow_thread_up{thread="api"} 1\n');
  expect(text).toContain('nightflow_thread_up{thread="analytics"} 0\n');
  expect(text).toContain("up 1\n");
});

test("a port that another program holds is named", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as AddressInfo;
  await expect(serveOperate({ config: { ...config, port }, parts: [], logger })).rejects.toMatchObject({
    code: "PORT_BUSY",
    message: expect.stringContaining(`127.0.0.1:${port}`),
  });
  await new Promise((resolve) => holder.close(resolve));
});

test("a part says in words what keeps it from its work, and its metrics do without a source that fails", async () => {
  const view = mergeViews({
    metrics: [() => [gaugeFamily("a", "A.", 1)], () => Promise.reject(new Error("away"))],
    checks: [
      { name: "disk", check: () => "9 MB are free" },
      { name: "store", check: () => Promise.reject(new Error("it is away")) },
      { name: "broker", check: () => null },
    ],
    figures: [() => ({ storedPerS: 5, nonsense: Number.NaN }), () => Promise.reject(new Error("away"))],
  });
  const part = new LocalPart("ingest", view);
  const { isReady, reasons, figures } = await part.report();
  expect({ isReady, reasons }).toEqual({ isReady: false, reasons: ["disk: 9 MB are free", "store: it is away"] });
  expect(figures).toMatchObject({ storedPerS: 5 });
  expect(figures).not.toHaveProperty("nonsense");
  const text = metricsText(await part.metrics());
  expect(text).toContain("\na 1\n");
  expect(text).toContain('nightflow_metrics_missing_sources{thread="ingest"} 1\n');
  part.close();
});

test("another thread is looked at over a port, and not any more when that is closed", async () => {
  const { port1, port2 } = new MessageChannel();
  servePart(healthy, port2);
  const remote = remotePart("api", port1);
  await remote.ping();
  expect(await remote.report()).toEqual(well);
  remote.close();
  expect(await readinessOf([remote], 100)).toMatchObject({ isReady: false });
});

test("the sign of life is withheld while the head-end is not ready, and a failed one is counted without its address", async () => {
  let isReady = false;
  let status = 200;
  let asked = 0;
  const service = createServer((_request, response) => {
    asked++;
    response.writeHead(status).end();
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => service.once("listening", resolve));
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/s3cret`;
  const lines: string[] = [];
  const spy = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
  const dead = startDeadMan({ url, everyS: 0.02, timeoutS: 1, readiness: async () => ({ isReady }), logger: spy });
  const count = (outcome: string) =>
    dead.families()[0]?.samples.find(({ labels }) => labels?.outcome === outcome)?.value ?? 0;
  await expect.poll(() => count("withheld")).toBeGreaterThan(1);
  expect(asked).toBe(0);
  isReady = true;
  await expect.poll(() => count("sent")).toBeGreaterThan(1);
  status = 500;
  await expect.poll(() => count("failed")).toBeGreaterThan(0);
  await dead.stop();
  expect(lines.join("")).toContain("500");
  expect(lines.join("")).not.toContain("s3cret");
  await new Promise((resolve) => service.close(resolve));
});

test("the heartbeat says why the head-end is not ready, and that it was stopped on purpose", async () => {
  const said: string[] = [];
  const publish = async (topic: string, payload: string) => {
    expect(topic).toBe("nf/v1/town/head-end/heartbeat");
    said.push(payload);
  };
  const part = { report: async () => ({ ...well, isReady: false, reasons: ["disk: 9 MB are free"] }) };
  const stop = startHeartbeat({ part, publish, site: "town", everyS: 60, logger, now: () => 7 });
  await expect.poll(() => said.length).toBe(1);
  await stop();
  expect(said.map((payload) => decodeHeartbeat(payload))).toMatchObject([
    { state: "online", at: 7, everyS: 60, isReady: false, reasons: ["disk: 9 MB are free"] },
    { state: "offline", isReady: false },
  ]);
});

test("commits fail when some have since the last good one, and what most of them took is read off the buckets", () => {
  const failing = new FailingCommits();
  expect(failing.look({ commits: 5, failedCommits: 2 })).toBeNull();
  expect(failing.look({ commits: 5, failedCommits: 4 })).toBe("the store took none of the last 2 commits");
  expect(failing.look({ commits: 6, failedCommits: 4 })).toBeNull();
  const buckets = { boundsMs: [1, 10], counts: [98, 1, 1], maxMs: 700 };
  expect([0.5, 0.99, 1].map((share) => quantileOf(buckets, share))).toEqual([1, 10, 700]);
  expect(quantileOf({ ...buckets, counts: [0, 0, 0] }, 0.99)).toBe(0);
});

test("a report holds the store's own figures by names with their unit, looked up no oftener than needed", async () => {
  expect(storeFigures({ journal_bytes: 7, influx_failures_in_a_row: 2 })).toEqual({
    storeJournalBytes: 7,
    storeInfluxFailuresInARow: 2,
  });
  let looks = 0;
  const view = storeView({
    kind: "duckdb",
    valuesAt: never,
    counts: never,
    metrics: async () => ({ file_bytes: ++looks }),
    feedConsumers: never,
  });
  const give = view.figures[1];
  expect([await give?.(), await give?.()]).toEqual([{ storeFileBytes: 1 }, { storeFileBytes: 1 }]);
});

test("metrics tell of every reader of the feed how far it is behind, in commits and seconds", () => {
  const families = feedFamilies([
    { name: "analytics", cursor: 9, lagCommits: 0, lagMs: 0 },
    { name: "old", cursor: 2, lagCommits: 7, lagMs: 5000 },
  ]);
  expect(
    families.map(({ name, samples }) => [name, samples.map(({ value, labels }) => [labels?.consumer, value])]),
  ).toEqual([
    [
      "nightflow_feed_lag_commits",
      [
        ["analytics", 0],
        ["old", 7],
      ],
    ],
    [
      "nightflow_feed_lag_seconds",
      [
        ["analytics", 0],
        ["old", 5],
      ],
    ],
  ]);
});

test("a store that refuses a write of our own is not ready although it answers, with what a person should look at", async () => {
  let health = { isWritable: true, faults: [] as readonly string[] };
  const look = () =>
    storeView({
      kind: "influxdb",
      valuesAt: async () => [undefined],
      counts: never,
      metrics: never,
      feedConsumers: never,
      health: async () => health,
    }).checks[0]?.check();
  expect(await look()).toBeNull();
  health = { isWritable: false, faults: ["InfluxDB's disk has 7 bytes left"] };
  expect(await look()).toBe("InfluxDB's disk has 7 bytes left");
});
