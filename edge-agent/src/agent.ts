import { join } from "node:path";
import {
  type AgentConfig,
  type AgentStatus,
  agentTopics,
  type Bus,
  type ChannelDescription,
  type Clock,
  ConfigError,
  type ConfigReport,
  encodeConfigReport,
  encodeStatus,
  type OrderOf,
  parseTopic,
} from "@nightflow/domain";
import type { Logger } from "pino";
import manifest from "../package.json" with { type: "json" };
import { enrolmentOf, textOf, tlsMaterialOf } from "./agent-identity.ts";
import { readBootId } from "./boot-id.ts";
import { BusFleet } from "./bus-fleet.ts";
import { faultsOfAgentConfig } from "./check-config.ts";
import { CollectPath } from "./collect-path.ts";
import { carryOut } from "./commands/carry-out.ts";
import { CommandDesk } from "./commands/command-desk.ts";
import { CommandJournal } from "./commands/journal.ts";
import { probeAsOrdered } from "./commands/probe-order.ts";
import type { EdgeAgentConfig } from "./config.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import type { DriverDeps, RunningBus } from "./drivers/driver.ts";
import { openBus } from "./drivers/drivers.ts";
import { TrustList, trustFolder } from "./drivers/opcua/security/trust-list.ts";
import { opcUaStanding } from "./drivers/opcua/standing.ts";
import type { AgentEnrolment } from "./enrolment/enrolment.ts";
import { HeadEndClock } from "./head-end-clock/head-end-clock.ts";
import { profileFolders } from "./load-config.ts";
import type { AgentWatch } from "./metrics.ts";
import { Outbox } from "./outbox/outbox.ts";
import { loadProfiles, type ProfileLibrary, withInlineProfiles } from "./profiles/library.ts";
import { mqttUplinks } from "./publisher/mqtt-uplink.ts";
import { Publisher } from "./publisher/publisher.ts";
import { type ConfigBook, openConfigBook } from "./remote-config/config-book.ts";
import { RemoteConfig } from "./remote-config/remote-config.ts";
import { unitsThatFit } from "./status-units.ts";
import { realTimers } from "./timers.ts";
import { Transports } from "./transports/transports.ts";

export interface EdgeAgentDeps {
  readonly config: EdgeAgentConfig;
  /** What it reads while the platform has sent it nothing; without it, it waits for a configuration. */
  readonly agentConfig?: AgentConfig;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Else the one in `config.mqtt.passwordFile`. */
  readonly mqttPassword?: string;
  /** Goes before the one in `config.enrolment.tokenFile`. */
  readonly joinToken?: string;
}

/** A running agent. */
export interface EdgeAgent {
  /** How the agent fares; what its status topic says. */
  status(): AgentStatus;
  /** The same for its metrics. */
  watch(): AgentWatch;
  /** Stops polling, takes what was read, says `offline`, and lets go of all files and sockets. */
  close(): Promise<void>;
}

/** What an agent keeps on its disk, opened. */
interface Kept {
  readonly outbox: Outbox;
  readonly book: ConfigBook;
  readonly journal: CommandJournal;
  readonly unlock: () => Promise<void>;
}

/**
 * Starts collecting at once, whether or not the broker can be reached.
 *
 * @throws {ConfigError} when the buses do not fit the profiles.
 * @throws {DataDirBusyError} when another agent works on the data directory.
 */
export async function startEdgeAgent(deps: EdgeAgentDeps): Promise<EdgeAgent> {
  const library = loadProfiles(profileFolders(deps.config));
  const faults = deps.agentConfig === undefined ? [] : faultsOfAgentConfig(deps.agentConfig, library);
  if (faults.length > 0) throw new ConfigError("agent configuration", faults);
  const { dataDir, outbox: limits } = deps.config;
  const { clock, logger } = deps;
  const unlock = await lockDataDir(dataDir);
  const book = await openConfigBook(join(dataDir, "config"), logger);
  const journal = await CommandJournal.open(join(dataDir, "commands"));
  const outbox = await Outbox.open({ folder: join(dataDir, "outbox"), limits, clock, logger });
  const agent = new RunningAgent(deps, library, { outbox, book, journal, unlock });
  await agent.start();
  return agent;
}

