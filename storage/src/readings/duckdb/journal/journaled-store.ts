import { StoreUnavailableError } from "@nightflow/domain";
import type { Logger } from "pino";
import type {
  CommitRequest,
  Curve,
  FeedConsumer,
  FeedPage,
  KnownChannel,
  LastValue,
  LastValueColumns,
  NightColumns,
  NightWindow,
  ReadingColumns,
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
} from "../../../ports.ts";
import { cursorAhead, StoreClosedError, StoreCorruptError } from "../../errors.ts";
import { concatColumns } from "../../reading-columns.ts";
import { type InstantKey, withoutRepeats } from "../../repeats.ts";
import { SerialQueue } from "../../serial-queue.ts";
import { checkShape } from "../../shape.ts";
import { refuseStored } from "../../stored-batches.ts";
import type { NumberedChannel } from "../channel-numbers.ts";
import type { CompactionOptions, CompactionReport } from "../compaction.ts";
import type { RetentionReport, RetentionRule } from "../retention.ts";
import type { HeldStore } from "../still-file.ts";
import type { DuckDbReadingStore, StoreFilePort } from "../store-port.ts";
import type { StoreState } from "../store-state.ts";
import { CommitJournal, folderOf, type JournalPage } from "./commit-journal.ts";
import { FeedColumns } from "./feed-columns.ts";
import { FileBehind } from "./file-behind.ts";
import type { JournalDisk } from "./journal-disk.ts";
import type { JournalEntry, NumberedReadings } from "./journal-record.ts";
import type { PendingCommits } from "./pending-commits.ts";

/** What a journaled store is made of. */
export interface JournaledParts {
  readonly storePath: string;
  readonly file: StoreFilePort;
  /** What writes the journal; the store closes it. */
  readonly disk?: JournalDisk;
  readonly logger: Logger;
}

const SLOT_BYTES = 16 * 1024 * 1024;
/** Fifty million readings, about. */
const KEPT_BYTES = 1024 * 1024 * 1024;
/** With so many pending there is no room for a commit of many readings until the file has taken some of them. */
const MOST_PENDING = 1_000_000;
/** Above that there is room for those who do not ask. */
const MOST_BESIDE = 250_000;
/** So few are in the file within milliseconds. */
const SOON_APPLIED = 10_000;

/**
 * Lets commits be durable in a journal and brings them into the store file behind them, many in one transaction, so
 * that a commit waits for one fdatasync and for nothing that the file does.
 *
 * @throws {StoreCorruptError} when the journal and the file do not belong together.
 */
export async function openJournaled(parts: JournaledParts): Promise<DuckDbReadingStore> {
  const { file, ...place } = parts;
  try {
    const state = await file.branch();
    const { lastCommit: inFile } = state.counts;
    const sizes = { slotBytes: SLOT_BYTES, keptBytes: KEPT_BYTES };
    // A store with a thread for its journal is one that agents wait for.
    const laysOutFirst = parts.disk !== undefined;
    const { journal, entries } = await CommitJournal.open({ ...place, ...sizes, laysOutFirst, inFile });
    try {
      refuseHoles(entries, inFile, parts.storePath);
      const store = new JournaledStore(parts, journal, state);
      await store.takeUp(entries);
      return store;
    } catch (error) {
      await journal.close(false);
      throw error;
    }
  } catch (error) {
    await file.close();
    throw error;
  }
}

function refuseHoles(entries: readonly JournalEntry[], lastCommit: number, storePath: string): void {
  const at = entries.findIndex(({ no }, i) => no !== lastCommit + 1 + i);
  if (at < 0) return;
  throw new StoreCorruptError(
    `${folderOf(storePath)} goes on with commit ${entries[at]?.no}, and ${storePath} ends with commit ${lastCommit + at}`,
    {
      remedy:
        "put back the store file and the journal of one time; or set the journal's folder aside, which gives up the readings in it that their agents no longer hold",
    },
  );
}

class JournaledStore implements DuckDbReadingStore {
  readonly kind = "duckdb";
  readonly #storePath: string;
  readonly #file: StoreFilePort;
  readonly #journal: CommitJournal;
  readonly #logger: Logger;
  /** What is durable: the file's state and the pending commits on top of it. */
  readonly #state: StoreState;
  readonly #behind: FileBehind;
  readonly #pending: PendingCommits;
  readonly #columns: FeedColumns;
  readonly #commits = new SerialQueue();
  /** By the sender's number of a channel; a hint, which its name confirms. */
  readonly #byKey: (NumberedChannel | undefined)[] = [];
  #syncMs = 0;
  #isClosed = false;

