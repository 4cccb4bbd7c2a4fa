import { stat } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import type { DuckDBConnection } from "@duckdb/node-api";
import { type Clock, describeError, NightflowError, realClock, StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  Curve,
  FeedConsumer,
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
import { StoreBusyError, StoreClosedError, StoreCorruptError } from "../errors.ts";
import type { InstantKey } from "../repeats.ts";
import { SerialQueue } from "../serial-queue.ts";
import { ChannelNumbers } from "./channel-numbers.ts";
import { type CheckpointPolicy, CheckpointTimer } from "./checkpoints.ts";
import type { CompactionOptions, CompactionReport } from "./compaction.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { readCurve } from "./curve-reading.ts";
import { corruptError, type DatabaseFile, inTransaction, openDatabaseFile, tellsDamage } from "./database-file.ts";
import { readConsumers } from "./feed-consumers.ts";
import type { JournalEntry } from "./journal/journal-record.ts";
import { Progress } from "./progress.ts";
import { readFeed, readValuesAt } from "./reading.ts";
import type { RetentionReport, RetentionRule } from "./retention.ts";
import { readDaily, readHourly, readNights } from "./roll-up-reading.ts";
import { dropUnfinished } from "./segment-build.ts";
import { countSetAside, findSetAside, groupSetAside, settleFound } from "./set-aside.ts";
import { claimInstallation, type HeldStore, type StillFile } from "./still-file.ts";
import { storeFigures } from "./store-figures.ts";
import type { DuckDbStoreOptions, StoreFilePort } from "./store-port.ts";
import { loadState, type StoreState } from "./store-state.ts";
import { DEFAULT_UPKEEP, Upkeep } from "./upkeep.ts";
import type { UpkeepPlace } from "./upkeep-place.ts";
import { writeCommits, writeFolded, writeKnownChannels } from "./writing.ts";

const DEFAULT_CHECKPOINT: CheckpointPolicy = { maxLogBytes: 128 * 1024 * 1024, idleMs: 5000 };

// Marks and last values are folded once so many readings have come since, and at close.
const FOLD_AFTER_READINGS = 500_000;

const CHECKPOINT_TRIES = 100;
const CHECKPOINT_RETRY_MS = 20;

// How long queries may be in the way of the checkpoint that a copy begins with.
const COPY_CHECKPOINT_MS = 60_000;

/** Opens the store file in this thread. @throws as `openDuckDbStore`. */
export async function openStoreFile(options: Omit<DuckDbStoreOptions, "thread">): Promise<StoreFilePort> {
  const { path, memoryLimit = "512MB", threads = 1, maxTempSize = "10GB", clock = realClock, logger } = options;
  const numbers = new ChannelNumbers();
  const open = async () => {
    const file = await openDatabaseFile({ path, memoryLimit, threads, maxTempSize }, clock);
    return { file, state: await loadOpened(file, numbers).catch((cause) => closeAndThrow(file, cause)) };
  };
  const { file, state } = await open();
  const { stored } = state.counts;
  logger.info(
    { path, readings: stored, channels: state.channelCount, memoryLimit, threads, maxTempSize },
    "store file open",
  );
  return new StoreFile({ reopen: open, file, state, clock, logger }, options);
}

interface Opened {
  readonly file: DatabaseFile;
  readonly state: StoreState;
}

async function loadOpened(file: DatabaseFile, numbers: ChannelNumbers): Promise<StoreState> {
  await inTransaction(file.writer, () => dropUnfinished(file.writer));
  return await loadState(file.writer, numbers);
}

async function closeAndThrow(file: DatabaseFile, cause: unknown): Promise<never> {
  await file.close();
  throw cause;
}

interface StoreParts extends Opened {
  readonly reopen: () => Promise<Opened>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The store file, with what follows from a file that fails, is looked after, and is read while it is written. */
class StoreFile implements StoreFilePort {
  readonly #reopen: () => Promise<Opened>;
  readonly #writes = new SerialQueue();
  /** Steps of upkeep and checkpoints, which must not meet: a checkpoint needs that nobody else is writing. */
  readonly #steps = new SerialQueue();
  readonly #upkeep: Upkeep;
  readonly #progress: Progress;
  readonly #checkpoints: CheckpointTimer;
  readonly #logger: Logger;
  readonly #clock: Clock;
  #file: DatabaseFile;
  #state: StoreState;
  #readers: ConnectionPool;
  #upkeepPool: ConnectionPool;
  #checkpointMs = 0;
  #onCheckpoint: (no: number) => void = () => undefined;
  #unfolded = 0;
  /** How often the file was opened: whoever closes it writes to it. */
  #openings = 1;
  #isBroken = false;
  #isClosed = false;

  constructor({ reopen, file, state, clock, logger }: StoreParts, options: DuckDbStoreOptions) {
    this.#reopen = reopen;
    this.#file = file;
    this.#state = state;
    this.#readers = new ConnectionPool(file.readers);
    this.#upkeepPool = new ConnectionPool([file.upkeep]);
    this.#logger = logger;
    this.#clock = clock;
    const policy = { ...DEFAULT_CHECKPOINT, ...options.checkpoint };
    this.#checkpoints = new CheckpointTimer(file.path, policy, () => this.#checkpoint(), logger);
    this.#progress = new Progress(logger);
    this.#upkeep = new Upkeep(this.#placeOfUpkeep(clock), { ...DEFAULT_UPKEEP, ...options.upkeep });
  }

  #placeOfUpkeep(clock: Clock): UpkeepPlace {
    const isStopping = () => this.#isClosed;
    return {
      clock,
      logger: this.#logger,
      get isStopping() {
        return isStopping();
      },
      state: () => this.#state,
      step: (work) =>
        this.#steps.run(async () => {
          const done = await this.#upkeepPool.with(work);
          await this.#boundLog();
          return done;
        }),
      between: (work) =>
        this.#steps.run(() => this.#write(async (writer) => (await inTransaction(writer, () => work(writer)))())),
      progress: (what, done, total) => this.#progress.note(what, done, total),
      fold: () => this.#steps.run(() => this.#checkpointNow(true)),
    };
  }

  async marks(agents?: readonly string[]): Promise<StoredMark[]> {
    await this.#asOnDisk();
    const marks = this.#state.marks();
    return agents === undefined ? marks : marks.filter(({ agent }) => agents.includes(agent));
  }

  async newestReadAt(): Promise<Map<string, number>> {
    await this.#asOnDisk();
    return newestOf(this.#state.allLastValues());
  }

  async branch(): Promise<StoreState> {
    return this.#state.branch();
  }

  onCheckpoint(listener: (no: number) => void): void {
    this.#onCheckpoint = listener;
  }

  async apply(entries: readonly JournalEntry[], journalBytes: number): Promise<void> {
    this.#refuseClosed();
    await this.#write((writer) => this.#applyNow(writer, entries));
    void this.#checkpoints.afterCommit(journalBytes);
    this.#upkeep.afterCommit(entries.reduce((sum, { readings }) => sum + readings.length, 0));
  }

  async valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    return this.#read((connection) => readValuesAt(connection, keys, this.#state));
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    return this.#read((connection) => readFeed(connection, cursor, limit, this.#state));
  }

  /** The feed keeps what a consumer has not passed; compaction may take the rest out of it. */
  async saveCursor(consumer: string, cursor: number): Promise<void> {
    await this.#write((writer) =>
      inTransaction(writer, async () => {
        await writer.run("DELETE FROM consumer_cursor WHERE name = $1", [consumer]);
        await writer.run("INSERT INTO consumer_cursor VALUES ($1, $2)", [consumer, BigInt(cursor)]);
      }),
    );
    this.#state.cursors.set(consumer, cursor);
  }

  async feedConsumers(): Promise<FeedConsumer[]> {
    const { cursors, counts } = this.#state;
    const { lastCommit } = counts;
    return this.#read((connection) => readConsumers(connection, { cursors, lastCommit, clock: this.#clock }));
  }

  async forgetConsumer(name: string): Promise<boolean> {
    if (!this.#state.cursors.has(name)) return false;
    await this.#write((writer) => writer.run("DELETE FROM consumer_cursor WHERE name = $1", [name]));
    return this.#state.cursors.delete(name);
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
    return this.#state.allLastValues();
  }

  async hourly(range: RollUpRange): Promise<RollUpColumns> {
    return this.#read((connection) => readHourly(connection, range, this.#state));
  }

  async daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    return this.#read((connection) => readDaily(connection, range, zone, this.#state));
  }

  async nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    return this.#read((connection) => readNights(connection, range, zone, window, this.#state));
  }

  async hourlyFromReadings(range: RollUpRange): Promise<RollUpColumns> {
    return this.#read((connection) => readHourly(connection, range, this.#state, "raw"));
  }

  async nightMinimumFromReadings(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    return this.#read((connection) => readNights(connection, range, zone, window, this.#state, "raw"));
  }

  async refreshRollUps(): Promise<number> {
    await this.#asOnDisk();
    return await this.#upkeep.refresh();
  }

  async compact(options?: CompactionOptions): Promise<CompactionReport> {
    await this.#asOnDisk();
    const report = await this.#upkeep.compact(options);
    await this.#checkpoint();
    return report;
  }

  async retain(rules: readonly RetentionRule[]): Promise<RetentionReport> {
    await this.#asOnDisk();
    return await this.#upkeep.retain(rules);
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
    const figures = await this.#read((connection) => storeFigures(connection, this.#file.path, this.#state));
    const last = { last_checkpoint_ms: this.#checkpointMs, compaction_backlog_readings: this.#upkeep.backlog };
    return { ...figures, ...last, ...this.#progress.figures };
  }

  async whileHeld<Result>(work: (held: HeldStore) => Promise<Result>): Promise<Result> {
    this.#refuseClosed();
    return await this.#steps.run(() => work({ still: () => this.#still() }));
  }

  async installation(claimant: string): Promise<string> {
    return await this.#write((writer) => inTransaction(writer, () => claimInstallation(writer, claimant)));
  }

  /** What the file holds is not written over until the next checkpoint: blocks in use are kept for a start after a crash. */
  async #still(): Promise<StillFile> {
    const { path } = this.#file;
    const giveUpAtMs = performance.now() + COPY_CHECKPOINT_MS;
    while (performance.now() < giveUpAtMs) {
      const lastCommit = await this.#write(async (writer) =>
        (await this.#foldAndCheckpoint(writer, true)) ? this.#state.counts.lastCommit : undefined,
      );
      const openings = this.#openings;
      const isUntouched = async () => !this.#isClosed && !this.#isBroken && this.#openings === openings;
      if (lastCommit !== undefined) return { path, bytes: (await stat(path)).size, lastCommit, isUntouched };
      await delay(CHECKPOINT_RETRY_MS);
    }
    throw new StoreBusyError(`queries have kept ${path} from a checkpoint for ${COPY_CHECKPOINT_MS / 1000} s`, {
      remedy: "try again when fewer long queries run",
    });
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#checkpoints.stop();
    this.#upkeep.stop();
    await this.#writes.run(async () => {
      await this.#upkeepPool.drain();
      if (!this.#isBroken) await this.#foldAndCheckpoint(this.#file.writer, true).catch((error) => this.#warn(error));
      await this.#readers.drain();
      await this.#file.close();
    });
  }

  async #applyNow(writer: DuckDBConnection, entries: readonly JournalEntry[]): Promise<void> {
    // After a failure whose outcome was unknown the file may hold some of them.
    const { lastCommit } = this.#state.counts;
    const missing = entries.filter((entry) => entry.no > lastCommit);
    if (missing.length === 0) return;
    if (missing[0]?.no !== lastCommit + 1)
      throw new StoreCorruptError(`${this.#file.path} has lost commits behind ${lastCommit}`, {
        remedy: "start the program again: the commits are in the journal beside the file and are taken from there",
      });
    await inTransaction(writer, () => writeCommits(writer, missing, this.#state));
    for (const entry of missing) {
      this.#state.committed(entry);
      this.#unfolded += entry.readings.length;
    }
  }

  // Upkeep writes without commits, and a commit is what a checkpoint is asked for after.
  async #boundLog(): Promise<void> {
    if ((await this.#checkpoints.logBytes()) < this.#checkpoints.maxLogBytes) return;
    await this.#checkpointNow(this.#unfolded >= FOLD_AFTER_READINGS);
  }

  #checkpoint(): Promise<void> {
    return this.#steps.run(() => this.#checkpointNow(this.#unfolded >= FOLD_AFTER_READINGS));
  }

  // A query that has just ended may still be in the way; commits go on while its end is waited for.
  async #checkpointNow(withFold: boolean): Promise<void> {
    for (let tries = 0; tries < CHECKPOINT_TRIES && !this.#isClosed; tries++) {
      if (await this.#write((writer) => this.#foldAndCheckpoint(writer, withFold && tries === 0))) return;
      await delay(CHECKPOINT_RETRY_MS, undefined, { ref: false });
    }
  }

  /** False when something else was in the way; the log is then as good as before. */
  async #foldAndCheckpoint(writer: DuckDBConnection, withFold: boolean): Promise<boolean> {
    if (withFold) {
      await inTransaction(writer, () => writeFolded(writer, this.#state));
      this.#unfolded = 0;
      this.#state.foldedTo = this.#state.counts.lastCommit;
    }
    const startedMs = performance.now();
    const isDone = await writer.run("CHECKPOINT").then(() => true, isInTheWay);
    if (!isDone) return false;
    this.#checkpointMs = performance.now() - startedMs;
    this.#onCheckpoint(this.#state.counts.lastCommit);
    return true;
  }

  async #read<Result>(work: (connection: DuckDBConnection) => Promise<Result>, tries = 3): Promise<Result> {
    this.#refuseClosed();
    const wasBroken = this.#isBroken;
    try {
      return await this.#readers.with(work);
    } catch (cause) {
      if (isOfReplacedTable(cause) && tries > 0) {
        await this.#writes.idle();
        return await this.#read(work, tries - 1);
      }
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
    await Promise.all([this.#readers.drain(), this.#upkeepPool.drain()]);
    await this.#file.close();
    this.#openings++;
    const { file, state } = await this.#reopen();
    this.#file = file;
    this.#state = state;
    this.#readers = new ConnectionPool(file.readers);
    this.#upkeepPool = new ConnectionPool([file.upkeep]);
    this.#isBroken = false;
    this.#logger.warn(
      { path: file.path, lastCommit: state.counts.lastCommit },
      "store file opened again after a failure",
    );
  }

  #asStoreError(cause: unknown): NightflowError {
    if (cause instanceof NightflowError) return cause;
    if (cause instanceof Error && tellsDamage(cause.message)) return corruptError(this.#file.path, cause);
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

function isInTheWay(cause: unknown): false {
  if (cause instanceof Error && cause.message.includes("Cannot CHECKPOINT")) return false;
  throw cause;
}

// Compaction has put other tables in the place of those that the query was written for.
function isOfReplacedTable(cause: unknown): boolean {
  return cause instanceof Error && /^Catalog Error/.test(cause.message);
}

function newestOf({ channels, readAtMs }: LastValueColumns): Map<string, number> {
  return new Map(channels.map((channel, i) => [channel, readAtMs[i] ?? Number.NaN]));
}
