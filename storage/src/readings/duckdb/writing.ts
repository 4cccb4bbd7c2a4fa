import type { DuckDBConnection, DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { CommitRequest, KnownChannel, LastValue, ReadingColumns, SetAside, StoredMark } from "../../ports.ts";
import { writeSettled } from "./set-aside.ts";
import type { NumberedChannel, StoreState } from "./store-state.ts";
import { appendColumns, appendRows, CHUNK_ROWS, type ColumnFiller, type NumericItems, TYPES } from "./vectors.ts";

const { BIGINT, BOOLEAN, DOUBLE, INTEGER, UINTEGER, UTINYINT, VARCHAR } = TYPES;

const TABLES = {
  channel: [INTEGER, VARCHAR, BOOLEAN],
  commit_log: [BIGINT, BIGINT, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER],
  mark: [VARCHAR, VARCHAR, BIGINT, VARCHAR, BIGINT],
  // The last three say what became of the entry, and are null in a new one.
  set_aside: [
    ...[BIGINT, VARCHAR, BIGINT, VARCHAR, VARCHAR, BIGINT, VARCHAR, VARCHAR, BIGINT, VARCHAR, VARCHAR, VARCHAR],
    ...[VARCHAR, BIGINT, VARCHAR],
  ],
  last_value: [INTEGER, BIGINT, BIGINT, DOUBLE, UTINYINT, UINTEGER, BIGINT, BIGINT],
  known_channel: [VARCHAR, VARCHAR, VARCHAR, VARCHAR, DOUBLE, DOUBLE, DOUBLE],
} as const satisfies Record<string, readonly DuckDBType[]>;

/** Set-aside entries keep at most this much of what came. */
const MAX_RAW_CHARACTERS = 4000;

/** Writes one commit inside the connection's transaction. */
export async function writeCommit(
  connection: DuckDBConnection,
  no: number,
  request: CommitRequest,
  state: StoreState,
  fresh: readonly NumberedChannel[],
): Promise<void> {
  const numbers = new Map(fresh.map((channel) => [channel.id, channel.no]));
  const numberOf = (id: string) => numbers.get(id) ?? state.channel(id)?.no;
  await append(
    connection,
    "channel",
    fresh.map((channel) => [channel.no, channel.id, channel.isRegister]),
  );
  await writeReadings(connection, state.segments.open.table, no, request.readings, numberOf);
  await append(
    connection,
    "mark",
    state.marksAfter(request.batches).map((mark) => markRow(mark, no)),
  );
  const firstId = state.lastSetAsideId + 1;
  await append(
    connection,
    "set_aside",
    request.setAside.map((entry, i) => setAsideRow(entry, firstId + i, request.receivedAtMs)),
  );
  await writeSettled(connection, request.settled ?? [], request.receivedAtMs);
  await append(connection, "commit_log", [commitRow(no, request)]);
}

/** Replaces the folded tables by what `state` holds, inside the connection's transaction. */
export async function writeFolded(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const no = state.counts.lastCommit;
  await connection.run("DELETE FROM mark");
  await append(
    connection,
    "mark",
    state.marks().map((mark) => markRow(mark, no)),
  );
  await connection.run("DELETE FROM last_value");
  const values = [...state.allLastValues()];
  const rowOf = (value: LastValue) => lastValueRow(value, state.channel(value.channel)?.no ?? -1, no);
  // Rows are made a part at a time: all at once would hold up the thread for as long as a hundred commits take.
  for (let from = 0; from < values.length; from += CHUNK_ROWS)
    await append(connection, "last_value", values.slice(from, from + CHUNK_ROWS).map(rowOf));
}

/** Replaces the entries of these channels in the registry's copy, inside the connection's transaction. */
export async function writeKnownChannels(
  connection: DuckDBConnection,
  channels: readonly KnownChannel[],
): Promise<void> {
  await connection.run("CREATE TEMP TABLE replaced (id VARCHAR)");
  await appendRows(
    connection,
    "replaced",
    [VARCHAR],
    channels.map((channel) => [channel.id]),
  );
  await connection.run("DELETE FROM known_channel WHERE id IN (SELECT id FROM replaced)");
  await connection.run("DROP TABLE replaced");
  await append(connection, "known_channel", channels.map(knownChannelRow));
}

function append(
  connection: DuckDBConnection,
  table: keyof typeof TABLES,
  rows: readonly (readonly DuckDBValue[])[],
): Promise<void> {
  return appendRows(connection, table, TABLES[table], rows);
}

async function writeReadings(
  connection: DuckDBConnection,
  table: string,
  no: number,
  readings: ReadingColumns,
  numberOf: (id: string) => number | undefined,
): Promise<void> {
  const numbers = Int32Array.from(readings.channels, (id) => numberOf(id) ?? -1);
  const { channelNos, readAtMs, counts, gauges, isRegister, qualities, flags, origins } = readings;
  const isMissing = (row: number) => qualities[row] === QUALITY_CODES.missing;
  const columns: ColumnFiller[] = [
    filler(INTEGER, (row) => numbers[channelNos[row] ?? -1] ?? -1),
    filler(BIGINT, (row) => BigInt(readAtMs[row] ?? 0)),
    { ...copier(BIGINT, counts), isNull: (row) => isRegister[row] !== 1 || isMissing(row) },
    { ...copier(DOUBLE, gauges), isNull: (row) => isRegister[row] === 1 || isMissing(row) },
    copier(UTINYINT, qualities),
    copier(UINTEGER, flags),
    copier(UTINYINT, origins),
    filler(BIGINT, () => BigInt(no)),
  ];
  await appendColumns(connection, table, readings.length, columns);
}

function filler(type: DuckDBType, valueAt: (row: number) => number | bigint): ColumnFiller {
  return {
    type,
    fill: (items: NumericItems, from, rows) => {
      for (let i = 0; i < rows; i++) items[i] = valueAt(from + i);
    },
  };
}

function copier(type: DuckDBType, source: NumericItems): ColumnFiller {
  return {
    type,
    fill: (items, from, rows) => (items as Uint8Array).set(source.subarray(from, from + rows) as Uint8Array),
  };
}

function markRow(mark: StoredMark, commitNo: number): DuckDBValue[] {
  return [mark.agent, mark.epoch, BigInt(mark.seq), JSON.stringify(mark.above), BigInt(commitNo)];
}

function commitRow(
  no: number,
  { receivedAtMs, readings, repeats, setAside, unlisted = 0 }: CommitRequest,
): DuckDBValue[] {
  const onList = (list: SetAside["list"]) => setAside.filter((entry) => entry.list === list).length;
  const sizes = [readings.length, repeats, onList("dead_letter"), onList("quarantine") + unlisted, onList("conflict")];
  return [BigInt(no), BigInt(receivedAtMs), ...sizes];
}

function setAsideRow(entry: SetAside, id: number, receivedAtMs: number): DuckDBValue[] {
  return [
    BigInt(id),
    entry.list,
    BigInt(receivedAtMs),
    entry.agent,
    entry.epoch,
    bigintOrNull(entry.seq),
    entry.origin,
    entry.channel,
    bigintOrNull(entry.readAtMs),
    entry.raw.slice(0, MAX_RAW_CHARACTERS),
    entry.reasonCode,
    entry.reason,
    ...[null, null, null],
  ];
}

function lastValueRow(value: LastValue, channelNo: number, commitNo: number): DuckDBValue[] {
  const { readAtMs, counts, gauge, quality, flags, lastValueAtMs } = value;
  return [channelNo, BigInt(readAtMs), counts, gauge, quality, flags, bigintOrNull(lastValueAtMs), BigInt(commitNo)];
}

function knownChannelRow(channel: KnownChannel): DuckDBValue[] {
  const { id, meter, quantity, unit, resolution, capacityCounts, maxCountsPerHour } = channel;
  return [id, meter, quantity, unit, resolution, capacityCounts, maxCountsPerHour];
}

// A dead letter's time may be any number that came; what is no whole number is kept in `raw` only.
function bigintOrNull(value: number | null): bigint | null {
  return value !== null && Number.isSafeInteger(value) ? BigInt(value) : null;
}
