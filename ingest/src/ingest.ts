import {
  type Clock,
  decodeConfigReport,
  decodeStatus,
  describeError,
  type ParsedTopic,
  parseTopic,
  WireError,
} from "@nightflow/domain";
import { type BatchMark, isTracing, type ReadingStore, traced } from "@nightflow/storage";
import type { Logger } from "pino";
import { AckPublisher } from "./ack-publisher.ts";
import { Admission, SMALL_BYTES } from "./admission.ts";
import { AgentNotes } from "./agent-notes.ts";
import { Callers } from "./callers.ts";
import { ChannelTable } from "./channel-table.ts";
import type { CheckedBatch } from "./checked-batch.ts";
import { CommitLine } from "./commit-line.ts";
import { Committer } from "./committer.ts";
import type { IngestConfig } from "./config.ts";
import { Entry, type TakeOutcome } from "./entry.ts";
import { ForgedTopicError, IngestClosedError, NoRegistryError } from "./errors.ts";
import { checkForeign, type ForeignPayload, ForeignTopics } from "./foreign-topics.ts";
import { IngestState } from "./ingest-state.ts";
import { faultKeyOf, KnownFaults } from "./known-faults.ts";
import { Line } from "./line.ts";
import { type IngestStats, Metrics } from "./metrics.ts";
import { brokenPayload, checkPayload, type ReadingContext, unknownChannelsOf } from "./payload-check.ts";
import type {
  AgentDirectory,
  ChannelRegistry,
  DeviceDirectory,
  PublishAck,
  PublishCommand,
  Publisher,
} from "./ports.ts";
import { QuickCheck } from "./quick-check.ts";
import { readingContext } from "./reading-context.ts";
import { deadLetter } from "./reasons.ts";
import { checkReplay, REPLAY_AGENT, type ReplayRequest } from "./set-aside/replay.ts";
import { traceBatch } from "./tracing.ts";
import { Turns } from "./turns.ts";
import { UnknownChannels } from "./unknown-channels.ts";

/** What ingest needs. It owns none of it: whoever made them closes them. */
export interface IngestDeps {
  readonly store: ReadingStore;
  readonly registry: ChannelRegistry;
  readonly publishAck: PublishAck;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: IngestConfig;
  readonly agents?: AgentDirectory;
  /** Profiles of devices, other names of channels, rejections. */
  readonly devices?: DeviceDirectory;
  /** Carries commands to devices; without it no Sparkplug node is asked for its births. */
  readonly publishCommand?: PublishCommand;
}

/** A payload of a device that was taken apart. */
export interface OpenedForeign {
  /** Settles as `Ingest.take` does; may be called again after a retriable error. */
  take(): Promise<TakeOutcome>;
}

/** Takes batches of readings in, whatever carried them here. */
export interface Ingest {
  /**
   * Settles when the payload is dealt with for good: its readings are durable (stored or set aside one by one), or it
   * was set aside as a whole. Then, and only then, the publisher may get a PUBACK.
   *
   * @throws a retriable error when the store cannot take it now, the window is full, or ingest closes: no PUBACK.
   * @throws {ForgedTopicError} when the topic is not the publisher's own.
   */
  take(topic: string, payload: Uint8Array | string, publisher: Publisher): Promise<TakeOutcome>;
  /** Whether `take` also takes this topic outside `nf/`, of a device that is not our agent. */
  takesForeign(topic: string): boolean;
  /**
   * Takes a payload of a device apart, in the order of the calls; its readings are then offered as often as the store
   * wants. Undefined when `takesForeign` says no.
   */
  openForeign(topic: string, payload: Uint8Array): OpenedForeign | undefined;
  /** Messages of Sparkplug nodes were missed: no birth from before counts any more. */
  forgetNodes(): void;
  /** The store may hold more than this ingest knows, of another's: it is read again before the next commit. */
  relearn(): void;
  /** Takes entries that were set aside once more; settles as `take` does. What became of each is in the store then. */
  replay(request: ReplayRequest): Promise<TakeOutcome>;
  /** Publishes again what is stored of an agent's newest epoch: after a restart of the broker retained acks are gone. */
  onAgentConnected(site: string, agent: string): void;
  /** Keeps an agent's status; never waits, never throws. */
  takeStatus(topic: string, payload: Uint8Array | string): void;
  /** Keeps what an agent says of its configuration; never waits, never throws. */
  takeConfigReport(topic: string, payload: Uint8Array | string): void;
  stats(): IngestStats;
  /** Takes nothing more, and resolves when everything taken is dealt with and its acks are on their way. */
  close(): Promise<void>;
}

