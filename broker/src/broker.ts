import { createServer, type Server, type Socket } from "node:net";
import { asPortError, describeError, parseTopic, TOPIC_ROOT, type TopicKind } from "@nightflow/domain";
import { Aedes, type AedesPublishPacket, type Client, type PublishPacket, type Subscription } from "aedes";
import { clientsOf, forgetDuplicates, withhold } from "./aedes-internals.ts";
import { type Authenticate, authenticatorFor } from "./authenticate.ts";
import { BoundedEmitter } from "./emitter.ts";
import { guardFrames } from "./frame-guard.ts";
import { IntakeGate, type ReadingsIntake } from "./intake.ts";
import { BoundedPersistence } from "./persistence.ts";
import { RateMeter } from "./rate-meter.ts";
import { type Refusal, RefusalLog, type RefusalReason } from "./refusals.ts";
import { type Identity, mayRetain, rightsOf } from "./rights.ts";
import {
  type BrokerDeps,
  type BrokerMessage,
  type BrokerStats,
  type PublishOptions,
  type RunningBroker,
  TopicRightError,
} from "./running-broker.ts";
import { type ConnectRequest, ownerOf, type Visitor, Visitors } from "./visitors.ts";

const MAX_IN_FLIGHT = 10_000;
// Half-open QoS 2 handshakes are kept whole, so few of them may be open.
const MAX_QOS2_OPEN = 64;
const TCP_KEEPALIVE_MS = 60_000;

/**
 * Starts the broker.
 *
 * @throws {PortBusyError} when the port is taken.
 * @throws {ConfigError} when a password file cannot be read.
 */
export async function startBroker(deps: BrokerDeps): Promise<RunningBroker> {
  const authenticate = deps.authenticate ?? (await authenticatorFor(deps.config.identities));
  const broker = new Broker(deps, authenticate);
  await broker.listen();
  return broker;
}

class Broker implements RunningBroker {
  readonly host: string;
  readonly #deps: BrokerDeps;
  readonly #emitter: BoundedEmitter;
  readonly #persistence: BoundedPersistence;
  readonly #refusals: RefusalLog;
  readonly #visitors: Visitors;
  readonly #gate: IntakeGate | undefined;
  readonly #aedes: Aedes;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #rate = new RateMeter();
  #isClosing = false;

