import { DeviceProfile, deviceTopic, NO_PROFILE, type Unit } from "@nightflow/domain";
import { expect, it } from "vitest";
import type { DeviceDirectory } from "../ports.ts";
import { type BenchOptions, NOON, testBench } from "../testing/test-bench.ts";
import { fieldChannelId } from "./device-reading.ts";
import { NO_DEVICES } from "./no-devices.ts";

const TOPIC = deviceTopic("town", "pump-1");
const SOURCE = "dev/town/pump-1";
const DEVICE = { name: "pump-1", role: "device", site: "town" };

/** A directory with one profile, and names that stand for channels. */
function directory(
  profile: object = {},
  names: Readonly<Record<string, { channel: string; unit: Unit | null }>> = {},
): DeviceDirectory {
  return {
    ...NO_DEVICES,
    profileOf: (source) => (source === SOURCE ? DeviceProfile.parse({ v: 1, ...profile }) : NO_PROFILE),
    channelOf: (name) => names[name]?.channel,
    unitOfName: (name) => names[name]?.unit ?? null,
  };
}

async function bench(options: BenchOptions = {}) {
  const made = await testBench(options);
  const send = (payload: unknown) =>
    made.ingest.take(TOPIC, typeof payload === "string" ? payload : JSON.stringify(payload), DEVICE);
  const codes = () => made.store.lists.entries.map(({ reasonCode }) => reasonCode);
  return { ...made, send, codes };
}

const FIELDS = {
  fields: {
    total: { channel: "M-1.forward_total", unit: "m3", missing: ["-1"] },
    pulses: { channel: "M-1.forward_total", unit: "L", scale: "10" },
    coarse: { channel: "M-1.forward_total", unit: "m3", rounding: "nearest" },
    p: { channel: "M-1.pressure" },
  },
  ignore: ["rssi", "debug.*"],
};

it("readings reach the counts of their channel exactly, by profile, unit and scale", async () => {
  const { send, store } = await bench({ devices: directory(FIELDS) });
  const payload = [
    { timeMs: NOON, field: "total", value: 123.456 },
    { timeMs: NOON + 1, field: "pulses", value: "12346" },
    { timeMs: NOON + 2, field: "total", value: 123500, unit: "L" },
    { timeMs: NOON + 3, field: "coarse", value: "123.50049" },
    { timeMs: NOON, values: { p: 2.5, rssi: -70, "debug.a": 1 }, units: { p: "bar" } },
  ];
  expect(await send(payload)).toBe("stored");
  const registers = store.readings.filter(({ channel }) => channel === "M-1.forward_total");
  expect(registers.map(({ counts }) => counts)).toEqual([123_456n, 123_460n, 123_500n, 123_500n]);
  expect(store.readings.find(({ channel }) => channel === "M-1.pressure")?.gauge).toBe(250);
  expect(store.lists.entries).toEqual([]);
});

it("what has no value is missing, with its reason", async () => {
  const { send, store } = await bench({ devices: directory(FIELDS) });
  await send({ timeMs: NOON, values: { total: "-1.0", p: null } });
  expect(store.readings.map(({ quality, counts, gauge }) => [quality, counts, gauge])).toEqual([
    [2, null, null],
    [2, null, null],
  ]);
});

it("what cannot be stored is set aside one by one, with words that say what to do", async () => {
  const { send, store, codes } = await bench({ devices: directory(FIELDS) });
  await send([
    { timeMs: NOON, field: "total", value: "0.0001" },
    { timeMs: NOON, field: "total", value: 1, unit: "kPa" },
    { field: "total", value: 1 },
    { timeMs: 5, field: "total", value: 1 },
    { timeMs: NOON, field: "total", value: "abc" },
    { timeMs: NOON, field: "total", value: 9 },
  ]);
  expect(codes()).toEqual(["NOT_A_COUNT", "UNIT_MISMATCH", "DEVICE_NO_TIME", "TIME_OUT_OF_RANGE", "DEVICE_VALUE"]);
  expect(store.lists.entries[0]).toMatchObject({ agent: SOURCE, channel: "M-1.forward_total" });
  expect(store.readings).toHaveLength(1);
});

it("a reading without a time gets that of its arrival, and a flag, where its profile allows it", async () => {
  const { send, store } = await bench({ devices: directory({ ...FIELDS, arrivalTime: true }) });
  await send({ field: "total", value: 7 });
  expect(store.readings).toMatchObject([{ readAtMs: NOON, counts: 7000n, flags: 2 ** 4 }]);
});

it("a device that nobody knows waits in quarantine, field by field", async () => {
  const { send, store } = await bench();
  await send({ timeMs: NOON, values: { total: 1, "flow rate": 2 } });
  expect(store.lists.entries.map(({ list, channel }) => [list, channel])).toEqual([
    ["quarantine", "dev:town:pump-1.total"],
    ["quarantine", fieldChannelId(SOURCE, "flow rate")],
  ]);
  expect(store.lists.entries[0]?.reason).toBe(
    "field total of dev/town/pump-1 feeds no channel in the registry (dev:town:pump-1.total)",
  );
  expect(fieldChannelId(SOURCE, "flow rate")).toMatch(/^dev:town:pump-1\.flow_rate\.[0-9a-f]{10}$/);
});

it("a name that was approved for a channel feeds it, in the unit that was approved", async () => {
  const names = { "dev:town:pump-1.litres": { channel: "M-1.forward_total", unit: "L" as const } };
  const { send, store } = await bench({ devices: directory({}, names) });
  await send({ timeMs: NOON, field: "litres", value: 1500 });
  expect(store.readings).toMatchObject([{ channel: "M-1.forward_total", counts: 1500n }]);
});

it("readings of a rejected field are counted and not listed", async () => {
  const { send, store } = await bench({ devices: { ...NO_DEVICES, hearsRejected: (id) => id.endsWith(".junk") } });
  await send({ timeMs: NOON, values: { junk: 1, total: 2 } });
  expect(store.lists.entries).toHaveLength(1);
  expect(await store.counts()).toMatchObject({ quarantined: 2 });
});

it("a payload that comes again is stored once, and listed once", async () => {
  const { send, store } = await bench({ devices: directory(FIELDS) });
  const payload = { timeMs: NOON, values: { total: 1, x: 2 } };
  await send(payload);
  await send(payload);
  expect(store.readings).toHaveLength(1);
  expect(store.lists.entries).toHaveLength(1);
  expect(await store.counts()).toMatchObject({ repeats: 1 });
});

it("a second value for one instant is kept on the conflict list", async () => {
  const { send, store, codes } = await bench({ devices: directory(FIELDS) });
  await send({ timeMs: NOON, values: { total: 1 } });
  await send({ timeMs: NOON, values: { total: 2 } });
  expect(codes()).toEqual(["SECOND_VALUE"]);
  expect(store.readings).toHaveLength(1);
});

it("a payload that is none goes to the dead letter as a whole", async () => {
  const { ingest, codes } = await bench();
  expect(await ingest.take(TOPIC, Uint8Array.of(0xff, 0x00), DEVICE)).toBe("set-aside");
  expect(codes()).toEqual(["NOT_A_DEVICE_PAYLOAD"]);
});

it("a device gets no answer while the store is away", async () => {
  const { send, store } = await bench({ devices: directory(FIELDS) });
  store.isAway = true;
  await expect(send({ timeMs: NOON, values: { total: 1 } })).rejects.toMatchObject({ retriable: true });
  store.isAway = false;
  expect(await send({ timeMs: NOON, values: { total: 1 } })).toBe("stored");
});