  constructor({ storePath, file, logger }: JournaledParts, journal: CommitJournal, state: StoreState) {
    this.#storePath = storePath;
    this.#file = file;
    this.#logger = logger;
    this.#journal = journal;
    this.#state = state;
    this.#behind = new FileBehind({ storePath, file, journal, logger, passedNo: () => slowest(state.cursors) });
    this.#columns = new FeedColumns((no) => state.channelByNo(no)?.id ?? "");
    this.#pending = this.#behind.pending;
  }

  /** Takes over what a run before this one left in the journal. */
  async takeUp(entries: readonly JournalEntry[]): Promise<void> {
    if (entries.length === 0) return;
    for (const entry of entries) this.#took(entry);
    this.#logger.info({ commits: entries.length, readings: this.#pending.rows }, "commits taken up from the journal");
    await this.#behind.tryThrough(this.#state.counts.lastCommit);
  }

  async marks(agents?: readonly string[]): Promise<StoredMark[]> {
    this.#refuseClosed();
    const marks = this.#state.marks();
    return agents === undefined ? marks : marks.filter(({ agent }) => agents.includes(agent));
  }

  async newestReadAt(): Promise<Map<string, number>> {
    const { channels, readAtMs } = await this.allLastValues();
    return new Map(channels.map((channel, i) => [channel, readAtMs[i] ?? Number.NaN]));
  }

  async commit(request: CommitRequest): Promise<number> {
    this.#refuseClosed();
    return this.#commits.run(() => this.#commitNow(request));
  }

  room(): Promise<void> | undefined {
    return this.#pending.rows < MOST_PENDING ? undefined : this.#behind.below(MOST_PENDING);
  }

  async valuesAt(keys: readonly InstantKey[]): Promise<(StoredValue | undefined)[]> {
    this.#refuseClosed();
    const instants = keys.map(({ channel, readAtMs }) => ({
      channelNo: this.#state.channel(channel)?.no ?? -1,
      readAtMs,
    }));
    const pending = await this.#pending.valuesAt(instants);
    const left = keys.flatMap((key, i) => (isAnswered(pending[i]) ? [] : [{ key, i }]));
    const stored = left.length === 0 ? [] : await this.#file.valuesAt(left.map(({ key }) => key));
    left.forEach(({ i }, k) => {
      pending[i] = stored[k] ?? pending[i];
    });
    return pending;
  }

