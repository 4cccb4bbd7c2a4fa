import type { Duplex } from "node:stream";
import { describeError, type MetricFamily, type TopicKind } from "@nightflow/domain";
import type { Aedes, Client } from "aedes";
import { clientsOf } from "./aedes-internals.ts";
import { Audience } from "./audience.ts";
import { authenticatorFor } from "./authenticate.ts";
import { BoundedEmitter } from "./emitter.ts";
import { createEngine } from "./engine.ts";
import { type FrameFault, guardFrames } from "./frame-guard.ts";
import { InProcess } from "./in-process.ts";
import { IntakeGate, type ReadingsIntake } from "./intake.ts";
import type { Arrival } from "./listeners/arrival.ts";
import { type Listeners, openListeners } from "./listeners/open.ts";
import { brokerFamilies, LoopDelay } from "./metrics/broker-metrics.ts";
import { BoundedPersistence } from "./persistence.ts";
import { Presence } from "./presence.ts";
import { Pubacks } from "./pubacks.ts";
import { PublishGate } from "./publish-gate.ts";
import { RateMeter } from "./rate-meter.ts";
import { ReadingsTap } from "./readings-tap.ts";
import { type Refusal, RefusalLog, type RefusalReason } from "./refusals.ts";
import type {
  BrokerDeps,
  BrokerMessage,
  BrokerStats,
  Disconnected,
  ForeignMessage,
  PublishOptions,
  RunningBroker,
} from "./running-broker.ts";
import type { SignInRules } from "./sign-in.ts";
import { tokenSecretOf } from "./token-secret.ts";
import { ownerOf, type Visitor, Visitors } from "./visitors.ts";

const MAX_IN_FLIGHT = 10_000;
const SWEEP_MS = 1000;

/**
 * Starts the broker.
 *
 * @throws {PortBusyError} when a port is taken.
 * @throws {ConfigError} when a file with a password, a secret, a certificate or a key cannot be used.
 */
export async function startBroker(deps: BrokerDeps): Promise<RunningBroker> {
  const rules = {
    authenticate: deps.authenticate ?? (await authenticatorFor(deps.config.identities)),
    admission: deps.admission,
    tokenSecret: await tokenSecretOf(deps),
    now: deps.now ?? Date.now,
  };
  const broker = new Broker(deps, rules);
  await broker.open();
  return broker;
}

class Broker implements RunningBroker {
  readonly host: string;
  readonly #deps: BrokerDeps;
  readonly #emitter: BoundedEmitter;
  readonly #persistence: BoundedPersistence;
  readonly #refusals: RefusalLog;
  readonly #visitors: Visitors;
  readonly #presence: Presence;
  readonly #intake: IntakeGate | undefined;
  readonly #gate: PublishGate;
  readonly #tap: ReadingsTap | undefined;
  readonly #aedes: Aedes;
  readonly #inProcess: InProcess;
  readonly #rate = new RateMeter();
  readonly #loopDelay = new LoopDelay();
  readonly #connections = new Set<Duplex>();
  readonly #sweeper: NodeJS.Timeout;
  // Who comes in before the caller of `startBroker` has had its turn: it must be able to listen first.
  #early: (() => void)[] | undefined = [];
  #listeners: Listeners | undefined;
  #stopAdmission: () => void = ignore;
  #isClosing = false;

