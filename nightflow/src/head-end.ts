import type { MessagePort } from "node:worker_threads";
import { type RunningBroker, startBroker } from "@nightflow/broker";
import type { Clock } from "@nightflow/domain";
import {
  createAgentDirectory,
  createChannelRegistry,
  HostAnnouncer,
  type Ingest,
  startIngest,
} from "@nightflow/ingest";
import {
  type Database,
  loadKnownChannels,
  openDatabase,
  type ReadingStore,
  serveReadingStore,
} from "@nightflow/storage";
import type { Logger } from "pino";
import { type BrokerSecurity, openBrokerSecurity } from "./broker-security.ts";
import { makeClock } from "./config/clock.ts";
import { openDesk, openDevices } from "./devices.ts";
import { timeAnswerTo } from "./field/answer-time.ts";
import { serveFieldLine } from "./field/port-line.ts";
import { openStore } from "./open-store.ts";
import { mergeViews, type OperateView } from "./operate/index.ts";
import { brokerView } from "./operate/views/broker.ts";
import { databaseView } from "./operate/views/database.ts";
import { diskView } from "./operate/views/disk.ts";
import { ingestView } from "./operate/views/ingest.ts";
import { type SelfJudging, storeView } from "./operate/views/store.ts";
import { keepRefusals, type RefusalKeeper } from "./refusals.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** Broker, ingest and the time-series store, running in one thread: the only owner of the store. */
export interface HeadEnd {
  readonly mqttPort: number;
  readonly store: ReadingStore;
  readonly db: Database;
  /** What an operator is shown of it. */
  readonly view: OperateView;
  /** Publishes retained, as ingest. */
  publish(topic: string, payload: string): Promise<void>;
  /** Serves the store to another thread. */
  serveStore(port: MessagePort): void;
  /** Lets another thread publish configurations and commands, and hear what agents say. */
  serveField(port: MessagePort): void;
  close(): Promise<void>;
}

/** Called after each commit; a hint for those who read the feed, never a promise. */
export type OnCommit = () => void;

/**
 * Starts the head-end. With the DuckDB store it also starts, and goes on, while PostgreSQL is away: the registry then
 * comes from the store's own copy.
 *
 * @throws {PortBusyError} when the MQTT port is taken.
 */
export async function startHeadEnd(
  settings: ThreadSettings,
  logger: Logger,
  onCommit: OnCommit = () => {},
): Promise<HeadEnd> {
  const clock = makeClock(settings.anchor);
  const db = openDatabase({ url: settings.databaseUrl, logger, maxConnections: 6 });
  const store = await openStore(settings, db, clock, logger).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  const deps = { settings, db, store: withCommitHook(store, onCommit), clock, logger };
  const collecting = await startCollecting(deps).catch(async (error: unknown) => {
    await store.close();
    await db.close();
    throw error;
  });
  return runningHeadEnd(deps, collecting);
}

function runningHeadEnd(deps: CollectingDeps, collecting: Collecting): HeadEnd {
  const { db, store } = deps;
  const { broker } = collecting;
  return {
    mqttPort: broker.port,
    store,
    db,
    view: viewOf(deps, collecting),
    publish: (topic, payload) => broker.publish(topic, payload, { as: "ingest", retain: true }),
    serveStore: (port) => void serveReadingStore(store, port),
    serveField: (port) => void serveFieldLine(broker, port),
    async close() {
      await collecting.close();
      await store.close();
      await db.close();
    },
  };
}

function viewOf({ settings, store, db }: CollectingDeps, { broker, ingest }: Collecting): OperateView {
  return mergeViews(
    brokerView(broker),
    ingestView(ingest),
    storeView(store),
    databaseView(db),
    diskView(settings.dataDir, settings.config.operate.minDiskFreeMb),
  );
}

interface Collecting {
  readonly broker: RunningBroker;
  readonly ingest: Ingest;
  close(): Promise<void>;
}

