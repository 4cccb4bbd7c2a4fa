import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  type DuckDBMaterializedResult,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  UINTEGER,
  UTINYINT,
  VARCHAR,
} from "@duckdb/node-api";
import { breathe } from "../serial-queue.ts";

/** The column types that the store file uses. */
export const TYPES = { BIGINT, BOOLEAN, DOUBLE, INTEGER, UINTEGER, UTINYINT, VARCHAR } as const;

/** Rows in one DuckDB data chunk at most. */
export const CHUNK_ROWS = 2048;

// The appender's flush is synchronous, about 0.1 ms per 1,000 rows; so many are flushed before other work may run.
const FLUSH_ROWS = 4096;

/** The values of a column in one chunk, as the typed array that DuckDB fills, and which of them are null. */
export interface ColumnSlice<Items> {
  readonly items: Items;
  isNull(row: number): boolean;
}

interface VectorInside<Items> {
  readonly items: Items;
  readonly validity: {
    readonly data: unknown;
    itemValid(row: number): boolean;
    setItemValid(row: number, valid: boolean): void;
  };
  flush(): void;
}

// The typed array behind a numeric vector is private in the type declarations, yet the only way to read a column
// without one call and one object per value.
function insideOf<Items>(chunk: DuckDBDataChunk, column: number): VectorInside<Items> {
  return chunk.getColumnVector(column) as unknown as VectorInside<Items>;
}

/** A numeric column of a chunk; `Items` is BigInt64Array for BIGINT, Float64Array for DOUBLE, and so on. */
export function columnSlice<Items>(chunk: DuckDBDataChunk, column: number): ColumnSlice<Items> {
  const { items, validity } = insideOf<Items>(chunk, column);
  if (validity.data === null) return { items, isNull: () => false };
  return { items, isNull: (row) => !validity.itemValid(row) };
}

/** Copies the columns of a chunk, none of them with nulls, into arrays of the same types from `at` on; gives the new end. */
export function takeColumns(chunk: DuckDBDataChunk, at: number, targets: readonly NumericItems[]): number {
  targets.forEach((target, no) => {
    const { items } = insideOf<Float64Array>(chunk, no);
    (target as Float64Array).set(items.subarray(0, chunk.rowCount), at);
  });
  return at + chunk.rowCount;
}

/** What fills one chunk of an append: gets the numeric column to write into, its first row in the source, its length. */
export interface ColumnFiller {
  readonly type: DuckDBType;
  fill(items: NumericItems, from: number, rows: number): void;
  /** Whether the value in a source row is null; left out for columns without nulls. */
  isNull?(row: number): boolean;
}

export type NumericItems = BigInt64Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/**
 * Appends `length` rows of numeric columns to a table inside the connection's transaction, letting other work run
 * after every few thousand rows.
 */
export async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  length: number,
  columns: readonly ColumnFiller[],
): Promise<void> {
  if (length === 0) return;
  const appender = await connection.createAppender(table);
  try {
    for (let from = 0; from < length; from += CHUNK_ROWS) {
      appendChunk(appender, from, Math.min(CHUNK_ROWS, length - from), columns);
      if ((from + CHUNK_ROWS) % FLUSH_ROWS !== 0) continue;
      appender.flushSync();
      await breathe();
    }
  } finally {
    appender.closeSync();
  }
}

function appendChunk(appender: DuckDBAppender, from: number, rows: number, columns: readonly ColumnFiller[]): void {
  const chunk = DuckDBDataChunk.create(
    columns.map((column) => column.type),
    rows,
  );
  columns.forEach((column, no) => {
    const vector = insideOf<NumericItems>(chunk, no);
    column.fill(vector.items, from, rows);
    if (column.isNull)
      for (let row = 0; row < rows; row++) if (column.isNull(from + row)) vector.validity.setItemValid(row, false);
    vector.flush();
  });
  appender.appendDataChunk(chunk);
}

/** Appends rows of any types to a table inside the connection's transaction. For the small tables. */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  types: readonly DuckDBType[],
  rows: readonly (readonly DuckDBValue[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const appender = await connection.createAppender(table);
  try {
    for (let from = 0; from < rows.length; from += CHUNK_ROWS) {
      const part = rows.slice(from, from + CHUNK_ROWS);
      const chunk = DuckDBDataChunk.create(types, part.length);
      chunk.setRows(part);
      appender.appendDataChunk(chunk);
      appender.flushSync();
      await breathe();
    }
  } finally {
    appender.closeSync();
  }
}

/** Every chunk of a result, letting other work run between them. */
export async function* chunksOf(result: DuckDBMaterializedResult): AsyncGenerator<DuckDBDataChunk> {
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk())
    yield chunk;
}

/** All rows of a small result as objects by column name. */
export async function rowsOfResult<Row>(result: DuckDBMaterializedResult): Promise<Row[]> {
  return (await result.getRowObjects()) as unknown as Row[];
}
