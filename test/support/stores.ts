import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBucket } from "@nightflow/storage";
import { findInfluxd, startInfluxd, type TestInfluxd } from "@nightflow/storage/testing";
import { afterAll } from "vitest";

/** Where an installation under test keeps its readings. */
export type StorePlace =
  | { readonly kind: "duckdb" }
  | {
      readonly kind: "influxdb";
      readonly url: string;
      readonly org: string;
      readonly bucket: string;
      readonly token: string;
    };

/** A store that tests run on. */
export interface TestedStore {
  readonly name: StorePlace["kind"];
  /** False when this machine lacks it; the tests on it are left out then, and a line says so. */
  readonly isThere: boolean;
  /** A place with nothing in it. */
  place(): Promise<StorePlace>;
  /** Kills its server, where it is one, and starts it again. */
  readonly killAndStart: (() => Promise<void>) | undefined;
}

/**
 * The stores that every chain test runs on: call it once at the top of a test file. InfluxDB is started when the first
 * of its tests asks for a place, and ended after the last test of the file.
 */
export function testedStores(): readonly TestedStore[] {
  const influx = new SharedInflux();
  afterAll(() => influx.stop());
  return [
    { name: "duckdb", isThere: true, place: async () => ({ kind: "duckdb" }), killAndStart: undefined },
    {
      name: "influxdb",
      isThere: findInfluxd() !== undefined,
      place: () => influx.freshBucket(),
      killAndStart: () => influx.killAndStart(),
    },
  ];
}

/** One InfluxDB server for the tests of a file, a bucket for each of them. */
class SharedInflux {
  #server: TestInfluxd | undefined;
  #folder: string | undefined;
  #buckets = 0;

  async freshBucket(): Promise<StorePlace> {
    const { url, org, token } = await this.#started();
    const bucket = `chain-${++this.#buckets}`;
    await makeBucket(url, token, org, bucket);
    return { kind: "influxdb", url, org, bucket, token };
  }

  async killAndStart(): Promise<void> {
    const { url, kill } = await this.#started();
    await kill();
    this.#server = await startInfluxd(this.#folder ?? "", Number(new URL(url).port));
  }

  async stop(): Promise<void> {
    await this.#server?.stop();
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }

  async #started(): Promise<TestInfluxd> {
    this.#folder ??= mkdtempSync(join(tmpdir(), "nightflow-influxd-"));
    this.#server ??= await startInfluxd(this.#folder);
    return this.#server;
  }
}
