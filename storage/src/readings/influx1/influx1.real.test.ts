import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReadingStore } from "../../ports.ts";
import { type BareInfluxd, findInfluxd1, startInfluxd1 } from "../../testing/peers.ts";
import {
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
} from "../../testing/reading-samples.ts";
import { checkIsInflux2 } from "../influx/server-kind.ts";
import { columnsFrom } from "../reading-columns.ts";
import { openInflux1Store } from "./influx1-store.ts";

const T0 = SAMPLE_START_MS;
const REGISTER = "M-1.forward_total";
const GAUGE = "M-1.pressure";

describe.runIf(findInfluxd1() !== undefined)("InfluxDB 1", () => {
  let folder: string;
  let server: BareInfluxd;
  let databases = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nightflow-influx1-"));
    server = await startInfluxd1(folder);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function freshDatabase(): Promise<string> {
    const database = `d${++databases}`;
    await fetch(`${server.url}/query`, {
      method: "POST",
      body: new URLSearchParams({ q: `CREATE DATABASE ${database}` }),
    });
    return database;
  }

  const freshStore = async () => openInflux1Store({ url: server.url, database: await freshDatabase() });

  test("gives readings back exactly, beyond 2^53 and to the ends of int64, with their gaps", async () => {
    const store = await freshStore();
    const counts = [0n, -1n, 2n ** 53n + 1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n];
    const rows = counts.map((value, i) => registerRow(REGISTER, T0 + i * HOUR_MS, value, { flags: i }));
    const gap = missingRow(REGISTER, T0 + 9 * HOUR_MS, 4);
    const refused = await store.append(columnsFrom([...rows, gap, gaugeRow(GAUGE, T0, 0.1 + 0.2)]), [
      knownChannelOf(REGISTER),
    ]);
    expect(refused).toEqual([]);
    const curve = await store.curve(REGISTER, T0, T0 + 24 * HOUR_MS);
    expect([...curve.counts]).toEqual([...counts, 0n]);
    expect([...curve.qualities]).toEqual([0, 0, 0, 0, 0, 2]);
    expect([...curve.flags]).toEqual([0, 1, 2, 3, 4, 4]);
    expect([...(await store.curve(GAUGE, T0, T0 + 1)).gauges]).toEqual([0.1 + 0.2]);
  });

  test("knows last values by the device's time, and those that are missing", async () => {
    const store = await freshStore();
    await store.append(columnsFrom([registerRow(REGISTER, T0 + 2, 3n), gaugeRow(GAUGE, T0, 4.5)]));
    await store.append(columnsFrom([registerRow(REGISTER, T0 + 1, 2n), missingRow(REGISTER, T0 + 9, 16)]));
    expect(await store.lastValues([REGISTER, "nobody", GAUGE])).toMatchObject([
      { channel: REGISTER, readAtMs: T0 + 9, quality: 2, counts: null, flags: 16, lastValueAtMs: T0 + 2 },
      { channel: GAUGE, readAtMs: T0, quality: 0, gauge: 4.5, lastValueAtMs: T0 },
    ]);
  });

  test("a line of another type is given back with the reason, and its neighbours are stored", async () => {
    const database = await freshDatabase();
    const store = await openInflux1Store({ url: server.url, database });
    await fetch(`${server.url}/write?db=${database}&precision=ms`, { method: "POST", body: `reading,c=x v=1.5 ${T0}` });
    const rows = Array.from({ length: 200 }, (_, i) => gaugeRow(`M-${i}.pressure`, T0, i));
    const refused = await store.append(columnsFrom([...rows, registerRow(REGISTER, T0, 7n)]));
    expect(refused).toMatchObject([{ index: 200, code: "FIELD_TYPE_CONFLICT" }]);
    expect(await store.lastValues(rows.map(({ channel }) => channel))).toHaveLength(200);
  });

  test("says plainly what it cannot do", async () => {
    const store: unknown = await freshStore();
    const cannot = store as ReadingStore;
    for (const asked of [cannot.counts(), cannot.marks(), cannot.changesSince(0, 1), cannot.metrics()])
      await expect(asked).rejects.toMatchObject({ code: "STORE_CANNOT", retriable: false });
    await expect(cannot.hourly({ channels: "all", fromMs: 0, toMs: 1 })).rejects.toThrow(
      "hourly: a store on InfluxDB 1",
    );
  });

  test("a database that is missing is refused, a server that is away is retriable, and version 2's store refuses version 1", async () => {
    const { url } = server;
    await expect(openInflux1Store({ url, database: "none" })).rejects.toMatchObject({ code: "STORE_REFUSED" });
    await expect(openInflux1Store({ url: "http://127.0.0.1:9", database: "d" })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    await expect(checkIsInflux2(url)).rejects.toMatchObject({
      code: "STORE_REFUSED",
      message: expect.stringContaining("1.6"),
    });
  });
});
