import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBValue,
  UINTEGER,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { Curve, ReadingStore, RollUpRange } from "../../ports.ts";
import { appendRows } from "../duckdb/vectors.ts";
import type { ReadingsFormat } from "./format.ts";

/** What an export wrote. */
export interface ExportReport {
  readonly channels: number;
  readonly readings: number;
}

const COLUMNS = `channel VARCHAR, read_at_ms BIGINT, is_register BOOLEAN, counts BIGINT, gauge DOUBLE, quality UTINYINT, flags UINTEGER`;
const TYPES = [VARCHAR, BIGINT, BOOLEAN, BIGINT, DOUBLE, UTINYINT, UINTEGER];
const COPY: Readonly<Record<ReadingsFormat, string>> = {
  parquet: "FORMAT parquet, COMPRESSION zstd",
  csv: "FORMAT csv, HEADER",
  "csv.gz": "FORMAT csv, HEADER, COMPRESSION gzip",
};

/**
 * Writes the readings of channels into one file: a row each with channel, read_at_ms, is_register, counts, gauge, quality
 * (0 good, 1 suspect, 2 missing) and flags, by channel and time. The file appears whole or not at all.
 *
 * @param onProgress called with the channels that are done, and all of them.
 */
export async function exportReadings(
  store: Pick<ReadingStore, "curve" | "newestReadAt" | "channels">,
  { channels, fromMs, toMs }: RollUpRange,
  target: { readonly path: string; readonly format: ReadingsFormat },
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ExportReport> {
  const ids = channels === "all" ? [...(await store.newestReadAt()).keys()].sort() : channels;
  const gauges = new Set((await store.channels()).flatMap(({ id, resolution }) => (resolution === null ? [id] : [])));
  const stage = await openStage(`${target.path}.stage`);
  let readings = 0;
  try {
    for (const [done, id] of ids.entries()) {
      const curve = await store.curve(id, fromMs, toMs);
      await appendRows(stage.connection, "reading", TYPES, rowsOfCurve(curve, gauges.has(id)));
      readings += curve.length;
      onProgress(done + 1, ids.length);
    }
    await writeWhole(stage.connection, target.path, COPY[target.format]);
  } finally {
    await stage.close();
  }
  return { channels: ids.length, readings };
}

// Rows wait in a file of their own until all are there: a year of a city is more than memory.
async function openStage(path: string) {
  await rm(path, { force: true });
  const instance = await DuckDBInstance.create(path, { memory_limit: "512MB", threads: "1" });
  const connection = await instance.connect();
  await connection.run(`CREATE TABLE reading (${COLUMNS})`);
  const close = async () => {
    connection.closeSync();
    instance.closeSync();
    await Promise.all([path, `${path}.wal`, `${path}.tmp`].map((left) => rm(left, { force: true, recursive: true })));
  };
  return { connection, close };
}

function rowsOfCurve(curve: Curve, isKnownGauge: boolean): DuckDBValue[][] {
  const isGauge = isKnownGauge || curve.gauges.some((gauge) => !Number.isNaN(gauge));
  return Array.from({ length: curve.length }, (_, i) => {
    const isMissing = curve.qualities[i] === QUALITY_CODES.missing;
    const counts = isMissing || isGauge ? null : (curve.counts[i] ?? null);
    const gauge = isMissing || !isGauge ? null : (curve.gauges[i] ?? null);
    const readAtMs = BigInt(curve.readAtMs[i] ?? 0);
    return [curve.channel, readAtMs, !isGauge, counts, gauge, curve.qualities[i] ?? 0, curve.flags[i] ?? 0];
  });
}

async function writeWhole(connection: DuckDBConnection, path: string, options: string): Promise<void> {
  const part = `${path}.part`;
  try {
    await connection.run(`COPY reading TO '${part.replaceAll("'", "''")}' (${options})`);
    await sync(part);
    await rename(part, path);
    await sync(dirname(path));
  } catch (cause) {
    await rm(part, { force: true });
    throw cause;
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, "r");
  await file.sync().finally(() => file.close());
}
