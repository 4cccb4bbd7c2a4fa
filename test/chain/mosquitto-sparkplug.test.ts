import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Database, ReadingStore } from "@nightflow/storage";
import { openInfluxStore } from "@nightflow/storage";
import { silentLogger, testDatabase } from "@nightflow/storage/testing";
import mqtt, { type MqttClient } from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MOSQUITTO_PASSWORD, startDeployedMosquitto } from "../support/deployed-mosquitto.ts";
import { eventually } from "../support/eventually.ts";
import { findMosquitto, type TestMosquitto } from "../support/mosquitto.ts";
import { sparkplugPayload } from "../support/sparkplug.ts";
import type { SparkplugRoomSettings } from "../support/sparkplug-room.ts";
import { repeatedRows, type StoredRow, storedRows } from "../support/stored-rows.ts";
import { testedStores } from "../support/stores.ts";

const ROOM = fileURLToPath(new URL("../support/sparkplug-room.ts", import.meta.url));
const NODES = ["edge-1", "edge-2", "edge-3"];
const STATE = "spBv1.0/STATE/nightflow";
const LEASE_MS = 2000;
const T0 = Date.UTC(2026, 2, 1);
const ALIAS = 3;

const influx = testedStores().find(({ name }) => name === "influxdb");
const isThere = findMosquitto() !== undefined && influx?.isThere === true;

/** What the access list's comment asks for, for each edge node. */
const RIGHTS = NODES.map((node) =>
  [
    `user utility/${node}`,
    `topic write spBv1.0/utility/+/${node}`,
    `topic read spBv1.0/utility/NCMD/${node}`,
    "topic read spBv1.0/STATE/+",
    "",
  ].join("\n"),
).join("\n");

/** An edge node: births when it comes and when it is asked, then a value a message. */
class EdgeNode {
  readonly #client: MqttClient;
  readonly #name: string;
  #seq = 0;
  /** Instants that it has sent, ms after T0. */
  sent = 0;
  rebirths = 0;

  private constructor(client: MqttClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  static async connect(url: string, name: string): Promise<EdgeNode> {
    const access = { username: `utility/${name}`, password: MOSQUITTO_PASSWORD };
    const node = new EdgeNode(await mqtt.connectAsync(url, access), name);
    node.#client.on("message", () => {
      node.rebirths++;
      node.#bear();
    });
    await node.#client.subscribeAsync(`spBv1.0/utility/NCMD/${name}`, { qos: 1 });
    node.#bear();
    return node;
  }

  get channel(): string {
    return `spb:utility:${this.#name}.level`;
  }

  say(): void {
    this.#seq = (this.#seq + 1) % 256;
    this.#publish("NDATA", [{ alias: ALIAS, value: this.sent, timestamp: T0 + this.sent++ }]);
  }

  end(): Promise<void> {
    return this.#client.endAsync(true);
  }

  #bear(): void {
    this.#seq = 0;
    this.#publish("NBIRTH", [{ name: "level", alias: ALIAS, value: this.sent, timestamp: T0 + this.sent++ }]);
  }

  #publish(kind: string, metrics: Parameters<typeof sparkplugPayload>[2]): void {
    const payload = sparkplugPayload(T0 + this.sent, this.#seq, metrics);
    this.#client.publish(`spBv1.0/utility/${kind}/${this.#name}`, payload, { qos: 0 });
  }
}

