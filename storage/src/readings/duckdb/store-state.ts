import type { DuckDBConnection } from "@duckdb/node-api";
import { EMPTY_MARK, type Mark, markWith, ORIGIN_CODES } from "@nightflow/domain";
import type {
  BatchMark,
  CommitRequest,
  KnownChannel,
  LastValue,
  ReadingColumns,
  SetAsideList,
  StoreCounts,
  StoredMark,
} from "../../ports.ts";
import { advanceLastValue, lastValuesOf } from "../last-values.ts";
import { loadSegments, Segments } from "./segments.ts";
import { chunksOf, columnSlice, rowsOfResult } from "./vectors.ts";

/** A channel as the store file numbers it. */
export interface NumberedChannel {
  readonly no: number;
  readonly id: string;
  readonly isRegister: boolean;
}

/**
 * What the owner of a store file keeps in memory: numbers of channels, marks, last values, counts. It changes only
 * after the file has, so that nothing here is ahead of what is durable.
 */
export class StoreState {
  readonly #byId = new Map<string, NumberedChannel>();
  readonly #byNo: NumberedChannel[] = [];
  readonly #marks = new Map<string, StoredMark>();
  readonly #last = new Map<string, LastValue>();
  readonly known = new Map<string, KnownChannel>();
  #counts: StoreCounts = { stored: 0, deadLetters: 0, quarantined: 0, conflicts: 0, repeats: 0, lastCommit: 0 };
  lastSetAsideId = 0;
  /** Tables that hold the readings. */
  segments = new Segments([]);
  /** Hourly roll-ups are kept of all commits up to this one. */
  rolledUpTo = 0;
  /** Last values and marks are kept in the file as of this commit. */
  foldedTo = 0;
  /** Whether retention has deleted readings whose roll-ups stay. */
  hasForgotten = false;
  /** How far each consumer of the feed has read. */
  readonly cursors = new Map<string, number>();

  get counts(): StoreCounts {
    return this.#counts;
  }

  get channelCount(): number {
    return this.#byNo.length;
  }

  /** Ids by number. */
  channelIds(): string[] {
    return this.#byNo.map((channel) => channel.id);
  }

  channel(id: string): NumberedChannel | undefined {
    return this.#byId.get(id);
  }

  channelByNo(no: number): NumberedChannel | undefined {
    return this.#byNo[no];
  }

  lastValue(channel: string): LastValue | undefined {
    return this.#last.get(channel);
  }

  newestReadAt(channel: string): number | undefined {
    return this.#last.get(channel)?.readAtMs;
  }

  allLastValues(): Iterable<LastValue> {
    return this.#last.values();
  }

