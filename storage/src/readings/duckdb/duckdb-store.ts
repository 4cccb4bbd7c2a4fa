import type { DuckDBConnection } from "@duckdb/node-api";
import { type Clock, describeError, NightflowError, realClock, StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  CommitRequest,
  Curve,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  NightWindow,
  ReadingStore,
  RollUpColumns,
  RollUpRange,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsidePageRequest,
  SetAsideReasonCount,
  StoreCounts,
  StoredMark,
  StoredSetAside,
  StoredValue,
} from "../../ports.ts";
import { StoreClosedError } from "../errors.ts";
import { type InstantKey, withoutRepeats } from "../repeats.ts";
import { lastValueColumns } from "../roll-ups.ts";
import { dailyByCurve, hourlyByCurve, nightMinimumByCurve } from "../roll-ups-by-curve.ts";
import { SerialQueue } from "../serial-queue.ts";
import { checkShape } from "../shape.ts";
import { refuseStored } from "../stored-batches.ts";
import { type CheckpointPolicy, CheckpointTimer } from "./checkpoints.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { type DatabaseFile, inTransaction, openDatabaseFile } from "./database-file.ts";
import { readCurve, readFeed, readValuesAt } from "./reading.ts";
import { countSetAside, findSetAside, groupSetAside, settleFound } from "./set-aside.ts";
import { loadState, type StoreState } from "./store-state.ts";
import { writeCommit, writeFolded, writeKnownChannels } from "./writing.ts";

/** What the embedded store needs. */
export interface DuckDbStoreOptions {
  /** The store file; created when there is none. */
  readonly path: string;
  /** Memory DuckDB may use, for example `512MB`. */
  readonly memoryLimit?: string;
  /** Threads DuckDB may use beside this one; 1 keeps storing fast during long queries. */
  readonly threads?: number;
  readonly checkpoint?: Partial<CheckpointPolicy>;
  /** Stamps the file's migrations. */
  readonly clock?: Clock;
  readonly logger: Logger;
}

const DEFAULT_CHECKPOINT: CheckpointPolicy = { maxLogBytes: 256 * 1024 * 1024, idleMs: 5000 };

// Marks and last values are folded once so many readings have come since, and at close.
const FOLD_AFTER_READINGS = 500_000;

/**
 * Opens the embedded time-series store, one file that this thread owns.
 *
 * @throws {StoreTooNewError} @throws {StoreCorruptError} @throws {StoreBusyError} each saying what to do.
 */
export async function openDuckDbStore(options: DuckDbStoreOptions): Promise<ReadingStore> {
  const { path, memoryLimit = "512MB", threads = 1, clock = realClock, logger } = options;
  const open = async () => {
    const file = await openDatabaseFile({ path, memoryLimit, threads }, clock);
    return { file, state: await loadState(file.writer).catch((cause) => closeAndThrow(file, cause)) };
  };
  const { file, state } = await open();
  logger.info({ path, readings: state.counts.stored, channels: state.channelCount }, "store file open");
  return new DuckDbStore(open, file, state, { ...DEFAULT_CHECKPOINT, ...options.checkpoint }, logger);
}

interface Opened {
  readonly file: DatabaseFile;
  readonly state: StoreState;
}

async function closeAndThrow(file: DatabaseFile, cause: unknown): Promise<never> {
  await file.close();
  throw cause;
}

class DuckDbStore implements ReadingStore {
  readonly kind = "duckdb";
  readonly #reopen: () => Promise<Opened>;
  readonly #writes = new SerialQueue();
  readonly #checkpoints: CheckpointTimer;
  readonly #logger: Logger;
  #file: DatabaseFile;
  #state: StoreState;
  #readers: ConnectionPool;
  #unfolded = 0;
  #isBroken = false;
  #isClosed = false;

  constructor(
    reopen: () => Promise<Opened>,
    file: DatabaseFile,
    state: StoreState,
    policy: CheckpointPolicy,
    logger: Logger,
  ) {
    this.#reopen = reopen;
    this.#file = file;
    this.#state = state;
    this.#readers = new ConnectionPool(file.readers);
    this.#logger = logger;
    this.#checkpoints = new CheckpointTimer(file.path, policy, () => this.#checkpoint(), logger);
  }

  async marks(agents?: readonly string[]): Promise<StoredMark[]> {
    await this.#asOnDisk();
    const marks = this.#state.marks();
    return agents === undefined ? marks : marks.filter(({ agent }) => agents.includes(agent));
  }

  async newestReadAt(): Promise<Map<string, number>> {
    await this.#asOnDisk();
    return new Map(Array.from(this.#state.allLastValues(), (value) => [value.channel, value.readAtMs]));
  }

  async commit(request: CommitRequest): Promise<number> {
    this.#refuseClosed();
    const no = await this.#write((writer) => this.#commitNow(writer, request));
    void this.#checkpoints.afterCommit();
    return no;
  }

  async valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    return this.#read((connection) => readValuesAt(connection, keys, this.#state));
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    return this.#read((connection) => readFeed(connection, cursor, limit, this.#state));
  }

  /** The file keeps every reading, so the feed forgets nothing; the cursor is kept to be seen. */
  async saveCursor(consumer: string, cursor: number): Promise<void> {
    await this.#write((writer) =>
      inTransaction(writer, async () => {
        await writer.run("DELETE FROM consumer_cursor WHERE name = $1", [consumer]);
        await writer.run("INSERT INTO consumer_cursor VALUES ($1, $2)", [consumer, BigInt(cursor)]);
      }),
    );
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    return this.#read((connection) => readCurve(connection, channel, fromMs, toMs, this.#state));
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    this.#refuseClosed();
    return channels.flatMap((channel) => this.#state.lastValue(channel) ?? []);
  }

  async allLastValues(): Promise<LastValueColumns> {
    await this.#asOnDisk();
    return lastValueColumns([...this.#state.allLastValues()]);
  }

  async hourly(range: RollUpRange): Promise<RollUpColumns> {
    return await hourlyByCurve(this, range);
  }

  async daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    return await dailyByCurve(this, range, zone);
  }

  async nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    return await nightMinimumByCurve(this, range, zone, window);
  }

  async saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    const byId = new Map(channels.map((channel) => [channel.id, channel]));
    await this.#write((writer) => inTransaction(writer, () => writeKnownChannels(writer, [...byId.values()])));
    for (const [id, channel] of byId) this.#state.known.set(id, channel);
  }