describe.runIf(isThere)("Sparkplug nodes at Mosquitto, with two ingest rooms as processes, on InfluxDB", () => {
  const postgres = testDatabase();
  const rooms = new Map<string, ChildProcess>();
  let mosquitto: TestMosquitto;
  let db: Database;
  let store: ReadingStore;
  let settings: Omit<SparkplugRoomSettings, "name">;
  let watcher: MqttClient;
  let states: { online: boolean; timestamp: number }[];
  let nodes: EdgeNode[];

  beforeEach(async () => {
    states = [];
    nodes = [];
    mosquitto = await startDeployedMosquitto(["nightflow-ingest", ...NODES.map((node) => `utility/${node}`)], RIGHTS);
    const place = await influx?.place();
    if (place?.kind !== "influxdb") throw new Error("there is no InfluxDB");
    const { database, url } = await postgres.fresh();
    db = database;
    store = await openInfluxStore({ ...place, db, logger: silentLogger });
    const { kind: _, ...at } = place;
    settings = {
      ...{ mqttUrl: mosquitto.url, password: MOSQUITTO_PASSWORD, leaseMs: LEASE_MS },
      ...{ databaseUrl: url, influx: at },
    };
    const access = { username: "utility/edge-1", password: MOSQUITTO_PASSWORD };
    watcher = await mqtt.connectAsync(mosquitto.url, access);
    watcher.on("message", (_topic, payload) => states.push(JSON.parse(String(payload))));
    await watcher.subscribeAsync(STATE, { qos: 1 });
  });

  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.end()));
    await watcher.endAsync(true);
    for (const name of [...rooms.keys()]) await kill(name);
    await store.close();
    await mosquitto.close();
  });

  async function start(name: string): Promise<void> {
    const room = fork(ROOM, [JSON.stringify({ ...settings, name })]);
    rooms.set(name, room);
    const ended = once(room, "exit").then(([code]) => Promise.reject(new Error(`the room ended with ${code}`)));
    await Promise.race([once(room, "message"), ended]);
    ended.catch(() => undefined);
  }

  async function kill(name: string): Promise<void> {
    const room = rooms.get(name);
    rooms.delete(name);
    if (room === undefined || room.exitCode !== null || room.signalCode !== null) return;
    const gone = once(room, "exit");
    room.kill("SIGKILL");
    await gone;
  }

  const host = async () => {
    const { rows } = await db.query<{ holder: string }>(
      "select holder from sparkplug_host where expires_at > clock_timestamp()",
    );
    return rows[0]?.holder;
  };

  const isOnline = () => (states.at(-1)?.online ? true : undefined);

  it("loses nothing and stores nothing twice while the host is killed again and again", async () => {
    await start("a");
    await start("b");
    await eventually("a host that says it is online", isOnline);
    nodes = await Promise.all(NODES.map((name) => EdgeNode.connect(mosquitto.url, name)));
    const talking = setInterval(() => {
      for (const node of nodes) node.say();
    }, 20);
    try {
      for (const _ of [1, 2]) await killTheHost();
    } finally {
      clearInterval(talking);
    }
    await expectAllStoredOnce();
    expect(states.slice(0, 3).map(({ online }) => online)).toEqual([true, false, true]);
    const births = states.filter(({ online }) => online).map(({ timestamp }) => timestamp);
    expect(births).toEqual([...births].sort((a, b) => a - b));
    // The will of a host has the time of its birth.
    expect(states[1]?.timestamp).toBe(states[0]?.timestamp);
  }, 180_000);

  /** Ends the host as a power cut would, and starts it again once another one goes on. */
  async function killTheHost(): Promise<void> {
    const name = (await host()) ?? "";
    await eventually("readings of this host", async () => ((await stored()) > 100 ? true : undefined));
    const before = states.length;
    await kill(name);
    await eventually("another host", async () => ((await host()) ?? name) !== name || undefined);
    const sent = nodes.reduce((sum, node) => sum + node.sent, 0);
    await eventually(
      "its word that it is online",
      () => (states.length >= before + 2 ? isOnline() : undefined),
      20_000,
    );
    await eventually("all that was said until then", async () => {
      // What the dead host was writing is nobody else's for a minute and a half: let that time have passed.
      await db.query("update feed_intent set held_until = clock_timestamp()");
      return (await stored()) >= sent || undefined;
    });
    const births = nodes.map(({ rebirths }) => rebirths);
    await start(name);
    // A room that has come late asks every node for its births, to be ready.
    await eventually("births for the new room", () =>
      nodes.every(({ rebirths }, at) => rebirths > (births[at] ?? 0)) ? true : undefined,
    );
    // What it heard before them is set aside, should the host die with it in hand: let the host have stored it.
    const said = nodes.reduce((sum, node) => sum + node.sent, 0);
    await eventually("all that was said before those births", async () => (await stored()) >= said || undefined);
  }

  const stored = async () =>
    (
      await storedRows(
        store,
        nodes.map(({ channel }) => channel),
      )
    ).length;

  /** Stretches that are not there, by node. */
  function missing(rows: readonly StoredRow[]): string {
    const there = new Set(rows.map(({ channel, readAtMs }) => `${channel} ${readAtMs - T0}`));
    return nodes
      .map(({ channel, sent }) => {
        const lost = Array.from({ length: sent }, (_, at) => at).filter((at) => !there.has(`${channel} ${at}`));
        return `${channel}: ${lost.length} of ${sent} from ${lost[0]} to ${lost.at(-1)}`;
      })
      .join(", ");
  }

  async function expectAllStoredOnce(): Promise<void> {
    const channels = nodes.map(({ channel }) => channel);
    const rows = await eventually(
      "every value of every node",
      async () => {
        const found = await storedRows(store, channels);
        const sent = nodes.reduce((sum, node) => sum + node.sent, 0);
        if (found.length < sent) throw new Error(`${missing(found)}: ${JSON.stringify(await store.counts())}`);
        return found;
      },
      30_000,
    );
    expect(repeatedRows(rows)).toBe(0);
    for (const node of nodes) {
      const values = rows.filter(({ channel }) => channel === node.channel);
      expect(values.map(({ value, readAtMs }) => [value, readAtMs - T0])).toEqual(values.map((_, at) => [at, at]));
    }
    const { stored, repeats, conflicts, quarantined } = await store.counts();
    expect({ conflicts, quarantined }).toEqual({ conflicts: 0, quarantined: 0 });
    // Points that a killed host had written and not committed are found by the next one, as repeats.
    expect(stored).toBeLessThanOrEqual(rows.length);
    expect(stored + repeats).toBeGreaterThanOrEqual(rows.length);
  }
});
