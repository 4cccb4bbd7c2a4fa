import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ReadingStore } from "../../ports.ts";
import { type FaultyInflux, startFaultyInflux, type WriteFault } from "../../testing/faulty-influx.ts";
import { findInfluxd, startInfluxd, type TestInfluxd } from "../../testing/peers.ts";
import { silentLogger as logger, testDatabase } from "../../testing/postgres.ts";
import { batchOf, commitOf, gaugeRow, HOUR_MS, registerRow, SAMPLE_START_MS } from "../../testing/reading-samples.ts";
import { rowsOf } from "../reading-columns.ts";
import { InfluxApi } from "./influx-api.ts";
import { type InfluxReadingStore, openInfluxStore } from "./influx-store.ts";
import { makeBucket } from "./set-up.ts";
import type { InfluxStoreOptions } from "./store-options.ts";

const T0 = SAMPLE_START_MS;
const REGISTER = "M-1.forward_total";
const DAY_MS = 24 * HOUR_MS;

describe.runIf(findInfluxd() !== undefined)("what InfluxDB answers to a write", () => {
  const postgres = testDatabase();
  let folder: string;
  let server: TestInfluxd;
  let buckets = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    server = await startInfluxd(folder);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function freshOptions(retentionSeconds = 0): Promise<InfluxStoreOptions> {
    const bucket = `f${++buckets}`;
    const { url, token, org } = server;
    await makeBucket(url, token, org, bucket, retentionSeconds);
    const db = (await postgres.fresh()).database;
    onTestFinished(() => db.close());
    return { url, token, org, bucket, db, logger };
  }

  async function opened(options: InfluxStoreOptions): Promise<InfluxReadingStore> {
    const store = await openInfluxStore(options);
    onTestFinished(() => store.close());
    return store;
  }

  async function faulty(faultOf: (no: number, lines: string) => WriteFault): Promise<FaultyInflux> {
    const proxy = await startFaultyInflux(server.url, faultOf);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  /** Commits until it is done, as ingest does, and gives the errors on the way. */
  async function untilDone(store: ReadingStore, ...[request]: Parameters<ReadingStore["commit"]>): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (;;) {
      try {
        await store.commit(request);
        return errors;
      } catch (error) {
        if ((error as { retriable?: boolean }).retriable !== true) throw error;
        errors.push(error);
      }
    }
  }

  test("of one poison line among 5,000 it alone goes to the dead letter, in few requests, with what is wrong with it", async () => {
    const options = await freshOptions();
    const api = `${server.url}/api/v2/write?org=${server.org}&bucket=${options.bucket}&precision=ms`;
    const headers = { authorization: `Token ${server.token}` };
    await fetch(api, { method: "POST", headers, body: `reading,c=M-3.pressure v=1.5 ${T0}` });
    const rows = Array.from({ length: 4999 }, (_, i) => gaugeRow(`M-${i}.pressure`, T0 + 1, i));
    const proxy = await faulty(() => "pass");
    const store = await opened({ ...options, url: proxy.url });
    await store.commit(commitOf([...rows, registerRow(REGISTER, T0 + 1, 7n)], { batches: [batchOf(1)] }));
    expect(await store.counts()).toMatchObject({ stored: 4999, deadLetters: 1 });
    expect(await store.setAside("dead_letter", 9)).toMatchObject([
      { channel: REGISTER, reasonCode: "FIELD_TYPE_CONFLICT" },
    ]);
    expect(await store.marks()).toMatchObject([{ seq: 1 }]);
    expect(proxy.writes.length).toBeLessThan(30);
  });

  test("a reading older than the bucket keeps is set aside before it is sent, and its neighbours are stored", async () => {
    const store = await opened(await freshOptions((7 * DAY_MS) / 1000));
    const nowMs = Date.now();
    const rows = [
      registerRow(REGISTER, nowMs - 8 * DAY_MS, 1n),
      registerRow(REGISTER, nowMs - 7 * DAY_MS + HOUR_MS / 2, 2n),
      registerRow(REGISTER, nowMs - 7 * DAY_MS + 2 * HOUR_MS, 3n),
      registerRow(REGISTER, nowMs, 4n),
    ];
    await store.commit(commitOf(rows, { batches: [batchOf(1)] }));
    expect(await store.counts()).toMatchObject({ stored: 2, deadLetters: 2 });
    const [dead] = await store.setAside("dead_letter", 1);
    expect(dead).toMatchObject({ reasonCode: "OUTSIDE_RETENTION", reason: expect.stringContaining("7 days") });
  });

  test("a retention that was shortened without our knowledge is told by the server, and means the same", async () => {
    const options = await freshOptions();
    const store = await opened(options);
    const api = new InfluxApi(server.url, server.token);
    const { buckets: found } = await api.call<{ buckets: { id: string }[] }>({
      path: `buckets?name=${options.bucket}`,
    });
    const body = { retentionRules: [{ type: "expire", everySeconds: 7 * 86_400 }] };
    await api.call({ method: "PATCH", path: `buckets/${found[0]?.id}`, body });
    const rows = [registerRow(REGISTER, Date.now() - 60 * DAY_MS, 1n), registerRow(REGISTER, Date.now(), 2n)];
    await store.commit(commitOf(rows));
    expect(await store.counts()).toMatchObject({ stored: 1, deadLetters: 1 });
    expect(await store.setAside("dead_letter", 1)).toMatchObject([{ reasonCode: "OUTSIDE_RETENTION" }]);
  });

  test("an inactive token stops writing with a clear error and is asked with once a second or less, until it is active again", async () => {
    const options = await freshOptions();
    const api = new InfluxApi(server.url, server.token);
    const { orgs } = await api.call<{ orgs: { id: string }[] }>({ path: `orgs?org=${server.org}` });
    const permissions = ["read", "write"].map((action) => ({
      action,
      resource: { type: "buckets", orgID: orgs[0]?.id },
    }));
    const made = await api.call<{ id: string; token: string }>({
      method: "POST",
      path: "authorizations",
      body: { orgID: orgs[0]?.id, permissions },
    });
    const proxy = await faulty(() => "pass");
    const store = await opened({ ...options, url: proxy.url, token: made.token });
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    const setStatus = (status: string) =>
      api.call({ method: "PATCH", path: `authorizations/${made.id}`, body: { status } });
    await setStatus("inactive");
    const next = commitOf([registerRow(REGISTER, T0 + 1, 2n)], { batches: [batchOf(1)] });
    const refused = await store.commit(next).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "STORE_UNAVAILABLE", remedy: expect.stringContaining("inactive") });
    expect((await store.health()).faults.join()).toContain("token is inactive");
    await setStatus("active");
    const startedAt = performance.now();
    await store.commit(next);
    expect(performance.now() - startedAt).toBeGreaterThan(300);
    expect(await store.counts()).toMatchObject({ stored: 2, deadLetters: 0 });
  });

  test.each<[string, WriteFault, string]>([
    [
      "its own time-out",
      { status: 500, body: '{"code":"internal error","message":"timeout"}' },
      "same lines are sent again",
    ],
    ["a full disk", { status: 500, body: '{"message":"write: no space left on device"}' }, "disk of InfluxDB is full"],
    ["a full cache", { status: 500, body: '{"message":"engine: cache-max-memory-size exceeded"}' }, "cache is full"],
    ["a connection that was reset", "reset", "see whether InfluxDB runs"],
    ["an answer that was lost", "lost answer", "see whether InfluxDB runs"],
  ])("after %s the same lines are sent again, and are acknowledged on 204 alone", async (_, fault, remedy) => {
    const bodies: string[] = [];
    const proxy = await faulty((no, lines) => {
      bodies.push(lines);
      return no <= 2 ? fault : "pass";
    });
    const store = await opened({ ...(await freshOptions()), url: proxy.url });
    const rows = [registerRow(REGISTER, T0, 1n), registerRow(REGISTER, T0 + 1, 2n)];
    const errors = await untilDone(store, commitOf(rows, { batches: [batchOf(1)] }));
    expect(errors).toHaveLength(2);
    for (const error of errors)
      expect(error).toMatchObject({ code: "STORE_UNAVAILABLE", remedy: expect.stringContaining(remedy) });
    expect(new Set(bodies).size).toBe(1);
    expect(await store.counts()).toMatchObject({ stored: 2, repeats: 0, deadLetters: 0 });
    expect(rowsOf((await store.changesSince(0, 10)).readings)).toEqual(rows);
  });

  test("while one ingest waits for InfluxDB, another commits, and the feed shows whole commits in order", async () => {
    const options = await freshOptions();
    const proxy = await faulty((_, lines) => (lines.includes("M-slow") ? "hold" : "pass"));
    const slow = await opened({ ...options, url: proxy.url });
    const fast = await opened(options);
    const waiting = slow.commit(commitOf([registerRow("M-slow", T0, 1n)], { batches: [batchOf(1, "town/slow")] }));
    await expect.poll(() => proxy.writes.length).toBe(1);
    for (let n = 1; n <= 3; n++)
      expect(await fast.commit(commitOf([registerRow("M-fast", T0 + n, BigInt(n))], { batches: [batchOf(n)] }))).toBe(
        n,
      );
    const { rows } = await options.db.query(
      "select 1 from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'",
    );
    expect(rows).toEqual([]);
    proxy.release();
    expect(await waiting).toBe(4);
    const fed = rowsOf((await fast.changesSince(0, 10)).readings).map(({ channel }) => channel);
    expect(fed).toEqual(["M-fast", "M-fast", "M-fast", "M-slow"]);
  });

  test("an instant that another ingest is writing is waited for: the same value is a repeat, another one a conflict", async () => {
    const options = await freshOptions();
    const proxy = await faulty((no) => (no === 1 ? "hold" : "pass"));
    const slow = await opened({ ...options, url: proxy.url });
    const fast = await opened(options);
    const rows = [registerRow(REGISTER, T0, 1n), registerRow(REGISTER, T0 + 1, 2n)];
    const first = slow.commit(commitOf(rows, { batches: [batchOf(1, "town/slow")] }));
    await expect.poll(() => proxy.writes.length).toBe(1);
    const rivals = [
      registerRow(REGISTER, T0, 1n),
      registerRow(REGISTER, T0 + 1, 99n),
      registerRow(REGISTER, T0 + 2, 3n),
    ];
    const second = fast.commit(commitOf(rivals, { batches: [batchOf(1)] }));
    proxy.release();
    expect([await first, await second]).toEqual([1, 2]);
    expect(await fast.counts()).toMatchObject({ stored: 3, repeats: 1, conflicts: 1 });
    expect([...(await fast.curve(REGISTER, T0, T0 + 9)).counts]).toEqual([1n, 2n, 3n]);
  });

  test("readings of an ingest that died while it wrote are taken over by the next one that is brought them", async () => {
    const options = await freshOptions();
    const proxy = await faulty(() => "hold");
    const dead = await openInfluxStore({ ...options, url: proxy.url });
    const rows = [registerRow(REGISTER, T0, 1n)];
    const lost = dead.commit(commitOf(rows, { batches: [batchOf(1)] }));
    await expect.poll(() => proxy.writes.length).toBe(1);
    await options.db.query("update feed_intent set held_until = clock_timestamp()");
    const next = await opened(options);
    expect(await next.commit(commitOf(rows, { batches: [batchOf(1)] }))).toBe(1);
    proxy.release();
    await expect(lost).rejects.toMatchObject({ retriable: true });
    await dead.close();
    expect(await next.counts()).toMatchObject({ stored: 1, repeats: 0, lastCommit: 1 });
    expect((await options.db.query("select 1 from feed_intent")).rows).toEqual([]);
  });

  test("health is judged by a write of its own and by failed writes, not by what the server says of itself", async () => {
    const options = await freshOptions();
    const proxy = await faulty((no) => (no <= 1 ? { status: 500, body: "no space left on device" } : "pass"));
    const ill = await opened({ ...options, url: proxy.url });
    expect((await fetch(`${proxy.url}/health`)).status).toBe(200);
    expect(await ill.health()).toMatchObject({
      isWritable: false,
      faults: [expect.stringContaining("no space left on device")],
    });
    expect(await ill.metrics()).toMatchObject({ influx_canary_ok: 0 });
    const well = await opened({ ...options, engineDir: folder });
    expect((await well.health()).isWritable).toBe(true);
    const figures = await well.metrics();
    expect(figures).toMatchObject({ influx_canary_ok: 1, influx_two_typed_fields: 0, open_notes: 0, feed_commits: 0 });
    expect(figures.influx_free_disk_bytes).toBeGreaterThan(0);
    expect((await well.curve("canary", 0, Date.now() + 1)).length).toBe(0);
  });

  test("a field that another program gave a second type is an alarm", async () => {
    const options = await freshOptions();
    const store = await opened(options);
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    const api = `${server.url}/api/v2/write?org=${server.org}&bucket=${options.bucket}&precision=ms`;
    const headers = { authorization: `Token ${server.token}` };
    await fetch(api, { method: "POST", headers, body: `reading,c=x v=1.5 ${T0 + 60 * DAY_MS}` });
    expect((await store.health()).faults).toEqual([expect.stringContaining("reading.v has two types")]);
    expect(await store.metrics()).toMatchObject({ influx_two_typed_fields: 1 });
  });
});