/**
 * Starts ingest. With the store away it starts all the same: nothing is acked until the store answers.
 */
export async function startIngest(deps: IngestDeps): Promise<Ingest> {
  const core = new IngestCore(deps);
  await core.start();
  // Plain functions, so that a caller may hand one of them on by itself.
  return {
    take: (topic, payload, publisher) => core.take(topic, payload, publisher),
    takesForeign: (topic) => core.takesForeign(topic),
    openForeign: (topic, payload) => core.openForeign(topic, payload),
    forgetNodes: () => core.forgetNodes(),
    relearn: () => core.relearn(),
    replay: (request) => core.replay(request),
    onAgentConnected: (site, agent) => core.onAgentConnected(site, agent),
    takeStatus: (topic, payload) => core.takeStatus(topic, payload),
    takeConfigReport: (topic, payload) => core.takeConfigReport(topic, payload),
    stats: () => core.stats(),
    close: () => core.close(),
  };
}

class IngestCore {
  readonly #deps: IngestDeps;
  readonly #state = new IngestState();
  readonly #metrics = new Metrics();
  readonly #faults = new KnownFaults();
  readonly #turns = new Turns();
  readonly #table: ChannelTable;
  readonly #quick: QuickCheck;
  readonly #callers = new Callers();
  /** Batches of each agent that wait for their check; those behind them must not overtake them. */
  readonly #slow = new Line();
  readonly #admission: Admission;
  readonly #unknown: UnknownChannels;
  readonly #acks: AckPublisher;
  readonly #notes: AgentNotes;
  readonly #line: CommitLine;
  readonly #foreign: ForeignTopics;
  readonly #idle: (() => void)[] = [];
  #isClosing = false;

