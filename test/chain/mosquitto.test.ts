import {
  agentTopics,
  decodeAck,
  deviceTopic,
  EMPTY_MARK,
  encodeBatch,
  type Quantity,
  realClock,
} from "@nightflow/domain";
import {
  type ChannelRegistry,
  type ConnectedIngest,
  connectIngest,
  IngestConfig,
  MqttConfig,
  MqttRefusedError,
} from "@nightflow/ingest";
import { openInfluxStore, type ReadingStore } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MOSQUITTO_PASSWORD, startDeployedMosquitto } from "../support/deployed-mosquitto.ts";
import { eventually } from "../support/eventually.ts";
import { findMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { seeded } from "../support/seeded.ts";
import { testedStores } from "../support/stores.ts";

const TOPICS = agentTopics("town", "gw-1");
const EPOCH = "e1";
const BATCHES = 300;
const READINGS = 50;
/** The agent's window. */
const IN_FLIGHT = 64;
const ACK_TIMEOUT_MS = 5000;
const START_MS = Date.UTC(2026, 2, 1);

const influx = testedStores().find(({ name }) => name === "influxdb");
const isThere = findMosquitto() !== undefined && influx?.isThere === true;

/** Every channel is a pressure gauge of its meter. */
const registry: ChannelRegistry = {
  isLoaded: true,
  version: 1,
  lookup: (id) => ({
    id,
    meter: id.split(".")[0] ?? id,
    quantity: "pressure" as Quantity,
    unit: "kPa",
    resolution: null,
    capacityCounts: null,
    maxCountsPerHour: null,
  }),
  refresh: async () => undefined,
};

function payloadOf(seq: number): string {
  const readings = Array.from(
    { length: READINGS },
    (_, at) => [`M-${at}.pressure`, START_MS + seq * 60_000, seq + at / 100, 0] as const,
  );
  return encodeBatch({ origin: "live", epoch: EPOCH, seq, sentAt: START_MS, readings });
}

describe.runIf(isThere)("two ingest rooms on a shared subscription of Mosquitto, on InfluxDB", () => {
  const postgres = testDatabase();
  let mosquitto: TestMosquitto;
  let stores: ReadingStore[];
  let rooms: ConnectedIngest[];
  let agent: MqttClient;
  let acks: string[];

  beforeEach(async () => {
    stores = [];
    rooms = [];
    acks = [];
    mosquitto = await startDeployedMosquitto(["nightflow-ingest", "town/gw-1", "town/gw-2", "town/pump-1"]);
    const place = await influx?.place();
    if (place?.kind !== "influxdb") throw new Error("there is no InfluxDB");
    const { database: db } = await postgres.fresh();
    for (const _ of [1, 2]) stores.push(await openInfluxStore({ ...place, db, logger: silentLogger }));
  });

  afterEach(async () => {
    await agent.endAsync(true);
    for (const room of rooms) await room.close();
    for (const store of stores) await store.close();
    await mosquitto.close();
  });

  async function startRoom(store: ReadingStore, name?: string): Promise<ConnectedIngest> {
    const config = MqttConfig.parse({ url: mosquitto.url, username: "nightflow-ingest" });
    const room = await connectIngest({
      store,
      registry,
      clock: realClock,
      logger: silentLogger,
      config: IngestConfig.parse({}),
      mqtt: { config, password: MOSQUITTO_PASSWORD },
      name,
    });
    rooms.push(room);
    return room;
  }

  async function startAgent(): Promise<void> {
    agent = await mqtt.connectAsync(mosquitto.url, {
      username: "town/gw-1",
      password: MOSQUITTO_PASSWORD,
      reconnectPeriod: 200,
    });
    agent.on("error", () => undefined);
    agent.on("message", (_, payload) => acks.push(String(payload)));
    await agent.subscribeAsync(TOPICS.ack, { qos: 1 });
  }

  const lastAck = () => (acks.length === 0 ? { ...EMPTY_MARK, epoch: EPOCH } : decodeAck(acks.at(-1) ?? ""));

  /** Sends `seqs` in their order as an agent does: at most `IN_FLIGHT` without an ack, and again what gets none for long. */
  async function sendUntilAcked(seqs: readonly number[]): Promise<void> {
    const open = new Set(seqs);
    const sentAt = new Map<number, number>();
    const isAcked = (seq: number) => acks.some((text) => covers(decodeAck(text), seq));
    const isDue = (seq: number) => (sentAt.get(seq) ?? 0) < Date.now() - ACK_TIMEOUT_MS;
    await eventually(
      "the ack of every batch",
      () => {
        for (const seq of open) if (isAcked(seq)) open.delete(seq);
        for (const seq of [...open].slice(0, IN_FLIGHT).filter(isDue)) {
          sentAt.set(seq, Date.now());
          agent.publish(TOPICS.readings, payloadOf(seq), { qos: 1 });
        }
        return open.size === 0 ? true : undefined;
      },
      60_000,
    );
  }

  it("store 300 batches of 50 that come in another order, once each, both taking their part", async () => {
    for (const [at, store] of stores.entries()) await startRoom(store, `room-${at}`);
    await startAgent();
    const random = seeded(4);
    const shuffled = Array.from({ length: BATCHES }, (_, at) => at + 1)
      .map((seq) => ({ seq, place: seq + random() * IN_FLIGHT }))
      .sort((a, b) => a.place - b.place)
      .map(({ seq }) => seq);
    await sendUntilAcked(shuffled);

    expect(await stores[0]?.counts()).toMatchObject({ stored: BATCHES * READINGS, deadLetters: 0, conflicts: 0 });
    expect(await stores[1]?.marks()).toMatchObject([{ agent: "town/gw-1", epoch: EPOCH, seq: BATCHES, above: [] }]);
    for (const room of rooms) expect(room.ingest.stats().stored).toBeGreaterThan(0);
    for (const room of rooms)
      await eventually("a PUBACK for every batch", () => (room.held().held === 0 ? true : undefined));
  });

  it("go on by themselves when Mosquitto is killed and started again, and tell an agent anew what is stored", async () => {
    const [store] = stores;
    if (store === undefined) throw new Error("no store");
    const room = await startRoom(store);
    await startAgent();
    await sendUntilAcked([1, 2, 3]);
    await mosquitto.kill();
    await eventually("the loss of the broker", () => (room.isConnected ? undefined : true));
    await mosquitto.start();
    await eventually("the connection", () => (room.isConnected && agent.connected ? true : undefined));
    acks.length = 0;
    await agent.subscribeAsync(TOPICS.ack, { qos: 1 });
    await sendUntilAcked([3, 4]);
    expect(lastAck()).toMatchObject({ seq: 4 });
    expect(await store.counts()).toMatchObject({ stored: 4 * READINGS });
  });

  it("store what a device says that is no agent of ours, and get its message once between them", async () => {
    for (const store of stores) await startRoom(store);
    await startAgent();
    const access = { username: "town/pump-1", password: MOSQUITTO_PASSWORD };
    const device = await mqtt.connectAsync(mosquitto.url, access);
    const payload = JSON.stringify({ field: "flow", value: 1.5, timeMs: Date.now() });
    await device.publishAsync(deviceTopic("town", "pump-1"), payload, { qos: 1 });
    await device.endAsync();
    const stored = () => rooms.map((room) => room.ingest.stats().stored).sort();
    await eventually("the device's reading", () => (stored().at(-1) === 1 ? true : undefined));
    expect(stored()).toEqual([0, 1]);
    expect(await stores[0]?.counts()).toMatchObject({ stored: 1, repeats: 0 });
  });

  it("are brought no batch that an agent publishes on the topic of another, and an identity without the right is refused", async () => {
    const [store] = stores;
    if (store === undefined) throw new Error("no store");
    await startRoom(store);
    await startAgent();
    await agent.publishAsync(agentTopics("town", "gw-2").readings, payloadOf(1), { qos: 1 });
    await agent.publishAsync(TOPICS.ack, '{"epoch":"e1","seq":99,"above":[]}', { qos: 1, retain: true });
    await sendUntilAcked([1]);
    expect(await store.marks()).toMatchObject([{ agent: "town/gw-1", seq: 1 }]);
    expect(acks.filter((ack) => ack.includes("99"))).toEqual([]);

    const config = MqttConfig.parse({ url: mosquitto.url, username: "town/gw-1" });
    const access = { config, password: "not-it" };
    const deps = { store, registry, clock: realClock, logger: silentLogger, config: IngestConfig.parse({}) };
    await expect(connectIngest({ ...deps, mqtt: access })).rejects.toThrow(MqttRefusedError);
  });
});

function covers(ack: { readonly seq: number; readonly above: readonly number[] }, seq: number): boolean {
  return seq <= ack.seq || ack.above.includes(seq);
}