  async channels(): Promise<KnownChannel[]> {
    this.#refuseClosed();
    return [...this.#state.known.values()];
  }

  async setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return this.findSetAside({ list }, { limit, beforeId });
  }

  async findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]> {
    return this.#read((connection) => findSetAside(connection, filter, page));
  }

  async countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    return this.#read((connection) => countSetAside(connection, filter));
  }

  async groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    return this.#read((connection) => groupSetAside(connection, filter, limit));
  }

  async settleSetAside(...[filter, settled]: Parameters<ReadingStore["settleSetAside"]>): Promise<number> {
    return this.#write((writer) => inTransaction(writer, () => settleFound(writer, filter, settled)));
  }

  async counts(): Promise<StoreCounts> {
    this.#refuseClosed();
    return this.#state.counts;
  }

  async metrics(): Promise<Readonly<Record<string, number>>> {
    this.#refuseClosed();
    return { stored_readings: this.#state.counts.stored, channels: this.#state.channelCount };
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#checkpoints.stop();
    await this.#writes.run(async () => {
      if (!this.#isBroken) await this.#foldAndCheckpoint(this.#file.writer, true).catch((error) => this.#warn(error));
      await this.#readers.drain();
      await this.#file.close();
    });
  }

  async #commitNow(writer: DuckDBConnection, asked: CommitRequest): Promise<number> {
    checkShape(asked.readings);
    const state = this.#state;
    refuseStored(asked.batches, (agent, epoch) => state.markOf(agent, epoch));
    const request = await withoutRepeats(asked, {
      newestReadAt: (channel) => state.newestReadAt(channel),
      valuesAt: (keys) => readValuesAt(writer, keys, state),
    });
    const no = state.counts.lastCommit + 1;
    const fresh = state.newChannels(request.readings);
    await inTransaction(writer, () => writeCommit(writer, no, request, state, fresh));
    state.addChannels(fresh);
    state.setMarks(state.marksAfter(request.batches));
    state.committed(no, request);
    this.#unfolded += request.readings.length;
    return no;
  }

  #checkpoint(): Promise<void> {
    return this.#write((writer) => this.#foldAndCheckpoint(writer, this.#unfolded >= FOLD_AFTER_READINGS));
  }

  async #foldAndCheckpoint(writer: DuckDBConnection, withFold: boolean): Promise<void> {
    if (withFold) {
      await inTransaction(writer, () => writeFolded(writer, this.#state));
      this.#unfolded = 0;
    }
    await writer.run("CHECKPOINT");
  }

  async #read<Result>(work: (connection: DuckDBConnection) => Promise<Result>): Promise<Result> {
    this.#refuseClosed();
    const wasBroken = this.#isBroken;
    try {
      return await this.#readers.with(work);
    } catch (cause) {
      if (!wasBroken) throw this.#asStoreError(cause);
      await this.#asOnDisk();
      return await this.#read(work);
    }
  }

  // A failed commit may be on the disk all the same. Whoever asks what is stored hears what the file holds, and need
  // not store something first to have it opened again.
  async #asOnDisk(): Promise<void> {
    this.#refuseClosed();
    if (this.#isBroken) await this.#write(async () => undefined);
  }

  #write<Result>(work: (writer: DuckDBConnection) => Promise<Result>): Promise<Result> {
    return this.#writes.run(async () => {
      try {
        if (this.#isBroken) await this.#openAgain();
        return await work(this.#file.writer);
      } catch (cause) {
        this.#isBroken ||= !(cause instanceof NightflowError);
        throw this.#asStoreError(cause);
      }
    });
  }

  // After a failed write of its log (a full disk) DuckDB refuses every further call until the file is opened again.
  async #openAgain(): Promise<void> {
    await this.#readers.drain();
    await this.#file.close();
    const { file, state } = await this.#reopen();
    this.#file = file;
    this.#state = state;
    this.#readers = new ConnectionPool(file.readers);
    this.#isBroken = false;
    this.#logger.warn(
      { path: file.path, lastCommit: state.counts.lastCommit },
      "store file opened again after a failure",
    );
  }

  #asStoreError(cause: unknown): NightflowError {
    if (cause instanceof NightflowError) return cause;
    return new StoreUnavailableError(`the store file ${this.#file.path} cannot be used now`, {
      cause,
      remedy: "look at free disk space and the file's rights; the store opens the file again by itself",
    });
  }

  #warn(error: unknown): void {
    this.#logger.warn(
      { error: describeError(error) },
      "closing checkpoint failed; the log is replayed at the next start",
    );
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new StoreClosedError("the store has been closed");
  }
}
