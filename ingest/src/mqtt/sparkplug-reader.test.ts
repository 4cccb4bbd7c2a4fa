import { DeviceProfile } from "@nightflow/domain";
import { pino } from "pino";
import proto from "sparkplug-payload/lib/sparkplugPayloadProto.js";
import { expect, test, vi } from "vitest";
import { NO_DEVICES } from "../devices/no-devices.ts";
import { MemoryReadingStore } from "../testing/memory-reading-store.ts";
import { NOON, testBench } from "../testing/test-bench.ts";
import { SparkplugReader } from "./sparkplug-reader.ts";

const { Payload } = proto.org.eclipse.tahu.protobuf;
const [FLOAT, UINT64] = [9, 8];
const HELD_MS = 1000;
const profile = DeviceProfile.parse({ v: 1, fields: { pressure: { channel: "M-1.pressure", unit: "bar" } } });

/** Rooms on one store, each of which hears everything; `nowMs` is their time. */
async function rooms(count: number, more: { holdBytes?: number } = {}) {
  const store = new MemoryReadingStore();
  store.kind = "influxdb";
  const time = { nowMs: 0 };
  const made = await Promise.all(Array.from({ length: count }, () => room(store, time, more)));
  const say = (kind: string, payload: Uint8Array, qos: 0 | 1 = 0, messageId = 1) => {
    const topic = `spBv1.0/utility/${kind}/edge`;
    for (const { reader } of made)
      reader.take({ cmd: "publish", topic, payload: Buffer.from(payload), qos, messageId, dup: false, retain: false });
  };
  return { store, time, say, rooms: made };
}

async function room(store: MemoryReadingStore, time: { nowMs: number }, { holdBytes = 1e6 }) {
  const asked: string[] = [];
  const pubacks: number[] = [];
  const devices = { ...NO_DEVICES, profileOf: () => profile };
  const publishCommand = async (topic: string) => void asked.push(topic);
  const { ingest } = await testBench({ store, devices, publishCommand });
  const logger = pino({ level: "silent" });
  const most = { ms: HELD_MS, bytes: holdBytes };
  const ask = () => void asked.push("by a room that stands by");
  const reader = new SparkplugReader({ ingest, most, ask, logger, now: () => time.nowMs });
  reader.connected((messageId) => pubacks.push(messageId));
  return { reader, ingest, asked, pubacks };
}

const birth = Payload.encode({
  timestamp: NOON,
  seq: 0,
  metrics: [
    { name: "bdSeq", datatype: UINT64, longValue: 1 },
    { name: "pressure", alias: 1, datatype: FLOAT, floatValue: 2, timestamp: NOON },
  ],
}).finish();
const data = (seq: number) =>
  Payload.encode({
    timestamp: NOON,
    seq,
    metrics: [{ alias: 1, floatValue: 2 + seq, timestamp: NOON + seq }],
  }).finish();
const storedAt = (store: MemoryReadingStore) => store.readings.map(({ readAtMs }) => readAtMs - NOON);

test("the host alone stores; the others know the births all the same", async () => {
  const { store, time, say, rooms: made } = await rooms(2);
  const [host, other] = made;
  host?.reader.lead();
  say("NBIRTH", birth);
  say("NDATA", data(1));
  await vi.waitFor(() => expect(storedAt(store)).toEqual([0, 1]));
  time.nowMs = HELD_MS + 1;
  other?.reader.look(true);
  expect(other?.reader.figures()).toMatchObject({ held: 0, inHand: 0 });
  other?.reader.lead();
  say("NDATA", data(2));
  await vi.waitFor(() => expect(storedAt(store)).toContain(2));
  expect([store.lists.entries, host?.asked, other?.asked]).toEqual([[], [], []]);
});

test("a room that takes over stores what it has held, and what was stored before only once", async () => {
  const { store, say, rooms: made } = await rooms(2);
  const [host, other] = made;
  host?.reader.lead();
  say("NBIRTH", birth);
  say("NDATA", data(1));
  await vi.waitFor(() => expect(storedAt(store)).toEqual([0, 1]));
  host?.reader.standBy();
  say("NDATA", data(2));
  other?.reader.lead();
  say("NDATA", data(3));
  await vi.waitFor(() => expect(storedAt(store)).toEqual([0, 1, 2, 3]));
  await vi.waitFor(async () => expect(await store.counts()).toMatchObject({ stored: 4, repeats: 2 }));
});

test("a message is confirmed once it is stored, and the store's absence makes the host say that it is offline", async () => {
  const { store, time, say, rooms: made } = await rooms(1);
  const reader = made[0]?.reader;
  reader?.lead();
  store.isAway = true;
  say("NBIRTH", birth, 1, 7);
  say("NDATA", data(1), 1, 8);
  await vi.waitFor(() => expect(reader?.figures().inHand).toBe(2));
  await vi.waitFor(() => {
    time.nowMs += 5000;
    expect(reader?.isStoring).toBe(false);
  });
  expect(made[0]?.pubacks).toEqual([]);
  store.isAway = false;
  await vi.waitFor(() => expect(made[0]?.pubacks).toEqual([7, 8]), 5000);
  expect([reader?.isStoring, storedAt(store)]).toEqual([true, [0, 1]]);
  // Nothing was lost, so that nobody need say anything again.
  expect(made[0]?.asked).toEqual([]);
});