  marks(): StoredMark[] {
    return [...this.#marks.values()];
  }

  markOf(agent: string, epoch: string): StoredMark | undefined {
    return this.#marks.get(markKey(agent, epoch));
  }

  /** Channels of the columns that have no number yet, numbered. A channel is what its first reading is, register or gauge. */
  newChannels(readings: ReadingColumns): NumberedChannel[] {
    const fresh = new Map<string, NumberedChannel>();
    for (let i = 0; i < readings.length; i++) {
      const id = readings.channels[readings.channelNos[i] ?? -1];
      if (id === undefined || this.#byId.has(id) || fresh.has(id)) continue;
      fresh.set(id, { no: this.#byNo.length + fresh.size, id, isRegister: readings.isRegister[i] === 1 });
    }
    return [...fresh.values()];
  }

  /** Marks as they are once these batches are stored; one per agent and epoch. */
  marksAfter(batches: readonly BatchMark[]): StoredMark[] {
    const after = new Map<string, StoredMark>();
    for (const { agent, epoch, seq } of batches) {
      const key = markKey(agent, epoch);
      const before: Mark = after.get(key) ?? this.#marks.get(key) ?? EMPTY_MARK;
      after.set(key, { agent, epoch, ...markWith(before, seq) });
    }
    return [...after.values()];
  }

  addChannels(channels: readonly NumberedChannel[]): void {
    for (const channel of channels) {
      this.#byId.set(channel.id, channel);
      this.#byNo[channel.no] = channel;
    }
  }

  /** The marks set last are listed last. */
  setMarks(marks: readonly StoredMark[]): void {
    for (const mark of marks) {
      const key = markKey(mark.agent, mark.epoch);
      this.#marks.delete(key);
      this.#marks.set(key, mark);
    }
  }

  setLastValue(value: LastValue): void {
    this.#last.set(value.channel, value);
  }

  setCounts(counts: StoreCounts): void {
    this.#counts = counts;
  }

  /** Takes over a commit that is durable now. */
  committed(no: number, request: CommitRequest): void {
    for (const value of lastValuesOf(request.readings, (channel) => this.#last.get(channel)).values())
      this.setLastValue(value);
    const onList = (list: SetAsideList) => request.setAside.filter((entry) => entry.list === list).length;
    this.lastSetAsideId += request.setAside.length;
    this.#counts = {
      stored: this.#counts.stored + request.readings.length,
      deadLetters: this.#counts.deadLetters + onList("dead_letter"),
      quarantined: this.#counts.quarantined + onList("quarantine") + (request.unlisted ?? 0),
      conflicts: this.#counts.conflicts + onList("conflict"),
      repeats: this.#counts.repeats + request.repeats,
      lastCommit: no,
    };
  }
}

function markKey(agent: string, epoch: string): string {
  return `${agent} ${epoch}`;
}

/** The state of a store file, as of its last commit. */
export async function loadState(connection: DuckDBConnection): Promise<StoreState> {
  const state = new StoreState();
  state.addChannels(await loadChannels(connection));
  state.setMarks(await loadMarks(connection));
  state.setCounts(await loadCounts(connection));
  state.lastSetAsideId = await loadLastSetAsideId(connection);
  for (const channel of await loadKnownChannels(connection)) state.known.set(channel.id, channel);
  state.segments = await loadSegments(connection);
  await loadUpkeep(connection, state);
  await loadLastValues(connection, state);
  return state;
}

async function loadUpkeep(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const result = await connection.run(
    `SELECT (SELECT max(commit_no) FROM roll_up_state)::DOUBLE AS "rolledUpTo",
       (SELECT count(*) FROM raw_forgotten) > 0 AS "hasForgotten",
       coalesce((SELECT max(commit_no) FROM last_value), 0)::DOUBLE AS "foldedTo"`,
  );
  const [found] = await rowsOfResult<Pick<StoreState, "rolledUpTo" | "hasForgotten" | "foldedTo">>(result);
  Object.assign(state, found);
  const cursors = await connection.run("SELECT name, commit_no::DOUBLE AS cursor FROM consumer_cursor");
  for (const { name, cursor } of await rowsOfResult<{ name: string; cursor: number }>(cursors))
    state.cursors.set(name, cursor);
}

async function loadChannels(connection: DuckDBConnection): Promise<NumberedChannel[]> {
  const result = await connection.run(`SELECT no, id, is_register AS "isRegister" FROM channel ORDER BY no`);
  return rowsOfResult<NumberedChannel>(result);
}

async function loadMarks(connection: DuckDBConnection): Promise<StoredMark[]> {
  const result = await connection.run(
    `SELECT agent, epoch, arg_max(seq, commit_no) AS seq, arg_max(above, commit_no) AS above FROM mark
      GROUP BY agent, epoch ORDER BY max(commit_no), max(rowid)`,
  );
  const rows = await rowsOfResult<{ agent: string; epoch: string; seq: bigint; above: string }>(result);
  return rows.map((row) => ({ ...row, seq: Number(row.seq), above: JSON.parse(row.above) as number[] }));
}

async function loadCounts(connection: DuckDBConnection): Promise<StoreCounts> {
  const result = await connection.run(
    `SELECT coalesce(sum(stored), 0)::DOUBLE AS stored, coalesce(sum(dead_letters), 0)::DOUBLE AS "deadLetters",
       coalesce(sum(quarantined), 0)::DOUBLE AS quarantined, coalesce(sum(conflicts), 0)::DOUBLE AS conflicts,
       coalesce(sum(repeats), 0)::DOUBLE AS repeats, coalesce(max(no), 0)::DOUBLE AS "lastCommit" FROM commit_log`,
  );
  const [counts] = await rowsOfResult<StoreCounts>(result);
  if (counts === undefined) throw new RangeError("a sum gave no row");
  return { ...counts };
}

async function loadLastSetAsideId(connection: DuckDBConnection): Promise<number> {
  const result = await connection.run("SELECT coalesce(max(id), 0)::DOUBLE AS id FROM set_aside");
  return (await rowsOfResult<{ id: number }>(result))[0]?.id ?? 0;
}

async function loadKnownChannels(connection: DuckDBConnection): Promise<KnownChannel[]> {
  const result = await connection.run(
    `SELECT id, meter, quantity, unit, resolution, capacity_counts AS "capacityCounts",
       max_counts_per_hour AS "maxCountsPerHour" FROM known_channel ORDER BY id`,
  );
  return (await rowsOfResult<KnownChannel>(result)).map((row) => ({ ...row }));
}

// The last values kept in the file are those of some earlier commit; what was stored since is folded in.
async function loadLastValues(connection: DuckDBConnection, state: StoreState): Promise<void> {
  const kept = await connection.run(
    "SELECT channel_no, read_at_ms, counts, gauge, quality, flags, value_at_ms FROM last_value",
  );
  for await (const chunk of chunksOf(kept)) {
    const valueAt = columnSlice<BigInt64Array>(chunk, 6);
    eachReading(chunk, state, (row, i) => {
      const lastValueAtMs = valueAt.isNull(i) ? null : Number(valueAt.items[i]);
      const { isRegister: _, origin: __, ...value } = row;
      state.setLastValue({ ...value, lastValueAtMs });
    });
  }
  const since = await connection.run(
    `SELECT channel_no, read_at_ms, counts, gauge, quality, flags
      FROM (${state.segments.commitsSql(state.foldedTo, state.counts.lastCommit)}) ORDER BY commit_no, row_no`,
  );
  for await (const chunk of chunksOf(since))
    eachReading(chunk, state, (row) => state.setLastValue(advanceLastValue(state.lastValue(row.channel), row)));
}

function eachReading(
  chunk: Parameters<typeof columnSlice>[0],
  state: StoreState,
  take: (row: Parameters<typeof advanceLastValue>[1], i: number) => void,
): void {
  const nos = columnSlice<Int32Array>(chunk, 0);
  const readAt = columnSlice<BigInt64Array>(chunk, 1);
  const counts = columnSlice<BigInt64Array>(chunk, 2);
  const gauges = columnSlice<Float64Array>(chunk, 3);
  const qualities = columnSlice<Uint8Array>(chunk, 4);
  const flags = columnSlice<Uint32Array>(chunk, 5);
  for (let i = 0; i < chunk.rowCount; i++) {
    const channel = state.channelByNo(nos.items[i] ?? -1);
    if (channel === undefined) continue;
    const row = {
      channel: channel.id,
      readAtMs: Number(readAt.items[i]),
      isRegister: channel.isRegister,
      counts: counts.isNull(i) ? null : (counts.items[i] ?? null),
      gauge: gauges.isNull(i) ? null : (gauges.items[i] ?? null),
      quality: qualities.items[i] ?? 0,
      flags: flags.items[i] ?? 0,
      origin: ORIGIN_CODES.live,
    };
    take(row, i);
  }
}
