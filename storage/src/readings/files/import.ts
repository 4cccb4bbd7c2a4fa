import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance } from "@duckdb/node-api";
import { describeError, NightflowError, ORIGIN_CODES } from "@nightflow/domain";
import type { ReadingStore } from "../../ports.ts";
import { columnsFrom, type ReadingRow } from "../reading-columns.ts";
import { ExportFileError, formatOfFile } from "./format.ts";

/** What an import of an exported file did. */
export interface ImportedReport {
  readonly rows: number;
  readonly stored: number;
  readonly repeats: number;
  readonly conflicts: number;
}

const COMMIT_ROWS = 10_000;
const COLUMNS =
  "channel::VARCHAR, read_at_ms::DOUBLE, is_register::BOOLEAN, counts::BIGINT, gauge::DOUBLE, quality::UTINYINT, flags::UINTEGER";

/**
 * Stores the readings of a file that `exportReadings` wrote. What is stored already stays and is counted as a repeat, so
 * the same file may be imported again after a stop; a second value for an instant goes to the conflicts.
 *
 * @throws {ExportFileError} when the file cannot be read as such.
 */
export async function importExported(
  store: Pick<ReadingStore, "commit" | "counts">,
  path: string,
  receivedAtMs: number,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportedReport> {
  const before = await store.counts();
  const instance = await DuckDBInstance.create(":memory:", { memory_limit: "512MB", threads: "1" });
  const connection = await instance.connect();
  try {
    const rows = await storeRows(connection, sourceOf(path), store, receivedAtMs, onProgress);
    const { stored, repeats, conflicts } = await store.counts();
    const report = { stored: stored - before.stored, repeats: repeats - before.repeats };
    return { rows, ...report, conflicts: conflicts - before.conflicts };
  } catch (cause) {
    throw cause instanceof NightflowError ? cause : asFileError(path, cause);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function sourceOf(path: string): string {
  const name = path.replaceAll("'", "''");
  return formatOfFile(path) === "parquet" ? `read_parquet('${name}')` : `read_csv('${name}', header = true)`;
}

function asFileError(path: string, cause: unknown): ExportFileError {
  return new ExportFileError(`${path} cannot be read as exported readings: ${describeError(cause).split("\n")[0]}`, {
    cause,
    remedy: "give a whole file that nightflow export wrote, Parquet or CSV with its header line",
  });
}

async function storeRows(
  connection: DuckDBConnection,
  source: string,
  store: Pick<ReadingStore, "commit">,
  receivedAtMs: number,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const total = Number((await (await connection.run(`SELECT count(*) FROM ${source}`)).getRows())[0]?.[0] ?? 0);
  const result = await connection.stream(`SELECT ${COLUMNS} FROM ${source}`);
  let waiting: ReadingRow[] = [];
  let done = 0;
  const flush = async () => {
    const readings = columnsFrom(waiting);
    if (waiting.length > 0) await store.commit({ receivedAtMs, batches: [], readings, setAside: [], repeats: 0 });
    done += waiting.length;
    waiting = [];
    onProgress(done, total);
  };
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    waiting.push(...rowsOfChunk(chunk));
    if (waiting.length >= COMMIT_ROWS) await flush();
  }
  await flush();
  return done;
}

function rowsOfChunk(chunk: DuckDBDataChunk): ReadingRow[] {
  return chunk.getRows().map(([channel, readAtMs, isRegister, counts, gauge, quality, flags]) => ({
    channel: String(channel),
    readAtMs: Number(readAtMs),
    isRegister: isRegister === true,
    counts: typeof counts === "bigint" ? counts : null,
    gauge: typeof gauge === "number" ? gauge : null,
    quality: Number(quality),
    flags: Number(flags),
    origin: ORIGIN_CODES.import,
  }));
}