interface CollectingDeps {
  readonly settings: ThreadSettings;
  readonly db: Database;
  readonly store: ReadingStore & SelfJudging;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Broker and ingest, tied to each other: readings go in before PUBACK, acks come back out. The broker opens its door
 * last, and is listened to before anybody can come in: after a restart agents are there at once, and a batch without
 * PUBACK or a report that nobody heard would wait for their next connection.
 */
async function startCollecting(deps: CollectingDeps): Promise<Collecting> {
  const { settings, db, store, clock, logger } = deps;
  const registry = await createChannelRegistry({ load: () => loadKnownChannels(db), store, logger });
  const refusals = keepRefusals(store, clock, logger);
  let broker: RunningBroker | undefined;
  const publishAck = async (topic: string, payload: string) =>
    started(broker).publish(topic, payload, { as: "ingest", retain: true });
  const agents = createAgentDirectory(db);
  const config = settings.config.ingest;
  const devices = await openDevices(db, settings.dataDir, logger);
  const publishCommand = (topic: string, payload: Uint8Array) =>
    started(broker).publish(topic, payload, { as: "ingest", qos: 0 });
  const parts = { store, registry, devices, clock, logger };
  const ingest = await startIngest({ ...parts, publishAck, publishCommand, config, agents });
  const security = await openBrokerSecurity(settings, db, logger);
  broker = await openDoor(deps, ingest, refusals, security).catch(async (error: unknown) => {
    await security.close();
    await refusals.close();
    throw error;
  });
  const sparkplugHost = await announceHost(settings, ingest, broker, logger);
  const stopListening = await db.listen("registry", () => void Promise.all([registry.refresh(), devices.refresh()]));
  const desk = openDesk({ ...parts, ingest, db });
  return {
    broker,
    ingest,
    async close() {
      await desk.stop();
      await sparkplugHost?.close();
      await started(broker).close();
      await security.close();
      await ingest.close();
      await refusals.close();
      await stopListening();
    },
  };
}

async function openDoor(
  { settings, logger }: CollectingDeps,
  ingest: Ingest,
  refusals: RefusalKeeper,
  security: BrokerSecurity,
): Promise<RunningBroker> {
  const { config, ownIdentities } = settings;
  const broker = await startBroker({
    ...security.deps,
    config: { ...config.broker, identities: [...config.broker.identities, ...ownIdentities] },
    logger,
    intake: { take: ingest.take, takesForeign: ingest.takesForeign },
    onRefusal: (refusal) => refusals.take(refusal),
    onAgentConnected: (agent, site) => ingest.onAgentConnected(site, agent),
  });
  broker.onMessage(["status"], ({ topic, payload }) => ingest.takeStatus(topic, payload));
  broker.onMessage(["time"], ({ topic, payload }) => answerTime(broker, topic, payload));
  broker.onMessage(["config/report"], ({ topic, payload }) => ingest.takeConfigReport(topic, payload));
  return broker;
}

/** Where Sparkplug nodes are known, they are told whether their host is there. */
async function announceHost(
  { config }: ThreadSettings,
  ingest: Ingest,
  broker: RunningBroker,
  logger: Logger,
): Promise<HostAnnouncer | undefined> {
  if (!config.broker.identities.some(({ sparkplug = [] }) => sparkplug.length > 0)) return undefined;
  const publishRetained = (topic: string, payload: string) =>
    broker.publish(topic, payload, { as: "ingest", retain: true });
  const hostId = config.ingest.sparkplugHostId;
  const announcer = new HostAnnouncer({ hostId, stats: () => ingest.stats(), publishRetained, logger });
  await announcer.start();
  return announcer;
}

/** An agent asks what time it is here; it asks again, so that a failure needs no more than a line in the log. */
function answerTime(broker: RunningBroker, topic: string, payload: Uint8Array): void {
  const answer = timeAnswerTo(topic, payload);
  if (answer !== undefined)
    void broker.publish(answer.topic, answer.payload, { as: "ingest", qos: 0 }).catch(() => undefined);
}

function started(broker: RunningBroker | undefined): RunningBroker {
  if (broker === undefined) throw new Error("the broker is still starting");
  return broker;
}

/** The same store, telling `onCommit` after each commit. */
function withCommitHook<Store extends ReadingStore>(store: Store, onCommit: OnCommit): Store {
  const commit = async (request: Parameters<ReadingStore["commit"]>[0]) => {
    const no = await store.commit(request);
    onCommit();
    return no;
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "commit") return commit;
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}