  constructor(deps: IngestDeps) {
    const { store, clock, logger, config, registry } = deps;
    this.#deps = deps;
    this.#table = new ChannelTable(registry);
    this.#quick = new QuickCheck(this.#table);
    this.#admission = new Admission(config);
    this.#unknown = new UnknownChannels(config.unknownRecheckMs);
    this.#acks = new AckPublisher(deps.publishAck, (agent, epoch) => this.#state.markOf(agent, epoch), logger);
    this.#notes = new AgentNotes(deps.agents, logger);
    this.#foreign = new ForeignTopics({ ...deps, rebirthEveryMs: config.rebirthEveryMs, now: () => clock.now() });
    const memory = { state: this.#state, table: this.#table };
    const shared = { ...memory, acks: this.#acks, metrics: this.#metrics, turns: this.#turns };
    const committer = new Committer({ store, clock, logger, ...config, ...shared });
    const onRefused = (error: unknown) => this.#admission.refuseWaiting(error);
    this.#line = new CommitLine({ committer, ...config, room: () => store.room?.(), onRefused, logger });
  }

  async start(): Promise<void> {
    try {
      await this.#state.ensure(this.#deps.store);
    } catch (error) {
      this.#deps.logger.error({ reason: describeError(error) }, "the store is away; agents hold their readings");
    }
  }

  take(topic: string, payload: Uint8Array | string, publisher: Publisher): Promise<TakeOutcome> {
    const { agent, readings } = this.#callers.of(publisher);
    const isOwn = topic === readings;
    const entry = isOwn && typeof payload !== "string" ? this.#enterQuickly(agent, payload) : undefined;
    if (entry !== undefined) return entry.settled;
    return isOwn
      ? this.#takeFrom(agent, payload, () => this.#check(agent, payload))
      : this.#takeOther(topic, payload, agent);
  }

  takesForeign(topic: string): boolean {
    return this.#foreign.takes(topic);
  }

  openForeign(topic: string, payload: Uint8Array): OpenedForeign | undefined {
    const foreign = this.#foreign.open(topic, payload);
    return foreign && { take: () => this.#storeForeign(foreign, payload) };
  }

  forgetNodes(): void {
    this.#foreign.nodes.forget();
  }

  relearn(): void {
    this.#state.distrust();
  }

  replay(request: ReplayRequest): Promise<TakeOutcome> {
    const check = () => checkReplay(request, { ...this.#context(), nodes: this.#foreign.nodes });
    return this.#takeFrom(REPLAY_AGENT, "", check);
  }

  onAgentConnected(site: string, agent: string): void {
    const key = `${site}/${agent}`;
    if (this.#deps.store.kind === "duckdb") this.#greet(key);
    else void this.#greetAsStored(key);
  }

  #greet(key: string): void {
    const epoch = this.#state.newestEpochOf(key);
    if (epoch !== undefined) this.#acks.request(key, epoch);
  }

  // What this ingest remembers may be far behind what others have stored, and its agent would take it for a loss.
  async #greetAsStored(key: string): Promise<void> {
    try {
      this.#state.learnMarks(await this.#deps.store.marks([key]));
      this.#greet(key);
    } catch (error) {
      this.#deps.logger.debug({ agent: key, reason: describeError(error) }, "an agent is not told what is stored");
    }
  }

  takeStatus(topic: string, payload: Uint8Array | string): void {
    this.#takeNote(topic, payload, "NOT_A_STATUS", ({ site, agent }) =>
      this.#notes.status(site, agent, decodeStatus(payload), this.#deps.clock.now()),
    );
  }

  takeConfigReport(topic: string, payload: Uint8Array | string): void {
    this.#takeNote(topic, payload, "NOT_A_CONFIG_REPORT", ({ site, agent }) =>
      this.#notes.report(site, agent, decodeConfigReport(payload)),
    );
  }

  stats(): IngestStats {
    const { batches, bytes } = this.#admission;
    return this.#metrics.snapshot({ batches, bytes }, this.#foreign.nodes.figures());
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#admission.batches > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    await Promise.all([this.#acks.idle(), this.#notes.idle()]);
  }

  // Almost every batch: there is time and room for it now, and nothing in it needs a closer look. One promise, no wait.
  #enterQuickly(agent: string, payload: Uint8Array): Entry | undefined {
    if (this.#isClosing || isTracing() || !this.#hasTime(payload) || this.#slow.has(agent)) return undefined;
    if (!this.#admission.tryEnter(agent, payload.length)) return undefined;
    const batch = this.#turns.now(() => this.#quick.check(payload, agent, this.#deps.clock.now()));
    const key = batch?.mark ? keyOf(batch.mark) : undefined;
    if (batch === undefined || key === undefined || this.#line.waitingFor(key) !== undefined) {
      this.#leave(agent, payload.length);
      return undefined;
    }
    const entry = new Entry(batch, key, payload.length, this.#leaveQuickly);
    this.#line.enter(entry);
    return entry;
  }

  // What is read in no time need not wait for its turn behind batches of those who catch up.
  #hasTime({ length }: Uint8Array): boolean {
    return this.#turns.hasTime || (length <= SMALL_BYTES && this.#turns.hasTimeForLittle);
  }

  readonly #leaveQuickly = (entry: Entry, isTaken: boolean): void => {
    if (!isTaken) this.#metrics.add("refusedBatches");
    this.#line.leave(entry);
    this.#leave(entry.batch.agent, entry.bytes);
  };

  #leave(agent: string, bytes: number): void {
    this.#admission.giveRoom(bytes);
    this.#admission.leave(agent);
    if (this.#admission.batches === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  // What comes on a topic that is not its publisher's own: of a device, or forged.
  async #takeOther(topic: string, payload: Uint8Array | string, agent: string): Promise<TakeOutcome> {
    const foreign = this.#foreign.open(topic, payload);
    if (foreign !== undefined) return await this.#takeForeign(foreign, payload);
    await this.#takeFrom(agent, payload, () => this.#forged(agent, topic, payload));
    throw new ForgedTopicError(`${agent} may not publish readings on ${topic}`);
  }

  async #takeFrom(agent: string, payload: Uint8Array | string, check: () => CheckedBatch): Promise<TakeOutcome> {
    try {
      if (this.#isClosing) throw new IngestClosedError("ingest is closing");
      this.#admission.enter(agent);
    } catch (error) {
      this.#metrics.add("refusedBatches");
      throw error;
    }
    try {
      return await this.#takeWithin(agent, payload, check);
    } catch (error) {
      this.#metrics.add("refusedBatches");
      throw error;
    } finally {
      this.#admission.leave(agent);
      if (this.#admission.batches === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }

  // While the registry is asked for an unknown channel the batch gives its room to others, and is read again afterwards.
  async #takeWithin(agent: string, payload: Uint8Array | string, check: () => CheckedBatch): Promise<TakeOutcome> {
    const bytes = payload.length;
    for (let hasAsked = false; ; hasAsked = true) {
      let unknown: readonly string[] = [];
      const leaveLine = this.#slow.enter(agent);
      try {
        await this.#admission.takeRoom(agent, bytes);
      } catch (error) {
        leaveLine();
        throw error;
      }
      try {
        const batch = await this.#turns.run(check);
        if (!hasAsked) unknown = this.#worthAsking(unknownChannelsOf(batch));
        leaveLine();
        if (unknown.length === 0) return await this.#enqueue(batch, payload);
      } finally {
        leaveLine();
        this.#admission.giveRoom(bytes);
      }
      await Promise.all([this.#deps.registry.refresh(), this.#deps.devices?.refresh()]);
      if (!this.#deps.registry.isLoaded) throw new NoRegistryError("the channels are not known yet");
      this.#unknown.asked(unknown.filter((channel) => this.#deps.registry.lookup(channel) === undefined));
    }
  }

  #worthAsking(channels: readonly string[]): readonly string[] {
    return this.#deps.registry.isLoaded ? this.#unknown.worthAsking(channels) : channels;
  }

  async #takeForeign(foreign: ForeignPayload, payload: Uint8Array | string): Promise<TakeOutcome> {
    try {
      return await this.#storeForeign(foreign, payload);
    } catch (error) {
      this.#foreign.lost(foreign);
      throw error;
    }
  }

  async #storeForeign(foreign: ForeignPayload, payload: Uint8Array | string): Promise<TakeOutcome> {
    if (foreign.broken === null && foreign.readings.items.length === 0) return "stored";
    return await this.#takeFrom(foreign.lane, payload, () => checkForeign(foreign, payload, this.#context()));
  }

  #check(agent: string, payload: Uint8Array | string): CheckedBatch {
    const { clock } = this.#deps;
    const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
    return this.#quick.check(bytes, agent, clock.now()) ?? checkPayload(payload, { agent, ...this.#context() });
  }

  #context(): ReadingContext {
    const { clock, registry, devices } = this.#deps;
    return readingContext(registry, devices, clock.now());
  }

  #forged(agent: string, topic: string, payload: Uint8Array | string): CheckedBatch {
    return brokenPayload(agent, deadLetter("FORGED_TOPIC", `${agent} published readings on ${topic}`), payload);
  }

  // A batch that comes again while the first one waits for its commit waits with it.
  async #enqueue(checked: CheckedBatch, payload: Uint8Array | string): Promise<TakeOutcome> {
    const { mark } = checked;
    const key = mark === null ? faultKeyOf(checked, payload) : keyOf(mark);
    const isKnownFault = mark === null && this.#faults.has(key);
    if (isKnownFault) this.#metrics.add("repeatedFaults");
    if (isKnownFault && checked.rows.length === 0) return "set-aside";
    // What a device sends again was set aside the first time; its readings are told apart by the store.
    const batch = isKnownFault ? { ...checked, setAside: [] } : checked;
    const waiting = this.#line.waitingFor(key);
    if (waiting !== undefined) return await waiting.settled;
    const entry = new Entry(batch, key, payload.length);
    const span = traceBatch(batch);
    entry.span = span;
    const outcome = await (span === undefined
      ? this.#line.commit(entry)
      : traced(span, () => this.#line.commit(entry)));
    if (batch.isBroken) this.#report(batch, key);
    else if (mark === null && batch.setAside.length > 0) this.#faults.add(key);
    return outcome;
  }

  #report(batch: CheckedBatch, key: string): void {
    if (batch.mark === null) this.#faults.add(key);
    const [row] = batch.setAside;
    const isAlarm = row?.reasonCode === "WIRE_VERSION_UNKNOWN";
    const words = { agent: batch.agent, code: row?.reasonCode, reason: row?.reason };
    this.#deps.logger[isAlarm ? "error" : "warn"](words, "payload set aside");
  }

  #takeNote(topic: string, payload: Uint8Array | string, code: string, note: (from: ParsedTopic) => void): void {
    const from = parseTopic(topic);
    if (from === undefined) return;
    try {
      note(from);
    } catch (error) {
      if (error instanceof WireError) this.#setAsideNote(`${from.site}/${from.agent}`, payload, code, error.message);
      else this.#deps.logger.error({ topic, reason: describeError(error) }, "note of an agent not kept");
    }
  }

  #setAsideNote(agent: string, payload: Uint8Array | string, code: string, text: string): void {
    this.#takeFrom(agent, payload, () => brokenPayload(agent, deadLetter(code, text), payload)).catch(
      (error: unknown) =>
        this.#deps.logger.warn({ agent, reason: describeError(error) }, "note of an agent not set aside"),
    );
  }
}

function keyOf({ agent, epoch, seq }: BatchMark): string {
  return `${agent} ${epoch} ${seq}`;
}
