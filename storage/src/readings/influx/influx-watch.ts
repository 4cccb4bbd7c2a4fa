import { statfs } from "node:fs/promises";
import { describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import { StoreRefusedError } from "../errors.ts";
import type { InfluxQl } from "./influxql.ts";
import type { PointWriter } from "./point-writer.ts";
import { readServerFigures, type ServerFigures } from "./server-metrics.ts";

const CANARY_EVERY_MS = 15_000;
const TYPES_EVERY_MS = 24 * 3_600_000;
const HOUR_MS = 3_600_000;
const LEAST_FREE_BYTES = 1024 ** 3;
/** Measurement of the store's own canary writes: one point an hour. */
const CANARY = "canary";

/** Whether readings can be stored now, and if not why. */
export interface StoreHealth {
  readonly isWritable: boolean;
  /** Whatever a person should look at, in words; empty when all is well. */
  readonly faults: readonly string[];
}

interface Seen {
  readonly atMs: number;
  readonly canaryMs: number | undefined;
  readonly refusal: string | undefined;
  readonly figures: ServerFigures | undefined;
  readonly freeBytes: number | undefined;
}

export interface InfluxWatchDeps {
  readonly url: string;
  readonly writer: PointWriter;
  readonly readings: InfluxQl;
  /** InfluxDB's data folder, where it is on this machine: its free disk is watched. */
  readonly engineDir?: string | undefined;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/**
 * Judges InfluxDB by a write of our own, its counts of failed writes and its free disk: its `/health` says `pass` with a
 * full disk (INFLUXDB 1.1). Looks once a day whether a field has two types, which makes Flux leave points out (1.4).
 */
export class InfluxWatch {
  readonly #deps: InfluxWatchDeps;
  readonly #nowMs: () => number;
  #seen: Promise<Seen> | undefined;
  #seenAtMs = Number.NEGATIVE_INFINITY;
  #typesAtMs = Number.NEGATIVE_INFINITY;
  #twoTyped: readonly string[] = [];

  constructor(deps: InfluxWatchDeps) {
    this.#deps = deps;
    this.#nowMs = deps.nowMs ?? (() => performance.now());
  }

  async health(): Promise<StoreHealth> {
    const { canaryMs, refusal, figures, freeBytes } = await this.#look();
    const faults = [
      ...(refusal === undefined ? [] : [refusal]),
      ...(figures !== undefined && figures.failedLogWrites > 0
        ? ["InfluxDB failed to write its log: look at its disk"]
        : []),
      ...(freeBytes !== undefined && freeBytes < LEAST_FREE_BYTES
        ? [`InfluxDB's disk has ${freeBytes} bytes left`]
        : []),
      ...this.#twoTyped.map((field) => `${field} has two types in InfluxDB: Flux leaves points of one of them out`),
    ];
    return { isWritable: canaryMs !== undefined, faults };
  }

  async metrics(): Promise<Record<string, number>> {
    const { canaryMs, figures, freeBytes } = await this.#look();
    return {
      influx_canary_ok: canaryMs === undefined ? 0 : 1,
      ...(canaryMs === undefined ? {} : { influx_canary_ms: canaryMs }),
      influx_two_typed_fields: this.#twoTyped.length,
      ...(figures && {
        influx_failed_points: figures.failedPoints,
        influx_failed_log_writes: figures.failedLogWrites,
        influx_series: figures.series,
      }),
      ...(freeBytes === undefined ? {} : { influx_free_disk_bytes: freeBytes }),
    };
  }

  #look(): Promise<Seen> {
    if (this.#seen === undefined || this.#nowMs() - this.#seenAtMs >= CANARY_EVERY_MS) {
      this.#seenAtMs = this.#nowMs();
      this.#seen = this.#lookNow();
    }
    return this.#seen;
  }

  async #lookNow(): Promise<Seen> {
    const { url, engineDir } = this.#deps;
    const canary = await this.#writeCanary();
    const figures = await readServerFigures(url).catch(() => undefined);
    const disk = engineDir === undefined ? undefined : await statfs(engineDir).catch(() => undefined);
    if (canary.canaryMs !== undefined) await this.#lookAtTypes();
    return { atMs: this.#nowMs(), ...canary, figures, freeBytes: disk && disk.bavail * disk.bsize };
  }

  async #writeCanary(): Promise<Pick<Seen, "canaryMs" | "refusal">> {
    const startedAt = performance.now();
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    try {
      const [refused] = await this.#deps.writer.write([`${CANARY},c=canary at=${Date.now()}i ${hourMs}`]);
      if (refused !== undefined) return { canaryMs: undefined, refusal: refused.reason };
      return { canaryMs: performance.now() - startedAt, refusal: undefined };
    } catch (error) {
      const remedy = error instanceof StoreRefusedError && error.remedy ? `; ${error.remedy}` : "";
      return { canaryMs: undefined, refusal: `${describeError(error)}${remedy}` };
    }
  }

  async #lookAtTypes(): Promise<void> {
    if (this.#nowMs() - this.#typesAtMs < TYPES_EVERY_MS) return;
    try {
      this.#twoTyped = await twoTypedFields(this.#deps.readings);
      this.#typesAtMs = this.#nowMs();
    } catch (error) {
      this.#deps.logger.warn({ error: describeError(error) }, "the types of InfluxDB's fields could not be read");
    }
    if (this.#twoTyped.length > 0)
      this.#deps.logger.error(
        { fields: this.#twoTyped },
        "fields have two types in InfluxDB: another program writes there",
      );
  }
}

/** Fields that hold points of two types, as `measurement.field`. */
export async function twoTypedFields(influxQl: InfluxQl): Promise<string[]> {
  const types = new Map<string, number>();
  for (const { name, values } of await influxQl.tables("SHOW FIELD KEYS"))
    for (const [field] of values) types.set(`${name}.${field}`, (types.get(`${name}.${field}`) ?? 0) + 1);
  return [...types].filter(([, count]) => count > 1).map(([field]) => field);
}