class RunningAgent implements EdgeAgent {
  readonly #deps: EdgeAgentDeps;
  readonly #library: ProfileLibrary;
  readonly #kept: Kept;
  readonly #transports: Transports;
  readonly #path: CollectPath;
  readonly #fleet: BusFleet;
  readonly #remote: RemoteConfig;
  readonly #commands: CommandDesk;
  readonly #headEndClock: HeadEndClock;
  readonly #publisher: Publisher;
  readonly #enrolment: AgentEnrolment | undefined;
  readonly #bootId = readBootId();
  readonly #startedAt: number;
  readonly #found = new Map<string, readonly ChannelDescription[]>();
  #stopAsking: () => void = () => undefined;
  #closing: Promise<void> | undefined;

  constructor(deps: EdgeAgentDeps, library: ProfileLibrary, kept: Kept) {
    this.#deps = deps;
    this.#library = library;
    this.#kept = kept;
    const { clock, logger, config } = deps;
    this.#startedAt = clock.now();
    this.#transports = new Transports({ clock, logger });
    this.#path = new CollectPath({
      clock,
      logger,
      dataDir: config.dataDir,
      take: (readings) => kept.outbox.add(readings),
    });
    this.#fleet = new BusFleet((bus, agentConfig) => {
      const announce = (channels: readonly ChannelDescription[]) => this.#announce(bus.id, channels);
      return this.#open(bus, agentConfig, this.#path.collect, announce);
    });
    this.#headEndClock = new HeadEndClock({ clock, alarmMs: config.clock.alarmMs });
    this.#remote = this.#remoteConfig();
    this.#commands = this.#commandDesk();
    this.#enrolment = enrolmentOf(deps, () => this.#publisher.reconnect("a new certificate"));
    this.#publisher = this.#startPublisher();
  }

  /** Begins to read, and to get and keep a certificate; collecting goes on whatever becomes of it. */
  async start(): Promise<void> {
    await this.#remote.start();
    await this.#enrolment?.start();
  }

  status(): AgentStatus {
    const { damagedStretches: _, ...outbox } = this.#kept.outbox.fill();
    const opcua = opcUaStanding(this.#deps.config.dataDir, this.#fleet.opcUa());
    return {
      v: 1,
      state: this.#closing === undefined ? "online" : "offline",
      at: this.#deps.clock.now(),
      version: manifest.version,
      bootId: this.#bootId,
      monotonicMs: Math.round(Number(process.hrtime.bigint() / 1_000_000n)),
      startedAt: this.#startedAt,
      outbox,
      buses: this.#fleet.health(),
      units: unitsThatFit(this.#fleet.units().flatMap(({ units }) => units)),
      pollsSkipped: this.#fleet.pollsSkipped,
      clock: this.#headEndClock.standing(),
      config: this.#remote.result,
      configHash: this.#remote.hash,
      ...(this.#enrolment && { enrolment: this.#enrolment.standing() }),
      ...(opcua && { opcua }),
    };
  }

  watch(): AgentWatch {
    const { isConnected, inFlight, lastAckAgeS } = this.#publisher;
    return {
      outbox: this.#kept.outbox.fill(),
      buses: this.#fleet.units(),
      pollsSkipped: this.#fleet.pollsSkipped,
      suppressed: this.#path.suppressed,
      headEndClock: this.#headEndClock.standing(),
      configResult: this.#remote.result,
      isConnected,
      inFlight,
      lastAckAgeS,
      nowMs: this.#deps.clock.now(),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    this.#stopAsking();
    await this.#commands.close();
    await this.#remote.close();
    await this.#fleet.close();
    this.#path.close();
    await this.#kept.outbox.flush();
    await this.#enrolment?.close();
    await this.#publisher.close();
    await this.#kept.outbox.close();
    await this.#kept.unlock();
  }

  #open(
    bus: Bus,
    agentConfig: AgentConfig,
    collect: DriverDeps["collect"],
    announce?: DriverDeps["announce"],
  ): RunningBus {
    const { clock, logger, config } = this.#deps;
    const channels = new Map(agentConfig.channels.map((channel) => [channel.id as string, channel]));
    const profiles = withInlineProfiles(this.#library, agentConfig.profiles);
    const transports = this.#transports;
    const { dataDir } = config;
    return openBus(bus, { profiles, channels, dataDir, clock, logger, collect, announce, transports });
  }

  /** Channels that a bus has found by itself are reported beside those of the configuration. */
  #announce(bus: string, channels: readonly ChannelDescription[]): void {
    const before = this.#found.get(bus) ?? [];
    if (channels.length === before.length) return;
    this.#found.set(bus, channels);
    const { config } = this.#fleet;
    if (config !== null) this.#path.configure({ ...config, channels: this.#channels() });
    this.#publisher.announce();
  }

  #channels(): ChannelDescription[] {
    const described = this.#fleet.config?.channels ?? [];
    const ids = new Set(described.map(({ id }) => id));
    const open = new Set(this.#fleet.ids());
    const found = [...this.#found].flatMap(([bus, channels]) => (open.has(bus) ? channels : []));
    return [...described, ...found.filter(({ id }) => !ids.has(id))];
  }

  #remoteConfig(): RemoteConfig {
    const { clock, logger, agentConfig = null } = this.#deps;
    return new RemoteConfig({
      book: this.#kept.book,
      fleet: this.#fleet,
      own: agentConfig,
      faultsOf: (config) => faultsOfAgentConfig(config, this.#library),
      beforeApply: (config) => this.#path.configure(config),
      isConnected: () => this.#publisher.isConnected,
      onChange: () => this.#publisher.announce(),
      clock,
      timers: realTimers,
      logger,
    });
  }

  #commandDesk(): CommandDesk {
    const { clock, logger, config } = this.#deps;
    const { commandReply } = agentTopics(config.site, config.agent);
    const deps = {
      allow: new Set(config.commands.allow),
      fleet: this.#fleet,
      openAside: this.#open.bind(this),
      decideCertificate: ({ thumbprint, decision }: OrderOf<"certificate">, by: string) =>
        new TrustList(trustFolder(config.dataDir)).decide(thumbprint, decision, by, clock.now()),
      faultsOf: (candidate: AgentConfig) => faultsOfAgentConfig(candidate, this.#library),
      probe: (order: OrderOf<"probe">, forMs: number) =>
        probeAsOrdered(order, forMs, { fleet: this.#fleet, library: this.#library }),
    };
    return new CommandDesk({
      journal: this.#kept.journal,
      carryOut: (command) => carryOut(command, deps),
      reply: (id, payload) => this.#publisher.tell(commandReply(id), payload),
      clock,
      timers: realTimers,
      logger,
    });
  }

  #hear(topic: string, payload: Uint8Array): void {
    const kind = parseTopic(topic)?.kind;
    if (kind === "config") void this.#remote.take(payload);
    else if (kind === "command") this.#commands.take(payload);
    else if (kind === "time/reply") this.#headEndClock.hear(payload);
  }

  /** Asks at once at each connection, and then now and again. */
  #askTheTime(topic: string): void {
    this.#stopAsking();
    this.#remote.connected();
    const ask = () => {
      this.#publisher.tell(topic, this.#headEndClock.ask());
      this.#stopAsking = realTimers.after(this.#deps.config.clock.askMs, ask);
    };
    ask();
  }

  #startPublisher(): Publisher {
    const { config, clock, logger } = this.#deps;
    const { mqtt } = config;
    const topics = agentTopics(config.site, config.agent);
    return new Publisher({
      outbox: this.#kept.outbox,
      open: this.#uplinks(topics),
      topics,
      status: (state) => encodeStatus({ ...this.status(), state }),
      configReport: () => encodeConfigReport(this.#report()),
      hear: (topic, payload) => this.#hear(topic, payload),
      onConnected: () => this.#askTheTime(topics.time),
      clock,
      logger,
      statusMs: mqtt.statusMs,
      ackTimeoutMs: mqtt.ackTimeoutMs,
    });
  }

  #uplinks(topics: ReturnType<typeof agentTopics>) {
    const { config, clock, logger, mqttPassword } = this.#deps;
    const { mqtt } = config;
    return mqttUplinks({
      url: mqtt.url,
      clientId: `nightflow-agent-${config.site}-${config.agent}`,
      username: mqtt.username,
      password: mqttPassword ?? textOf(mqtt.passwordFile),
      tls: () => tlsMaterialOf(mqtt, this.#enrolment),
      onRefused: () => this.#enrolment?.doubt(),
      keepaliveS: mqtt.keepaliveS,
      connectTimeoutMs: mqtt.connectTimeoutMs,
      subscribe: [topics.ack],
      subscribeIfAllowed: [topics.config, topics.commands, topics.timeReply],
      onNotAllowed: (refused) =>
        logger.warn(
          { topics: refused },
          "mqtt: the broker lets the agent hear no configuration, commands or time there",
        ),
      will: { topic: topics.status, payload: () => encodeStatus({ state: "offline", at: clock.now() }) },
    });
  }

  /** What the agent applied: its channels, and the hash of the whole configuration. */
  #report(): Omit<ConfigReport, "v"> {
    const { hash, source, result, appliedAt } = this.#remote;
    const channels = this.#channels();
    return { hash: hash ?? "none", appliedAt: appliedAt ?? this.#startedAt, channels, source, result };
  }
}