  async changesSince(cursor: number, limit: number): Promise<FeedPage> {
    this.#refuseClosed();
    const { lastCommit } = this.#state.counts;
    if (cursor > lastCommit) throw cursorAhead(cursor, lastCommit, 1);
    const page = await this.#feedPage(cursor, Math.max(1, limit));
    return { ...page, hasMore: page.cursor < this.#state.counts.lastCommit };
  }

  // From memory and the journal, which are in the order of the feed already; the file is asked when they have it not.
  async #feedPage(cursor: number, limit: number): Promise<Omit<FeedPage, "hasMore">> {
    const recent = await this.#recent(cursor, limit);
    if (recent.cursor > cursor || cursor === this.#state.counts.lastCommit) return this.#asPage(recent);
    const stored = await this.#file.changesSince(cursor, limit);
    const left = limit - stored.readings.length;
    const rest = stored.hasMore || left <= 0 ? undefined : await this.#recent(stored.cursor, left);
    if (rest === undefined || rest.cursor === stored.cursor) return this.#withKeys(stored);
    const readings = concatColumns([stored.readings, this.#asPage(rest).readings]);
    return this.#withKeys({ cursor: rest.cursor, readings });
  }

  /** As much of a page as memory and the journal have; its cursor has not moved when they have nothing of it. */
  async #recent(cursor: number, limit: number): Promise<JournalPage> {
    const readings: NumberedReadings[] = [];
    let [at, rows] = [cursor, 0];
    while (rows < limit) {
      const page = this.#pending.page(at, limit - rows) ?? (await this.#kept(at, limit - rows));
      if (page === undefined || page.cursor === at) break;
      at = page.cursor;
      readings.push(...page.readings);
      rows += page.readings.reduce((sum, { length }) => sum + length, 0);
    }
    return { cursor: at, readings };
  }

  // The journal keeps what consumers have not passed; whoever asks for what lies before that asks the file.
  async #kept(cursor: number, limit: number): Promise<JournalPage | undefined> {
    return cursor < slowest(this.#state.cursors) ? undefined : await this.#journal.page(cursor, limit);
  }

  #asPage({ cursor, readings }: JournalPage): Omit<FeedPage, "hasMore"> {
    return { cursor, readings: this.#columns.of(readings, this.#state.channelCount) };
  }

  #withKeys({ cursor, readings }: Omit<FeedPage, "hasMore">): Omit<FeedPage, "hasMore"> {
    const channelKeys = Int32Array.from(readings.channels, (channel) => this.#state.channel(channel)?.no ?? 0);
    return { cursor, readings: { ...readings, channelKeys } };
  }

  async saveCursor(consumer: string, cursor: number): Promise<void> {
    await this.#file.saveCursor(consumer, cursor);
    this.#state.cursors.set(consumer, cursor);
  }

  // What is pending has come within seconds: it counts as commits behind, its time does not matter.
  async feedConsumers(): Promise<FeedConsumer[]> {
    const { lastCommit } = this.#state.counts;
    const consumers = await this.#file.feedConsumers();
    return consumers.map((each) => ({ ...each, lagCommits: Math.max(0, lastCommit - each.cursor) }));
  }

  async forgetConsumer(name: string): Promise<boolean> {
    const wasThere = await this.#file.forgetConsumer(name);
    this.#state.cursors.delete(name);
    return wasThere;
  }

  async curve(channel: string, fromMs: number, toMs: number): Promise<Curve> {
    this.#refuseClosed();
    const pending = this.#pending.rowsOf(this.#state.channel(channel)?.no ?? -1, fromMs, toMs);
    return pending.onto(await this.#file.curve(channel, fromMs, toMs));
  }

  async lastValues(channels: readonly string[]): Promise<LastValue[]> {
    this.#refuseClosed();
    return channels.flatMap((channel) => this.#state.lastValue(channel) ?? []);
  }

  async allLastValues(): Promise<LastValueColumns> {
    this.#refuseClosed();
    return this.#state.allLastValues();
  }

  async hourly(range: RollUpRange): Promise<RollUpColumns> {
    await this.#caughtUp();
    return this.#file.hourly(range);
  }

  async daily(range: RollUpRange, zone: string): Promise<RollUpColumns> {
    await this.#caughtUp();
    return this.#file.daily(range, zone);
  }

  async nightMinimum(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    await this.#caughtUp();
    return this.#file.nightMinimum(range, zone, window);
  }

  async hourlyFromReadings(range: RollUpRange): Promise<RollUpColumns> {
    await this.#caughtUp();
    return this.#file.hourlyFromReadings(range);
  }

  async nightMinimumFromReadings(range: RollUpRange, zone: string, window?: NightWindow): Promise<NightColumns> {
    await this.#caughtUp();
    return this.#file.nightMinimumFromReadings(range, zone, window);
  }

  async refreshRollUps(): Promise<number> {
    await this.#caughtUp();
    return this.#file.refreshRollUps();
  }

  async compact(options?: CompactionOptions): Promise<CompactionReport> {
    await this.#caughtUp();
    return this.#file.compact(options);
  }

  async retain(rules: readonly RetentionRule[]): Promise<RetentionReport> {
    await this.#caughtUp();
    return this.#file.retain(rules);
  }

  saveChannels(channels: readonly KnownChannel[]): Promise<void> {
    return this.#file.saveChannels(channels);
  }

  channels(): Promise<KnownChannel[]> {
    return this.#file.channels();
  }

  async setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    await this.#caughtUp();
    return this.#file.setAside(list, limit, beforeId);
  }

  async findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]> {
    await this.#caughtUp();
    return this.#file.findSetAside(filter, page);
  }

  async countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    await this.#caughtUp();
    return this.#file.countSetAside(filter);
  }

  async groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    await this.#caughtUp();
    return this.#file.groupSetAside(filter, limit);
  }

  async settleSetAside(...asked: Parameters<ReadingStore["settleSetAside"]>): Promise<number> {
    await this.#caughtUp();
    return this.#file.settleSetAside(...asked);
  }

  async counts(): Promise<StoreCounts> {
    this.#refuseClosed();
    return this.#state.counts;
  }

