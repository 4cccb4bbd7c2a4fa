import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AgentConfig,
  type AgentStatus,
  agentTopics,
  type Clock,
  ConfigError,
  type ConfigReport,
  encodeConfigReport,
  encodeStatus,
  type Reading,
} from "@nightflow/domain";
import type { Logger } from "pino";
import { readBootId } from "./boot-id.ts";
import { faultsOfAgentConfig } from "./check-config.ts";
import { ComputedChannels } from "./computed/computed-channels.ts";
import { fileTotalStore } from "./computed/total-store.ts";
import type { EdgeAgentConfig } from "./config.ts";
import { lockDataDir } from "./data-dir-lock.ts";
import type { RunningBus } from "./drivers/driver.ts";
import { openBus } from "./drivers/drivers.ts";
import { AgentEnrolment } from "./enrolment/enrolment.ts";
import { folderIdentityStore, identityFolder } from "./enrolment/identity-store.ts";
import { httpPlatform } from "./enrolment/platform.ts";
import { profileFolders } from "./load-config.ts";
import type { AgentWatch } from "./metrics.ts";
import { Outbox } from "./outbox/outbox.ts";
import { loadProfiles, type ProfileLibrary, withInlineProfiles } from "./profiles/library.ts";
import { mqttUplinks, type TlsMaterial } from "./publisher/mqtt-uplink.ts";
import { Publisher } from "./publisher/publisher.ts";
import { unitsThatFit } from "./status-units.ts";
import { Transports } from "./transports/transports.ts";

export interface EdgeAgentDeps {
  readonly config: EdgeAgentConfig;
  readonly agentConfig: AgentConfig;
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

/**
 * Starts collecting at once, whether or not the broker can be reached.
 *
 * @throws {ConfigError} when the buses do not fit the profiles.
 * @throws {DataDirBusyError} when another agent works on the data directory.
 */
export async function startEdgeAgent(deps: EdgeAgentDeps): Promise<EdgeAgent> {
  const profiles = withInlineProfiles(loadProfiles(profileFolders(deps.config)), deps.agentConfig.profiles);
  const faults = faultsOfAgentConfig(deps.agentConfig, profiles);
  if (faults.length > 0) throw new ConfigError("agent configuration", faults);
  const unlock = await lockDataDir(deps.config.dataDir);
  const { dataDir, outbox: limits } = deps.config;
  const outbox = await Outbox.open({ folder: join(dataDir, "outbox"), limits, logger: deps.logger });
  const agent = new RunningAgent(deps, profiles, outbox, unlock);
  await agent.enrol();
  return agent;
}

class RunningAgent implements EdgeAgent {
  readonly #deps: EdgeAgentDeps;
  readonly #outbox: Outbox;
  readonly #computed: ComputedChannels;
  readonly #buses: readonly RunningBus[];
  readonly #publisher: Publisher;
  readonly #enrolment: AgentEnrolment | undefined;
  readonly #unlock: () => Promise<void>;
  readonly #bootId = readBootId();
  readonly #startedAt: number;
  #closing: Promise<void> | undefined;