  constructor(deps: BrokerDeps, rules: SignInRules) {
    const { config, intake } = deps;
    const { limits } = config;
    this.#deps = deps;
    this.host = config.host;
    this.#refusals = new RefusalLog((refusal) => this.#reportRefusal(refusal));
    this.#presence = new Presence(limits, rules.now);
    this.#visitors = new Visitors(rules, this.#refusals, (client, visitor, identity) =>
      this.#presence.enter(this.#aedes, client, visitor, identity),
    );
    this.#emitter = new BoundedEmitter({ maxInFlight: MAX_IN_FLIGHT, maxBacklog: limits.maxBacklogMessages });
    this.#persistence = this.#makePersistence();
    this.#intake = intake && this.#makeIntakeGate(intake);
    const parts = { limits, visitors: this.#visitors };
    const audience = new Audience(this.#emitter, this.#persistence.filters);
    const pubacks = new Pubacks();
    this.#gate = new PublishGate({ ...parts, rate: this.#rate, intake: this.#intake, audience, pubacks });
    this.#aedes = createEngine({ ...parts, emitter: this.#emitter, persistence: this.#persistence, gate: this.#gate });
    this.#tap = intake && new ReadingsTap({ aedes: this.#aedes, gate: this.#gate, pubacks });
    this.#inProcess = new InProcess(this.#aedes, deps.logger);
    this.#listenTo(this.#aedes);
    this.#sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  get port(): number {
    return this.#listeners?.tcp.port ?? this.#deps.config.port;
  }

  get tlsPort(): number | undefined {
    return this.#listeners?.tls?.port;
  }

  get webSocketPort(): number | undefined {
    return this.#listeners?.webSocket?.port;
  }

  async open(): Promise<void> {
    const { config, authority, admission, logger } = this.#deps;
    await this.#aedes.listen();
    const onArrival = (connection: Duplex, arrival: Arrival) => this.#arrive(connection, arrival);
    try {
      this.#listeners = await openListeners({
        config,
        authority,
        logger,
        onArrival,
        onRefusal: (note) => this.#refusals.add(note),
      });
    } catch (error) {
      await this.close();
      throw error;
    }
    const expel = ({ agent: name, site }: { agent: string; site: string }, reason: RefusalReason) =>
      void this.disconnect({ name, site }, reason);
    this.#stopAdmission = admission?.onExpelled(expel) ?? ignore;
    const { host, port, tlsPort, webSocketPort } = this;
    logger.info({ host, port, tlsPort, webSocketPort }, "MQTT broker listens");
    setImmediate(() => this.#welcomeEarly());
  }

  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void> {
    return this.#inProcess.publish(topic, payload, options);
  }

  onMessage(kinds: readonly TopicKind[], handler: (message: BrokerMessage) => void): () => void {
    return this.#inProcess.onMessage(kinds, handler);
  }

  onForeign(filters: readonly string[], handler: (message: ForeignMessage) => void): () => void {
    return this.#inProcess.listen(filters, handler);
  }

  disconnect(who: Disconnected, reason: RefusalReason): number {
    return this.#presence.expel(this.#aedes, this.#visitors, who, reason);
  }

  refusals(): readonly Refusal[] {
    return this.#refusals.recent();
  }

  stats(): BrokerStats {
    const { inFlight, backlog, dropped } = this.#emitter;
    return {
      connections: this.#connections.size,
      received: this.#rate.total,
      receivedPerS: this.#rate.perS,
      delivery: { inFlight, backlog, dropped },
      sessions: this.#persistence.stats(),
      intake: this.#intake?.stats() ?? null,
      throttle: this.#gate.stats(),
      certificateExpiresAt: this.#listeners?.certificateExpiresAt() ?? null,
      refusals: this.#refusals.counts(),
    };
  }