test("what a room holds is bounded in time and bytes, and nothing is let go of for its age while nobody knows the host", async () => {
  const { time, say, rooms: made } = await rooms(1, { holdBytes: birth.length + 3 * data(1).length });
  const reader = made[0]?.reader;
  say("NBIRTH", birth);
  for (const seq of [1, 2, 3]) say("NDATA", data(seq));
  expect(reader?.awaitsBirthOf({ group: "utility", node: "edge" })).toBe(true);
  time.nowMs = HELD_MS * 10;
  reader?.look(false);
  expect(reader?.figures().held).toBe(5);
  say("NDATA", data(4));
  reader?.look(false);
  expect(reader?.figures().held).toBe(4);
  expect(reader?.awaitsBirthOf({ group: "utility", node: "edge" })).toBe(false);
  time.nowMs = HELD_MS * 20;
  reader?.look(true);
  expect(reader?.figures().held).toBe(0);
});

test("hundreds of messages of one node that were held are stored at once, none dropped", async () => {
  const { store, say, rooms: made } = await rooms(1);
  say("NBIRTH", birth);
  for (let seq = 1; seq <= 200; seq++) say("NDATA", data(seq));
  made[0]?.reader.lead();
  for (let seq = 201; seq <= 250; seq++) say("NDATA", data(seq));
  await vi.waitFor(() => expect(storedAt(store)).toHaveLength(251));
  expect(made[0]?.reader.figures()).toEqual({ held: 0, inHand: 0, dropped: 0 });
});

test("more than the store has room for is dropped at QoS 0 and counted, and the node is asked for what it lost", async () => {
  const { store, say, rooms: made } = await rooms(1, { holdBytes: birth.length + data(1).length });
  const [host] = made;
  host?.reader.lead();
  store.isAway = true;
  say("NBIRTH", birth);
  for (const seq of [1, 2]) say("NDATA", data(seq));
  expect(host?.reader.figures()).toMatchObject({ inHand: 2, dropped: 1 });
  store.isAway = false;
  await vi.waitFor(() => expect(host?.reader.figures().inHand).toBe(0), 5000);
  say("NDATA", data(3));
  await vi.waitFor(() => expect(host?.asked).toEqual(["spBv1.0/utility/NCMD/edge"]));
});

test("a room that comes late asks a node for its births at once, and is ready when it becomes the host", async () => {
  const { store, say, rooms: made } = await rooms(2);
  const [host, late] = made;
  host?.reader.lead();
  say("NBIRTH", birth);
  late?.reader.connected(() => undefined);
  say("NDATA", data(1));
  say("NDATA", data(2));
  expect(late?.asked).toEqual(["by a room that stands by"]);
  say("NBIRTH", birth);
  await vi.waitFor(() => expect(storedAt(store)).toHaveLength(3));
  host?.reader.standBy();
  late?.reader.lead();
  say("NDATA", data(1));
  say("NDATA", data(4));
  await vi.waitFor(() => expect(storedAt(store)).toEqual([0, 1, 2, 4]));
});

test("births from before a connection that was lost are believed no more", async () => {
  const { store, say, rooms: made } = await rooms(1);
  const reader = made[0]?.reader;
  reader?.lead();
  say("NBIRTH", birth);
  reader?.connected(() => undefined);
  reader?.lead();
  say("NDATA", data(1));
  await vi.waitFor(() => expect(store.lists.entries).toMatchObject([{ reasonCode: "SPARKPLUG_NO_BIRTH" }]));
  expect(storedAt(store)).toEqual([0]);
});

test("a room that is the host no more for a moment, and then again, stores what it had in hand", async () => {
  const { store, say, rooms: made } = await rooms(1);
  const reader = made[0]?.reader;
  reader?.lead();
  store.isAway = true;
  say("NBIRTH", birth);
  reader?.standBy();
  store.isAway = false;
  say("NDATA", data(1));
  reader?.look(true);
  expect(reader?.figures()).toMatchObject({ held: 1, inHand: 1 });
  reader?.lead();
  await vi.waitFor(() => expect(storedAt(store)).toEqual([0, 1]), 5000);
});

test("what a former host has in hand is let go of once the next one has had time to store it", async () => {
  const { store, time, say, rooms: made } = await rooms(1);
  const reader = made[0]?.reader;
  reader?.lead();
  store.isAway = true;
  say("NBIRTH", birth);
  reader?.standBy();
  time.nowMs = HELD_MS + 1;
  reader?.look(false);
  expect(reader?.figures().inHand).toBe(1);
  reader?.look(true);
  await vi.waitFor(() => expect(reader?.figures().inHand).toBe(0));
  expect(storedAt(store)).toEqual([]);
});