  constructor(deps: EdgeAgentDeps, profiles: ProfileLibrary, outbox: Outbox, unlock: () => Promise<void>) {
    this.#deps = deps;
    this.#outbox = outbox;
    this.#unlock = unlock;
    this.#startedAt = deps.clock.now();
    const channels = new Map(deps.agentConfig.channels.map((channel) => [channel.id as string, channel]));
    const { clock, logger, config } = deps;
    this.#computed = new ComputedChannels({
      computed: deps.agentConfig.computed ?? [],
      channels,
      clock,
      store: fileTotalStore(config.dataDir, logger),
      logger,
      collect: (readings) => outbox.add(readings),
    });
    const collect = (readings: readonly Reading[]) => {
      outbox.add(readings);
      this.#computed.take(readings);
    };
    const transports = new Transports({ clock, logger });
    const driverDeps = { profiles, channels, dataDir: config.dataDir, clock, logger, collect, transports };
    this.#buses = deps.agentConfig.buses.map((bus) => openBus(bus, driverDeps));
    this.#enrolment = enrolmentOf(deps, () => this.#publisher.reconnect("a new certificate"));
    this.#publisher = this.#startPublisher();
  }

  /** Begins to get and keep a certificate; collecting goes on whatever becomes of it. */
  async enrol(): Promise<void> {
    await this.#enrolment?.start();
  }

  status(): AgentStatus {
    const { damagedStretches: _, ...outbox } = this.#outbox.fill();
    const skipped = this.#buses.reduce((total, bus) => total + bus.pollsSkipped, 0);
    return {
      v: 1,
      state: this.#closing === undefined ? "online" : "offline",
      at: this.#deps.clock.now(),
      bootId: this.#bootId,
      monotonicMs: Math.round(Number(process.hrtime.bigint() / 1_000_000n)),
      startedAt: this.#startedAt,
      outbox,
      units: unitsThatFit(this.#buses.flatMap((bus) => bus.health())),
      pollsSkipped: skipped,
      ...(this.#enrolment && { enrolment: this.#enrolment.standing() }),
    };
  }

  watch(): AgentWatch {
    const { agentConfig, clock } = this.#deps;
    const { isConnected, inFlight, lastAckAgeS } = this.#publisher;
    return {
      outbox: this.#outbox.fill(),
      buses: this.#buses.map((bus, at) => ({ bus: agentConfig.buses[at]?.id ?? String(at), units: bus.health() })),
      pollsSkipped: this.#buses.reduce((total, bus) => total + bus.pollsSkipped, 0),
      isConnected,
      inFlight,
      lastAckAgeS,
      nowMs: clock.now(),
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#stop();
    return this.#closing;
  }

  async #stop(): Promise<void> {
    await Promise.all(this.#buses.map((bus) => bus.close()));
    this.#computed.close();
    await this.#outbox.flush();
    await this.#enrolment?.close();
    await this.#publisher.close();
    await this.#outbox.close();
    await this.#unlock();
  }

  #startPublisher(): Publisher {
    const { config, clock, logger } = this.#deps;
    const { mqtt } = config;
    const topics = agentTopics(config.site, config.agent);
    const uplinks = mqttUplinks({
      url: mqtt.url,
      clientId: `nightflow-agent-${config.site}-${config.agent}`,
      username: mqtt.username,
      password: this.#deps.mqttPassword ?? textOf(mqtt.passwordFile),
      tls: () => tlsMaterialOf(mqtt, this.#enrolment),
      onRefused: () => this.#enrolment?.doubt(),
      keepaliveS: mqtt.keepaliveS,
      connectTimeoutMs: mqtt.connectTimeoutMs,
      subscribe: [topics.ack],
      will: { topic: topics.status, payload: () => encodeStatus({ state: "offline", at: clock.now() }) },
    });
    return new Publisher({
      outbox: this.#outbox,
      open: uplinks,
      topics,
      status: (state) => encodeStatus({ ...this.status(), state }),
      configReport: () => encodeConfigReport(reportOf(this.#deps.agentConfig, this.#startedAt)),
      clock,
      logger,
      statusMs: mqtt.statusMs,
      ackTimeoutMs: mqtt.ackTimeoutMs,
    });
  }
}

/** What the agent applied: its channels, and the hash of the whole configuration. */
export function reportOf(config: AgentConfig, appliedAt: number): Omit<ConfigReport, "v"> {
  const hash = createHash("sha256").update(JSON.stringify(config)).digest("hex");
  return { hash, appliedAt, channels: config.channels };
}

function enrolmentOf(deps: EdgeAgentDeps, onIdentity: () => void): AgentEnrolment | undefined {
  const { config, logger, joinToken } = deps;
  const { enrolment, site, agent, dataDir } = config;
  if (enrolment === undefined) return undefined;
  const store = folderIdentityStore(identityFolder(dataDir));
  const token = () => joinToken ?? readIfThere(enrolment.tokenFile);
  return new AgentEnrolment({ site, agent, store, platform: httpPlatform(enrolment), token, onIdentity, logger });
}

function tlsMaterialOf(mqtt: EdgeAgentConfig["mqtt"], enrolment: AgentEnrolment | undefined): TlsMaterial {
  const ca = textOf(mqtt.caFile);
  if (enrolment === undefined) return { ca, cert: textOf(mqtt.certFile), key: textOf(mqtt.keyFile) };
  const own = enrolment.credentials();
  return { ...own, ca: ca ?? own.ca };
}

function readIfThere(path: string | undefined): string | undefined {
  try {
    return textOf(path);
  } catch {
    return undefined;
  }
}

function textOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8").trim();
}