  metrics(): MetricFamily[] {
    return brokerFamilies(this.stats(), this.#loopDelay.take());
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#inProcess.stop();
    this.#stopAdmission();
    this.#rate.stop();
    this.#loopDelay.stop();
    clearInterval(this.#sweeper);
    this.#listeners?.stop();
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    await Promise.all([...this.#connections].map(endOf));
    await this.#listeners?.end();
    await this.#intake?.idle(this.#deps.config.limits.intakeTimeoutMs);
  }

  #makePersistence(): BoundedPersistence {
    const { maxOfflineMessages, maxQueuedBytes, maxSessionsPerIdentity } = this.#deps.config.limits;
    return new BoundedPersistence({
      queue: { maxMessages: maxOfflineMessages, maxBytes: maxQueuedBytes },
      maxSessionsPerIdentity,
      ownerOf,
      isConnected: (clientId) => clientsOf(this.#aedes)[clientId] !== undefined,
      isGranted: (clientId, filter) =>
        this.#visitors.of(clientsOf(this.#aedes)[clientId])?.rights?.maySubscribe(filter) ?? false,
    });
  }

  #makeIntakeGate(intake: ReadingsIntake): IntakeGate {
    const { maxPendingIntakes, intakeTimeoutMs } = this.#deps.config.limits;
    return new IntakeGate({
      intake,
      maxPending: maxPendingIntakes,
      timeoutMs: intakeTimeoutMs,
      onRejected: (error, { name }) =>
        this.#deps.logger.warn({ agent: name, reason: describeError(error) }, "batch not stored, not acknowledged"),
    });
  }

  #listenTo(aedes: Aedes): void {
    const { logger } = this.#deps;
    const gone = (client: Client, error: Error) =>
      logger.debug({ client: client.id, reason: error.message }, "client gone");
    aedes.on("clientError", gone);
    aedes.on("connectionError", gone);
    aedes.on("clientReady", (client) => this.#announce(client, this.#visitors.of(client)));
    (aedes as NodeJS.EventEmitter).on("error", (error: unknown) =>
      logger.error({ reason: describeError(error) }, "broker error"),
    );
  }

  #arrive(connection: Duplex, arrival: Arrival): void {
    if (this.#early === undefined) this.#welcome(connection, arrival);
    else {
      connection.on("error", ignore);
      this.#early.push(() => this.#welcome(connection, arrival));
    }
  }

  #welcomeEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const welcome of early) welcome();
  }

  #welcome(connection: Duplex, arrival: Arrival): void {
    const { maxConnections, maxPacketBytes } = this.#deps.config.limits;
    const { remoteAddress } = arrival;
    if (connection.destroyed) return;
    const isFull = this.#connections.size >= maxConnections;
    if (isFull) this.#refusals.add({ what: "connect", reason: "too-many-connections", remoteAddress });
    if (isFull || this.#isClosing) {
      connection.on("error", ignore).destroy();
      return;
    }
    this.#connections.add(connection);
    const onFault = (fault: FrameFault) => this.#visitors.refuse(this.#visitors.of(client), "packet", fault);
    guardFrames(connection, maxPacketBytes, onFault, (bytes, from) =>
      this.#tap === undefined ? bytes : this.#tap.take(client, this.#visitors.of(client), bytes, from),
    );
    const client = this.#aedes.handle(connection);
    this.#visitors.arrive(client, arrival);
    connection.once("close", () => {
      this.#connections.delete(connection);
      this.#presence.leave(client, this.#visitors.of(client));
    });
  }

  #announce(client: Client, visitor: Visitor | undefined): void {
    const identity = visitor?.identity;
    if (identity === undefined) return;
    const { transport, remoteAddress: from } = visitor?.arrival ?? {};
    this.#presence.follow(client, visitor as Visitor);
    this.#deps.logger.info({ identity: identity.name, role: identity.role, from, transport }, "signed in");
    if (identity.role === "agent" && identity.site !== undefined)
      this.#deps.onAgentConnected?.(identity.name, identity.site);
  }

  #sweep(): void {
    this.#presence.sweep(this.#visitors);
    this.#gate.sweep((identity) => this.#presence.isPresent(identity));
  }

  #reportRefusal(refusal: Refusal): void {
    this.#deps.logger.warn({ refusal }, "refused");
    this.#deps.onRefusal?.(refusal);
  }
}

function endOf(connection: Duplex): Promise<void> {
  return new Promise((resolve) => {
    connection.once("close", () => resolve());
    connection.destroy();
  });
}

function ignore(): void {}
