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

const ALL_VALID = 2n ** 64n - 1n;

/** The values of a column in one chunk, as the typed array that DuckDB fills, and which of them are null. */
export interface ColumnSlice<Items> {
  readonly items: Items;
  /** False when none is null. */
  readonly hasNulls: boolean;
  isNull(row: number): boolean;
}

interface VectorInside<Items> {
  readonly items: Items;
  readonly validity: {
    data: BigUint64Array | null;
    itemValid(row: number): boolean;
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
  if (validity.data === null) return { items, hasNulls: false, isNull: () => false };
  return { items, hasNulls: true, isNull: (row) => !validity.itemValid(row) };
}

/**
 * Copies the columns of a chunk into arrays of the same types from `at` on; gives the new end. What is null in the chunk is
 * anything in the array.
 */
export function takeColumns(chunk: DuckDBDataChunk, at: number, targets: readonly NumericItems[]): number {
  const { rowCount } = chunk;
  targets.forEach((target, no) => {
    const { items } = insideOf<Float64Array>(chunk, no);
    (target as Float64Array).set(items.subarray(0, rowCount), at);
  });
  return at + rowCount;
}

/** What fills rows of a numeric column of a chunk, from a row in the source on, at a place in the chunk. */
export interface ColumnFiller {
  fill(items: NumericItems, from: number, rows: number, at: number): void;
  /** Whether the value in a source row is null; left out for columns without nulls. */
  isNull?(row: number): boolean;
}

/** Rows to append, of which one source gives a stretch. */
export interface ColumnPart {
  readonly length: number;
  readonly columns: readonly ColumnFiller[];
}

export type NumericItems = BigInt64Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** An array of the type of `items`, zeroed. */
export function blankLike(items: NumericItems, length: number): NumericItems {
  return new (items.constructor as new (length: number) => NumericItems)(length);
}

/**
 * Appends the rows of many sources to a table of numeric columns, one behind the other, inside the connection's
 * transaction, letting other work run after every few thousand rows.
 */
export async function appendParts<Source>(
  connection: DuckDBConnection,
  table: string,
  types: readonly DuckDBType[],
  sources: readonly Source[],
  partOf: (source: Source) => ColumnPart,
): Promise<void> {
  const appender = await connection.createAppender(table);
  try {
    const chunks = new ChunkFiller(appender, types);
    for (const source of sources) for (const _flush of chunks.take(partOf(source))) await breathe();
    chunks.end();
  } finally {
    appender.closeSync();
  }
}

/** Gathers rows of many small sources into full chunks. */
class ChunkFiller {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly DuckDBType[];
  #chunk: DuckDBDataChunk | undefined;
  #vectors: VectorInside<NumericItems>[] = [];
  #rows = 0;
  #unflushed = 0;

  constructor(appender: DuckDBAppender, types: readonly DuckDBType[]) {
    this.#appender = appender;
    this.#types = types;
  }

  /** Takes all rows of a part; yields each time that other work should have its turn. */
  *take(part: ColumnPart): Generator<void> {
    for (let from = 0; from < part.length; ) {
      const rows = Math.min(CHUNK_ROWS - this.#rows, part.length - from);
      this.#fill(part.columns, from, rows);
      from += rows;
      if (this.#rows < CHUNK_ROWS) return;
      this.#append();
      if (this.#unflushed < FLUSH_ROWS) continue;
      this.#appender.flushSync();
      this.#unflushed = 0;
      yield;
    }
  }

  /** Appends what is left; the closing of the appender flushes it. */
  end(): void {
    if (this.#rows > 0) this.#append();
  }

  #fill(columns: readonly ColumnFiller[], from: number, rows: number): void {
    if (this.#chunk === undefined) {
      const chunk = DuckDBDataChunk.create(this.#types, CHUNK_ROWS);
      this.#chunk = chunk;
      this.#vectors = this.#types.map((_, no) => insideOf<NumericItems>(chunk, no));
    }
    columns.forEach(({ fill, isNull }, no) => {
      const vector = this.#vectors[no];
      if (vector === undefined) return;
      fill(vector.items, from, rows, this.#rows);
      if (isNull) markNulls(vector, this.#rows, rows, (i) => isNull(from + i));
    });
    this.#rows += rows;
  }

  #append(): void {
    const chunk = this.#chunk;
    if (chunk === undefined) return;
    for (const vector of this.#vectors) vector.flush();
    if (this.#rows < CHUNK_ROWS) chunk.rowCount = this.#rows;
    this.#appender.appendDataChunk(chunk);
    this.#unflushed += this.#rows;
    this.#chunk = undefined;
    this.#rows = 0;
  }
}

// A bit a row, set where there is a value. The package's own way makes two bigints of every null.
function markNulls(vector: VectorInside<unknown>, at: number, rows: number, isNull: (row: number) => boolean): void {
  const { validity } = vector;
  for (let i = 0; i < rows; i++) {
    if (!isNull(i)) continue;
    validity.data ??= new BigUint64Array(CHUNK_ROWS / 64).fill(ALL_VALID);
    const bits = new Uint8Array(validity.data.buffer, validity.data.byteOffset);
    for (; i < rows; i++) if (isNull(i)) bits[(at + i) >> 3] = (bits[(at + i) >> 3] ?? 0) & ~(1 << ((at + i) & 7));
  }
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

// About 0.1 ms each with what is made of them.
const CHUNKS_AT_ONCE = 16;

/**
 * Every chunk of a result, letting other work run between them. The result lies in memory already; fetching chunks the
 * asynchronous way would have each of them wait behind queries that run.
 */
export async function* chunksOf(result: DuckDBMaterializedResult): AsyncGenerator<DuckDBDataChunk> {
  const { chunkCount } = result;
  for (let no = 0; no < chunkCount; no++) {
    if (no % CHUNKS_AT_ONCE === CHUNKS_AT_ONCE - 1) await breathe();
    yield result.getChunk(no);
  }
}

/** All rows of a small result as objects by column name. */
export async function rowsOfResult<Row>(result: DuckDBMaterializedResult): Promise<Row[]> {
  return (await result.getRowObjects()) as unknown as Row[];
}
