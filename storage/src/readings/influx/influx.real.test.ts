import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock } from "@nightflow/domain";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ReadingStore } from "../../ports.ts";
import type { Database } from "../../relational/database.ts";
import { findInfluxd, startBareInfluxd, startInfluxd, type TestInfluxd } from "../../testing/peers.ts";
import { silentLogger as logger, testDatabase } from "../../testing/postgres.ts";
import {
  batchOf,
  commitOf,
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import { describeReadingStore } from "../../testing/reading-store-contract.ts";
import { emptyColumns, readingAt, rowsOf } from "../reading-columns.ts";
import { forgetFeed } from "./feed.ts";
import { type InfluxReadingStore, openInfluxStore } from "./influx-store.ts";
import { makeBucket, setUpInflux } from "./set-up.ts";
import type { InfluxStoreOptions } from "./store-options.ts";

const T0 = SAMPLE_START_MS;
const REGISTER = "M-1.forward_total";
const influxd = findInfluxd();

describe.runIf(influxd !== undefined)("InfluxDB 2", () => {
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

  async function freshOptions(): Promise<InfluxStoreOptions> {
    const bucket = `b${++buckets}`;
    const { url, token, org } = server;
    await makeBucket(url, token, org, bucket);
    const db = (await postgres.fresh()).database;
    onTestFinished(() => db.close());
    return { url, token, org, bucket, db, logger };
  }

  async function freshStore(
    more: Partial<InfluxStoreOptions> = {},
  ): Promise<InfluxStoreOptions & { store: ReadingStore }> {
    const options = { ...(await freshOptions()), ...more };
    const store = await openInfluxStore(options);
    onTestFinished(() => store.close());
    return { ...options, store };
  }

  async function writeLines({ url, token, org, bucket }: InfluxStoreOptions, lines: string): Promise<number> {
    const address = `${url}/api/v2/write?org=${org}&bucket=${bucket}&precision=ms`;
    const answer = await fetch(address, { method: "POST", body: lines, headers: { authorization: `Token ${token}` } });
    return answer.status;
  }

  describeReadingStore("InfluxDB", async () => {
    const options = await freshOptions();
    return { open: () => openInfluxStore(options), remove: async () => undefined };
  });

  describeReadingStore("InfluxDB with a bucket of roll-ups", async () => {
    const options = await freshOptions();
    const rollUpBucket = `${options.bucket}-hours`;
    await makeBucket(options.url, options.token, options.org, rollUpBucket);
    const open = async () => rebuildingAlways(await openInfluxStore({ ...options, rollUpBucket }));
    return { open, remove: async () => undefined };
  });

  test("points of a commit that failed behind InfluxDB are not taken for repeats when they come again", async () => {
    const options = await freshOptions();
    const late = [
      registerRow(REGISTER, T0, 1n),
      missingRow(REGISTER, T0 + HOUR_MS),
      registerRow(REGISTER, T0 + 9 * HOUR_MS, 9n),
    ];
    const store = await openInfluxStore(options);
    await store.commit(commitOf([registerRow(REGISTER, T0 + 5 * HOUR_MS, 5n)], { batches: [batchOf(1)] }));
    await store.close();
    const failing = await openInfluxStore({ ...options, db: withoutCommits(options.db) });
    await expect(failing.commit(commitOf(late, { batches: [batchOf(2)] }))).rejects.toThrow("cut off");
    await failing.close();
    const again = await openInfluxStore(options);
    onTestFinished(() => again.close());
    expect(await again.valuesAt([{ channel: REGISTER, readAtMs: T0 }])).toEqual([undefined]);
    expect(await again.commit(commitOf(late, { batches: [batchOf(2)] }))).toBe(2);
    expect(await again.counts()).toMatchObject({ stored: 4, repeats: 0, conflicts: 0 });
    expect(rowsOf((await again.changesSince(1, 10)).readings)).toEqual(late);
    await again.commit(commitOf(late, { batches: [batchOf(3)] }));
    expect(await again.counts()).toMatchObject({ stored: 4, repeats: 3 });
  });

  test("an outage of many tries leaves no note where nothing was written, and one where something may have been", async () => {
    const options = await freshOptions();
    const rows = [registerRow(REGISTER, T0, 1n), registerRow(REGISTER, T0 + 1, 2n)];
    const notes = async () => (await options.db.query("select id from feed_intent")).rows.length;
    const away = await openInfluxStore({ ...options, url: "http://127.0.0.1:9" });
    for (let tries = 0; tries < 5; tries++)
      await expect(away.commit(commitOf(rows))).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await away.close();
    expect(await notes()).toBe(0);
    const failing = await openInfluxStore({ ...options, db: withoutCommits(options.db) });
    for (let tries = 0; tries < 5; tries++) await expect(failing.commit(commitOf(rows))).rejects.toThrow("cut off");
    await expect(failing.commit(commitOf([...rows, registerRow(REGISTER, T0 + 2, 3n)]))).rejects.toThrow("cut off");
    await failing.close();
    expect(await notes()).toBe(1);
    const again = await openInfluxStore(options);
    onTestFinished(() => again.close());
    await again.commit(commitOf([...rows, registerRow(REGISTER, T0 + 2, 3n)]));
    expect([await notes(), (await again.counts()).stored]).toEqual([0, 3]);
  });

  test("a PostgreSQL that cannot record a commit for now is an outage, whatever it says; only the data's own faults are not", async () => {
    const options = await freshOptions();
    const failingWith = async (code: string) => {
      const store = await openInfluxStore({
        ...options,
        db: {
          ...withoutCommits(options.db),
          transaction: () => Promise.reject(Object.assign(new Error(code), { code })),
        },
      });
      return store.commit(commitOf([registerRow(REGISTER, T0, 1n)])).catch((error: unknown) => error);
    };
    for (const code of ["53100", "40P01", "57014", "XX000"])
      expect(await failingWith(code)).toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    expect(await failingWith("22P05")).toMatchObject({ code: "22P05" });
  });

  test("a reading that InfluxDB refuses goes to the dead letter with its words, and its neighbours are stored", async () => {
    const { store, ...options } = await freshStore();
    expect(await writeLines(options, `reading,c=M-7.pressure g=1i ${T0}`)).toBe(204);
    const rows = Array.from({ length: 300 }, (_, i) => gaugeRow(`M-${i}.pressure`, T0 + 1, i / 2));
    expect(await store.commit(commitOf(rows, { batches: [batchOf(1)] }))).toBe(1);
    expect(await store.counts()).toMatchObject({ stored: 0, deadLetters: 300 });
    const mixed = [gaugeRow("M-1.pressure", T0 + 2, 5), registerRow(REGISTER, T0 + 2, 7n)];
    await store.commit(commitOf(mixed, { batches: [batchOf(2)] }));
    expect(rowsOf((await store.changesSince(1, 10)).readings)).toEqual([mixed[1]]);
    const [refused] = await store.setAside("dead_letter", 1);
    expect(refused).toMatchObject({ channel: "M-1.pressure", seq: 2, reasonCode: "FIELD_TYPE_CONFLICT" });
    expect(refused?.reason).toContain("field type conflict");
  });

  test("a reading far from now is set aside before InfluxDB can put it into another century", async () => {
    const { store } = await freshStore({ clock: new ManualClock(T0) });
    await store.commit(
      commitOf([
        registerRow(REGISTER, 5, 1n),
        registerRow(REGISTER, T0 + 25 * HOUR_MS, 2n),
        registerRow(REGISTER, T0, 3n),
      ]),
    );
    expect(await store.counts()).toMatchObject({ stored: 1, deadLetters: 2 });
    expect((await store.lastValues([REGISTER]))[0]).toMatchObject({ counts: 3n });
  });

  test("a wrong token or bucket is refused at the start, a server that is away is waited for", async () => {
    const options = await freshOptions();
    await expect(openInfluxStore({ ...options, token: "wrong" })).rejects.toMatchObject({
      code: "STORE_REFUSED",
      retriable: false,
    });
    await expect(openInfluxStore({ ...options, bucket: "none" })).rejects.toMatchObject({ code: "STORE_REFUSED" });
    const away = await openInfluxStore({ ...options, url: "http://127.0.0.1:9" });
    onTestFinished(() => away.close());
    const refused = away.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    await expect(refused).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    expect(await away.counts()).toMatchObject({ stored: 0, lastCommit: 0 });
  });

  test("readings are held, not set aside, while InfluxDB refuses a bucket that was there at the start", async () => {
    const { store, ...options } = await freshStore();
    const { url, token, org, bucket } = options;
    const found = await fetch(`${url}/api/v2/buckets?org=${org}&name=${bucket}`, {
      headers: { authorization: `Token ${token}` },
    });
    const { buckets: made } = (await found.json()) as { buckets: { id: string }[] };
    await fetch(`${url}/api/v2/buckets/${made[0]?.id}`, {
      method: "DELETE",
      headers: { authorization: `Token ${token}` },
    });
    const commit = commitOf([registerRow(REGISTER, T0, 1n)], { batches: [batchOf(1)] });
    await expect(store.commit(commit)).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", retriable: true });
    expect(await store.counts()).toMatchObject({ stored: 0, deadLetters: 0 });
    await makeBucket(url, token, org, bucket);
    await store.commit(commit);
    expect(await store.counts()).toMatchObject({ stored: 1, deadLetters: 0 });
  });

  test("a token that may only write and one that may only read are enough", async () => {
    const dir = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    const own = await startBareInfluxd(dir);
    onTestFinished(async () => {
      await own.stop();
      await rm(dir, { recursive: true });
    });
    const setUp = { url: own.url, username: "operator", password: "password-2", org: "town", bucket: "readings" };
    const { writeToken, readToken } = await setUpInflux(setUp);
    const { database: db } = await postgres.fresh();
    const store = await openInfluxStore({ ...setUp, token: writeToken, readToken, db, logger });
    onTestFinished(() => store.close());
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n), registerRow(REGISTER, T0 + 1, 2n)]));
    await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
    expect([...(await store.curve(REGISTER, T0, T0 + 9)).counts]).toEqual([1n, 2n]);
    expect(await store.counts()).toMatchObject({ stored: 2, repeats: 1 });
    await expect(setUpInflux(setUp)).rejects.toMatchObject({ code: "STORE_REFUSED" });
  });

  test("meter and quantity of known channels are tags that a chart can select by", async () => {
    const { store, url, token, bucket } = await freshStore();
    await store.saveChannels([knownChannelOf(REGISTER)]);
    await store.commit(commitOf([registerRow(REGISTER, T0, 42n)]));
    const q = `SELECT v FROM reading WHERE m = 'M-1' AND q = 'forward_total' AND time = ${T0}ms`;
    const address = `${url}/query?${new URLSearchParams({ db: bucket, q })}`;
    const answer = await fetch(address, { headers: { authorization: `Token ${token}`, accept: "application/csv" } });
    expect(await answer.text()).toContain(",42");
  });

  test("the feed drops what every consumer has passed, and tells a consumer that asks for it", async () => {
    const { store, db } = await freshStore();
    for (let i = 1; i <= 4; i++) await store.commit(commitOf([registerRow(REGISTER, T0 + i, BigInt(i))]));
    await store.saveCursor("analytics", 3);
    await store.saveCursor("exports", 2);
    expect(await forgetFeed(db, { maxAgeMs: HOUR_MS, maxBytes: 1e9 })).toBe(2);
    expect(readingAt((await store.changesSince(2, 1)).readings, 0).counts).toBe(3n);
    await expect(store.changesSince(0, 1)).rejects.toMatchObject({ code: "FEED_FORGOTTEN", retriable: false });
    expect(await forgetFeed(db, { maxAgeMs: HOUR_MS, maxBytes: 60 })).toBe(1);
    await expect(store.changesSince(2, 1)).rejects.toThrow("from commit 4 on");
  });

  test("two ingests that commit at once give every commit its own number, seen in order by a reader", async () => {
    const options = await freshOptions();
    const stores = await Promise.all([openInfluxStore(options), openInfluxStore(options)]);
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    const made = stores.flatMap((store, s) =>
      Array.from({ length: 15 }, (_, i) =>
        store.commit(
          commitOf([registerRow(`M-${s}`, T0 + i, BigInt(i))], { batches: [batchOf(i + 1, `town/agent-${s}`)] }),
        ),
      ),
    );
    const fed: number[] = [];
    let cursor = 0;
    while (cursor < 30) {
      const page = await stores[0]?.changesSince(cursor, 3);
      cursor = page?.cursor ?? 0;
      fed.push(page?.readings.length ?? 0);
    }
    expect((await Promise.all(made)).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    expect(fed.reduce((a, b) => a + b)).toBe(30);
  });

  test("two ingests that are brought the same at once store and feed it once", async () => {
    const options = await freshOptions();
    const stores = await Promise.all([openInfluxStore(options), openInfluxStore(options)]);
    onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
    const row = (value: bigint) => registerRow(REGISTER, T0, value);
    const sameBatch = stores.map((store) => store.commit(commitOf([row(7n)], { batches: [batchOf(1)] })));
    const told = await Promise.allSettled(sameBatch);
    expect(told.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(told.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "BATCH_STORED" } });
    const later = (s: number) => registerRow(REGISTER, T0 + 1, BigInt(s));
    await Promise.all(
      stores.map((store, s) => store.commit(commitOf([row(7n), later(s)], { batches: [batchOf(s + 2)] }))),
    );
    expect(rowsOf((await stores[0]?.changesSince(0, 10))?.readings ?? emptyColumns())).toHaveLength(2);
    expect(await stores[1]?.counts()).toMatchObject({ stored: 2, repeats: 2, conflicts: 1, lastCommit: 3 });
  });

  test("every commit that was confirmed is there after InfluxDB was killed and started again", async () => {
    const dir = await mkdtemp(join(tmpdir(), "nightflow-influx-"));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const first = await startInfluxd(dir);
    onTestFinished(() => first.kill());
    const { url, token, org, bucket } = first;
    const store = await openInfluxStore({ url, token, org, bucket, db: (await postgres.fresh()).database, logger });
    onTestFinished(() => store.close());
    const rowsFor = (n: number) => Array.from({ length: 20 }, (_, i) => registerRow(`M-${i}`, T0 + n, BigInt(n)));
    let confirmed = 0;
    const running = (async () => {
      for (let n = 1; ; n++) confirmed = await store.commit(commitOf(rowsFor(n), { batches: [batchOf(n)] }));
    })().catch((error: unknown) => error);
    await expect.poll(() => confirmed, { timeout: 60_000 }).toBeGreaterThan(20);
    await first.kill();
    expect(await running).toMatchObject({ code: "STORE_UNAVAILABLE" });
    const second = await startInfluxd(dir, Number(new URL(url).port));
    onTestFinished(() => second.stop());
    const next = confirmed + 1;
    expect(await store.commit(commitOf(rowsFor(next), { batches: [batchOf(next)] }))).toBe(next);
    const curve = await store.curve("M-3", T0, T0 + 1e9);
    expect([...curve.counts]).toEqual(Array.from({ length: next }, (_, i) => BigInt(i + 1)));
    expect(await store.counts()).toMatchObject({ stored: next * 20, repeats: 0 });
  });
});

/** A store that rolls up before each answer, so that it comes from the bucket of roll-ups. */
function rebuildingAlways(store: InfluxReadingStore): ReadingStore {
  const rebuilding = new Set<string | symbol>(["hourly", "daily", "nightMinimum"]);
  return new Proxy(store, {
    get: (target, name) => {
      const method = Reflect.get(target, name, target);
      if (typeof method !== "function") return method;
      return async (...values: unknown[]) => {
        if (rebuilding.has(name)) await target.rebuildRollUps();
        return method.apply(target, values);
      };
    },
  });
}

/** A database whose connection is cut before the end of the transaction that would make a commit known. */
function withoutCommits(db: Database): Database {
  return {
    query: (text, values) => db.query(text, values),
    transaction: (work) =>
      db.transaction(async (tx) => {
        let isCommit = false;
        const result = await work({
          query: (text, values) => {
            isCommit ||= text.startsWith("insert into feed_commit");
            return tx.query(text, values);
          },
        });
        if (isCommit) throw new Error("cut off");
        return result;
      }),
    listen: (channel, onNotify) => db.listen(channel, onNotify),
    close: () => db.close(),
  };
}