  constructor(deps: BrokerDeps, authenticate: Authenticate) {
    const { config, intake } = deps;
    this.#deps = deps;
    this.host = config.host;
    this.#refusals = new RefusalLog((refusal) => this.#reportRefusal(refusal));
    this.#visitors = new Visitors(authenticate, this.#refusals);
    this.#emitter = new BoundedEmitter({
      maxInFlight: MAX_IN_FLIGHT,
      maxBacklog: config.limits.maxBacklogMessages,
    });
    this.#persistence = this.#makePersistence();
    this.#gate = intake && this.#makeGate(intake);
    this.#aedes = this.#makeAedes();
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS }, (socket) =>
      this.#welcome(socket),
    );
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : this.#deps.config.port;
  }

  async listen(): Promise<void> {
    const { host, port, limits } = this.#deps.config;
    await this.#aedes.listen();
    this.#server.maxConnections = limits.maxConnections;
    this.#server.on("drop", (data) => this.#refuseSocket("too-many-connections", data?.remoteAddress));
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once("error", reject);
        this.#server.listen(port, host, resolve);
      });
    } catch (error) {
      await this.close();
      throw asPortError(error, "the MQTT broker", host, port);
    }
    this.#deps.logger.info({ host, port: this.port }, "MQTT broker listens");
  }

  async publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void> {
    const { as, qos = 1, retain = false } = options;
    const kind = rightsOf({ name: as, role: as }).publishKind(topic);
    if (kind === undefined) throw new TopicRightError(`${as} may not publish on ${topic}`);
    const bytes = typeof payload === "string" ? Buffer.from(payload) : Buffer.from(payload);
    const packet: PublishPacket = {
      cmd: "publish",
      topic,
      payload: bytes,
      qos,
      dup: false,
      retain: retain && mayRetain(kind),
    };
    await new Promise<void>((resolve, reject) => {
      this.#aedes.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  }

  onMessage(kinds: readonly TopicKind[], handler: (message: BrokerMessage) => void): () => void {
    const deliver = (packet: AedesPublishPacket, done: () => void) => {
      this.#hand(packet, handler);
      done();
    };
    const filters = kinds.map(filterOf);
    for (const filter of filters) this.#aedes.subscribe(filter, deliver, ignore);
    return () => {
      for (const filter of filters) this.#aedes.unsubscribe(filter, deliver, ignore);
    };
  }

  refusals(): readonly Refusal[] {
    return this.#refusals.recent();
  }

  stats(): BrokerStats {
    const { inFlight, backlog, dropped } = this.#emitter;
    return {
      connections: this.#sockets.size,
      received: this.#rate.total,
      receivedPerS: this.#rate.perS,
      delivery: { inFlight, backlog, dropped },
      sessions: this.#persistence.stats(),
      intake: this.#gate?.stats() ?? null,
      refusals: this.#refusals.counts(),
    };
  }

  async close(): Promise<void> {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#rate.stop();
    const serverClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    await Promise.all([...this.#sockets].map(endOf));
    await serverClosed;
    await this.#gate?.idle(this.#deps.config.limits.intakeTimeoutMs);
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

  #makeGate(intake: ReadingsIntake): IntakeGate {
    const { maxPendingIntakes, intakeTimeoutMs } = this.#deps.config.limits;
    return new IntakeGate({
      intake,
      maxPending: maxPendingIntakes,
      timeoutMs: intakeTimeoutMs,
      onRejected: (error, { name }) =>
        this.#deps.logger.warn({ agent: name, reason: describeError(error) }, "batch not stored, not acknowledged"),
    });
  }

  #makeAedes(): Aedes {
    const { limits } = this.#deps.config;
    const aedes = new Aedes({
      mq: this.#emitter,
      persistence: this.#persistence,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainTimeoutMs,
      maxInflightInbound: MAX_QOS2_OPEN,
      maxClientsIdLength: 200,
      preConnect: (client, packet, done) => {
        this.#visitors.greet(client, packet as ConnectRequest);
        forgetDuplicates(client);
        done(null, true);
      },
      authenticate: (client, _username, password, done) => {
        void this.#visitors.signIn(client, password).then((error) => done(error, error === null));
      },
      authorizePublish: (client, packet, done) => this.#authorizePublish(client, packet, done),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, this.#maySubscribe(client, subscription) ? subscription : null),
      // Live delivery follows a granted subscription; only what waited in a queue must be looked at again.
      authorizeForward: (client, packet) =>
        client.connected || this.#visitors.of(client)?.rights?.mayReceive(packet.topic) ? packet : null,
    });
    this.#listenTo(aedes);
    return aedes;
  }

  #listenTo(aedes: Aedes): void {
    const { logger } = this.#deps;
    const gone = (client: Client, error: Error) =>
      logger.debug({ client: client.id, reason: error.message }, "client gone");
    aedes.on("clientError", gone);
    aedes.on("connectionError", gone);
    aedes.on("clientReady", (client) => this.#announce(this.#visitors.of(client)));
    (aedes as NodeJS.EventEmitter).on("error", (error: unknown) =>
      logger.error({ reason: describeError(error) }, "broker error"),
    );
  }

  #welcome(socket: Socket): void {
    if (this.#isClosing) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const { remoteAddress } = socket;
    socket.once("close", () => this.#sockets.delete(socket));
    let client: Client | undefined;
    guardFrames(socket, this.#deps.config.limits.maxPacketBytes, (fault) => {
      const visitor = this.#visitors.of(client);
      if (visitor === undefined) this.#refuseSocket(fault, remoteAddress);
      else this.#visitors.refuse(visitor, "packet", fault);
    });
    client = this.#aedes.handle(socket);
  }

  #refuseSocket(reason: RefusalReason, remoteAddress: string | undefined): void {
    const what = reason === "too-many-connections" ? "connect" : "packet";
    this.#refusals.add({ what, reason, identity: null, remoteAddress: remoteAddress ?? null, topic: null });
  }

  // MQTT 3.1.1 has no way to refuse one publish. A PUBACK would be a lie, so the connection ends: see the README.
  #authorizePublish(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const visitor = this.#visitors.of(client);
    const kind = visitor?.rights?.publishKind(packet.topic);
    if (kind === undefined || visitor?.identity === undefined) {
      this.#visitors.refuse(visitor, "publish", "topic-without-right", packet.topic);
      done(new TopicRightError(`${visitor?.username} may not publish on ${packet.topic}`));
      return;
    }
    this.#rate.count();
    if (!mayRetain(kind)) packet.retain = false;
    if (kind === "readings" && this.#gate !== undefined) this.#store(this.#gate, visitor.identity, packet, done);
    else done(null);
  }

  // Aedes writes the PUBACK after this, so that it waits for the store as the end-to-end ack does.
  #store(gate: IntakeGate, identity: Identity, packet: PublishPacket, done: (error: null) => void): void {
    gate.pass(packet.topic, packet.payload as Buffer, identity, (outcome) => {
      if (outcome === "held") withhold(packet);
      done(null);
    });
  }

  #maySubscribe(client: Client, { topic }: Subscription): boolean {
    const visitor = this.#visitors.of(client);
    if (visitor?.rights?.maySubscribe(topic)) return true;
    const reason = topic.startsWith("$share/") ? "shared-subscription" : "topic-without-right";
    this.#visitors.refuse(visitor, "subscribe", reason, topic);
    return false;
  }

  #announce(visitor: Visitor | undefined): void {
    const identity = visitor?.identity;
    if (identity === undefined) return;
    this.#deps.logger.info({ identity: identity.name, role: identity.role, from: visitor?.remoteAddress }, "signed in");
    if (identity.role === "agent" && identity.site !== undefined)
      this.#deps.onAgentConnected?.(identity.name, identity.site);
  }

  // Our own end is no news of theirs: the last wills that it sets off are not handed on.
  #hand(packet: AedesPublishPacket, handler: (message: BrokerMessage) => void): void {
    const parsed = parseTopic(packet.topic);
    if (parsed === undefined || this.#isClosing) return;
    try {
      handler({ ...parsed, topic: packet.topic, payload: packet.payload as Buffer });
    } catch (error) {
      this.#deps.logger.error({ topic: packet.topic, reason: describeError(error) }, "a listener failed on a message");
    }
  }

  #reportRefusal(refusal: Refusal): void {
    this.#deps.logger.warn({ refusal }, "refused");
    this.#deps.onRefusal?.(refusal);
  }
}

function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.destroy();
  });
}

function filterOf(kind: TopicKind): string {
  const tail = kind === "command" ? "command/+" : kind === "command-reply" ? "command/+/reply" : kind;
  return `${TOPIC_ROOT}/+/+/${tail}`;
}

function ignore(): void {}