  async metrics(): Promise<Readonly<Record<string, number>>> {
    // With little pending the file's figures are those of all; with much nobody who looks is to wait for it.
    if (this.#pending.rows <= SOON_APPLIED) await this.#caughtUp().catch(() => undefined);
    return {
      ...(await this.#file.metrics()),
      last_commit: this.#state.counts.lastCommit,
      stored_readings: this.#state.counts.stored,
      journal_bytes: this.#journal.bytes,
      pending_commits: this.#pending.size,
      pending_readings: this.#pending.rows,
      last_sync_ms: this.#syncMs,
      last_apply_ms: this.#behind.applyMs,
      unwritable_commits: this.#behind.unwritable,
    };
  }

  /** The file takes commits while it is held, as long as nobody asks for it to be still: then their log does. */
  async whileHeld<Result>(work: (held: HeldStore) => Promise<Result>): Promise<Result> {
    this.#refuseClosed();
    const still = async (held: HeldStore) => {
      await this.#caughtUp();
      return await held.still();
    };
    return await this.#file.whileHeld((held) => work({ still: () => still(held) }));
  }

  installation(claimant: string): Promise<string> {
    return this.#file.installation(claimant);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    await this.#commits.idle();
    this.#isClosed = true;
    this.#behind.stop();
    await this.#behind.tryThrough(this.#state.counts.lastCommit);
    await this.#file.close();
    await this.#journal.close(this.#pending.size === 0);
  }

  async #commitNow(asked: CommitRequest): Promise<number> {
    await this.#behind.below(MOST_PENDING + MOST_BESIDE);
    const state = this.#state;
    refuseStored(asked.batches, (agent, epoch) => state.markOf(agent, epoch));
    const known = this.#knownOf(asked.readings);
    checkShape(asked.readings, (nth) => known[nth] !== undefined);
    const request = await withoutRepeats(asked, {
      newestReadAt: (_channel, nth) => state.newestAt(known[nth]?.no ?? -1),
      valuesAt: (keys) => this.valuesAt(keys),
    });
    const fresh = state.numbers.fresh(request.readings, known);
    const entry = {
      ...request,
      no: state.counts.lastCommit + 1,
      fresh,
      readings: numbered(request.readings, known, fresh),
    };
    await this.#append(entry);
    this.#took(entry);
    this.#behind.soon();
    return entry.no;
  }

  // Looking a name up among a million costs more than all else here; a sender who numbers its channels saves it.
  #knownOf({ channels, channelKeys }: ReadingColumns): (NumberedChannel | undefined)[] {
    if (channelKeys === undefined) return channels.map((channel) => this.#state.channel(channel));
    return channels.map((channel, nth) => {
      const key = channelKeys[nth] ?? -1;
      const known = this.#byKey[key];
      if (known?.id === channel) return known;
      const found = this.#state.channel(channel);
      if (found !== undefined) this.#remember(key, found);
      return found;
    });
  }

  // Without holes, as an array is fast.
  #remember(key: number, channel: NumberedChannel): void {
    for (let at = this.#byKey.length; at <= key; at++) this.#byKey.push(undefined);
    this.#byKey[key] = channel;
  }

  async #append(entry: JournalEntry): Promise<void> {
    const startedMs = performance.now();
    try {
      await this.#journal.append(entry);
    } catch (cause) {
      throw new StoreUnavailableError(`the journal of ${this.#storePath} takes nothing now`, {
        cause,
        remedy: "look at free disk space and the folder's rights; agents hold their readings until it can be written",
      });
    }
    this.#syncMs = performance.now() - startedMs;
  }

  #took(entry: JournalEntry): void {
    this.#state.committed(entry);
    this.#behind.push(entry);
  }

  /** Resolves when the file holds every commit that was durable at the call. */
  async #caughtUp(): Promise<void> {
    this.#refuseClosed();
    await this.#behind.through(this.#state.counts.lastCommit);
  }

  #refuseClosed(): void {
    if (this.#isClosed) throw new StoreClosedError("the store has been closed");
  }
}

function slowest(cursors: ReadonlyMap<string, number>): number {
  return Math.min(...cursors.values());
}

function isAnswered(value: StoredValue | undefined): boolean {
  return value !== undefined && (value.counts !== null || value.gauge !== null);
}

function numbered(
  readings: ReadingColumns,
  known: readonly (NumberedChannel | undefined)[],
  fresh: readonly NumberedChannel[],
): JournalEntry["readings"] {
  const { channels, channelKeys: _, ...rest } = readings;
  const ofFresh = new Map(fresh.map(({ id, no }) => [id, no]));
  const nos = new Int32Array(channels.length);
  for (let i = 0; i < channels.length; i++) nos[i] = known[i]?.no ?? ofFresh.get(channels[i] ?? "") ?? -1;
  const channelNos = new Int32Array(readings.length);
  for (let i = 0; i < readings.length; i++) channelNos[i] = nos[readings.channelNos[i] ?? -1] ?? -1;
  return { ...rest, channelNos };
}
