import { DeviceProfile } from "@nightflow/domain";
import fc from "fast-check";
import { get } from "sparkplug-payload";
import proto from "sparkplug-payload/lib/sparkplugPayloadProto.js";
import { describe, expect, it } from "vitest";
import { NO_DEVICES } from "../devices/no-devices.ts";
import { ingestFamilies } from "../metric-families.ts";
import { NOON, pressureChannel, testBench, waterChannel } from "../testing/test-bench.ts";
import { decodeSparkplug } from "./payload.ts";
import { parseSparkplugTopic } from "./topic.ts";

const { Payload } = proto.org.eclipse.tahu.protobuf;
const NODE = { name: "edge", role: "device" };
const [INT64, UINT64, FLOAT, BOOLEAN, TEMPLATE] = [4, 8, 9, 11, 19];

type Metric = proto.org.eclipse.tahu.protobuf.Payload.IMetric;

const encode = (seq: number | null, metrics: Metric[], timestamp: number | null = NOON) =>
  Payload.encode({ ...(timestamp !== null && { timestamp }), ...(seq !== null && { seq }), metrics }).finish();

const profile = DeviceProfile.parse({
  v: 1,
  fields: {
    total: { channel: "M-1.forward_total", unit: "L" },
    wide: { channel: "M-9.forward_total", unit: "L" },
    "line/pressure": { channel: "M-1.pressure", unit: "bar" },
  },
});

/** An ingest that knows one Sparkplug node, and what the node was told. */
async function bench() {
  const commands: { topic: string; payload: Uint8Array }[] = [];
  const devices = { ...NO_DEVICES, profileOf: () => profile };
  const publishCommand = async (topic: string, payload: Uint8Array) => void commands.push({ topic, payload });
  const made = await testBench({ devices, publishCommand });
  made.registry.known.set("M-9.forward_total", waterChannel("M-9.forward_total", { capacityCounts: null }));
  made.registry.known.set("M-2.pressure", pressureChannel("M-2.pressure"));
  const send = (kind: string, payload: Uint8Array) =>
    made.ingest.take(
      `spBv1.0/utility/${kind.startsWith("D") ? `${kind}/edge/meter-1` : `${kind}/edge`}`,
      payload,
      NODE,
    );
  const birth = encode(0, [
    { name: "bdSeq", datatype: UINT64, longValue: 3 },
    { name: "Node Control/Rebirth", datatype: BOOLEAN, booleanValue: false },
    { name: "total", alias: 1, datatype: UINT64, longValue: 1000, timestamp: NOON },
    { name: "line/pressure", alias: 2, datatype: FLOAT, floatValue: 2.1, timestamp: NOON },
  ]);
  const codes = () => made.store.lists.entries.map(({ reasonCode }) => reasonCode);
  return { ...made, commands, send, birth, codes };
}

describe("a Sparkplug node", () => {
  it("is read by the aliases and datatypes of its birth, its controls left out", async () => {
    const { send, birth, store, commands } = await bench();
    await send("NBIRTH", birth);
    await send(
      "NDATA",
      encode(
        1,
        [
          { alias: 1, longValue: 1500, timestamp: NOON + 5 },
          { alias: 2, floatValue: 2.2 },
        ],
        NOON + 6,
      ),
    );
    expect(store.readings.map(({ channel, counts, gauge, readAtMs }) => [channel, counts ?? gauge, readAtMs])).toEqual([
      ["M-1.forward_total", 1000n, NOON],
      ["M-1.pressure", 210, NOON],
      ["M-1.forward_total", 1500n, NOON + 5],
      ["M-1.pressure", 220, NOON + 6],
    ]);
    expect([store.lists.entries, commands]).toEqual([[], []]);
  });

  it("keeps whole numbers of 64 bits exactly", async () => {
    const { ingest, store } = await bench();
    const wide = get("spBv1.0")?.encodePayload({
      timestamp: NOON,
      seq: 0,
      metrics: [
        {
          name: "wide",
          type: "UInt64",
          value: proto.org.eclipse.tahu.protobuf.Payload.fromObject({ seq: "9007199254740993" }).seq as never,
        },
      ],
    });
    await ingest.take("spBv1.0/utility/NBIRTH/edge", wide ?? new Uint8Array(), NODE);
    expect(store.readings).toMatchObject([{ counts: 9007199254740993n }]);
  });

  it("takes what is null as missing and what is historical by its own time", async () => {
    const { send, birth, store } = await bench();
    await send("NBIRTH", birth);
    const old = { alias: 1, longValue: 900, timestamp: NOON - 60_000, isHistorical: true };
    await send("NDATA", encode(1, [old, { alias: 2, isNull: true, timestamp: NOON + 1 }]));
    expect(store.readings.at(-2)).toMatchObject({ counts: 900n, readAtMs: NOON - 60_000, flags: 4 });
    expect(store.readings.at(-1)).toMatchObject({ quality: 2, gauge: null });
  });

  it("is asked for its births when a number is missing, once in a while, and a repeat is no gap", async () => {
    const { send, birth, store, commands } = await bench();
    await send("NBIRTH", birth);
    const data = encode(1, [{ alias: 1, longValue: 1001, timestamp: NOON + 1 }]);
    await send("NDATA", data);
    await send("NDATA", data);
    expect(commands).toEqual([]);
    await send("NDATA", encode(3, [{ alias: 1, longValue: 1002, timestamp: NOON + 2 }]));
    await send("NDATA", encode(5, [{ alias: 1, longValue: 1003, timestamp: NOON + 3 }]));
    expect(commands.map(({ topic }) => topic)).toEqual(["spBv1.0/utility/NCMD/edge"]);
    const asked = decodeSparkplug(commands[0]?.payload ?? new Uint8Array()).metrics[0];
    expect(asked).toMatchObject({ name: "Node Control/Rebirth", kind: "booleanValue", text: "1" });
    expect(store.readings).toHaveLength(5);
  });

  it("is counted by births, deaths, gaps, and metrics that no birth explains", async () => {
    const { send, birth, ingest } = await bench();
    const data = (seq: number, alias = 1) => encode(seq, [{ alias, longValue: 1500, timestamp: NOON + seq }]);
    await send("NDATA", data(7));
    await send("NBIRTH", birth);
    await send("DBIRTH", encode(1, [{ name: "wide", alias: 9, datatype: INT64, longValue: 1, timestamp: NOON }]));
    await send("NDATA", data(4));
    await send("NDATA", data(5, 77));
    expect(ingest.stats().sparkplug).toMatchObject({ nodeBirths: 1, deviceBirths: 1, aliveNodes: 1, deadNodes: 0 });
    expect(ingest.stats().sparkplug).toMatchObject({ sequenceGaps: 1, unbornMessages: 1, unknownMetrics: 2 });
    await send("DDEATH", encode(6, []));
    await send("NDEATH", encode(null, [{ name: "bdSeq", datatype: UINT64, longValue: 2 }]));
    expect(ingest.stats().sparkplug).toMatchObject({ nodeDeaths: 0, aliveNodes: 1 });
    await send("NDEATH", encode(null, [{ name: "bdSeq", datatype: UINT64, longValue: 3 }]));
    expect(ingest.stats().sparkplug).toMatchObject({ nodeDeaths: 1, deviceDeaths: 1, aliveNodes: 0, deadNodes: 1 });
    const written = ingestFamilies(ingest.stats()).find(
      ({ name }) => name === "nightflow_sparkplug_sequence_gaps_total",
    );
    expect(written?.samples).toMatchObject([{ value: 1 }]);
  });

  it("goes on at 0 after 255 without being asked", async () => {
    const { send, birth, commands } = await bench();
    await send("NBIRTH", birth);
    for (let seq = 1; seq <= 256; seq++) await send("NDATA", encode(seq % 256, []));
    expect(commands).toEqual([]);
  });

  it("that was born before this program loses nothing: its data are set aside and read after the rebirth", async () => {
    const { send, birth, store, ingest, commands, codes } = await bench();
    await send("NDATA", encode(7, [{ alias: 1, longValue: 999, timestamp: NOON - 5 }]));
    expect([codes(), commands.length]).toEqual([["SPARKPLUG_NO_BIRTH"], 1]);
    await send("NBIRTH", birth);
    const entries = await store.findSetAside({ list: "dead_letter", state: "open" }, { limit: 10 });
    await ingest.replay({ decision: "d1", seq: 1, entries });
    expect(store.readings.find(({ readAtMs }) => readAtMs === NOON - 5)).toMatchObject({ counts: 999n });
    expect(store.lists.entries).toMatchObject([{ outcome: "stored", decision: "d1" }]);
  });

  it("that has died is not read until it is born again, and an old death is no death", async () => {
    const { send, birth, codes, commands } = await bench();
    const death = (bdSeq: number) => encode(null, [{ name: "bdSeq", datatype: UINT64, longValue: bdSeq }]);
    const data = (seq: number) => encode(seq, [{ alias: 1, longValue: 1100 + seq, timestamp: NOON + seq }]);
    await send("NBIRTH", birth);
    await send("NDEATH", death(2));
    await send("NDATA", data(1));
    expect([codes(), commands]).toEqual([[], []]);
    await send("NDEATH", death(3));
    await send("NDATA", data(2));
    expect([codes(), commands.length]).toEqual([["SPARKPLUG_NO_BIRTH"], 1]);
  });

  it("has devices with profiles of their own, whose death forgets their aliases", async () => {
    const { send, birth, store, codes } = await bench();
    await send("NBIRTH", birth);
    await send(
      "DBIRTH",
      encode(1, [{ name: "total", alias: 9, datatype: INT64, longValue: 1200, timestamp: NOON + 1 }]),
    );
    await send("DDATA", encode(2, [{ alias: 9, longValue: 1300, timestamp: NOON + 2 }]));
    expect(store.readings.map(({ counts }) => counts)).toEqual([1000n, null, 1200n, 1300n]);
    await send("DDEATH", encode(3, []));
    await send("DDATA", encode(4, [{ alias: 9, longValue: 1400, timestamp: NOON + 3 }]));
    expect(codes()).toEqual(["SPARKPLUG_NO_BIRTH"]);
    expect(store.lists.entries[0]?.agent).toBe("spb/utility/edge/meter-1");
  });

  it("with templates, data sets or texts gets them back with the reason", async () => {
    const { send, codes, store } = await bench();
    const metrics = [
      { name: "t", datatype: TEMPLATE, templateValue: {}, timestamp: NOON },
      { name: "s", datatype: 12, stringValue: "open", timestamp: NOON },
      { name: "b", datatype: 17, bytesValue: Uint8Array.of(1), timestamp: NOON },
      { name: "total", datatype: 12, stringValue: "1000", timestamp: NOON },
      { name: "line/pressure", datatype: FLOAT, floatValue: Number.NaN, timestamp: NOON },
      { name: "line/pressure", datatype: FLOAT, floatValue: Number.POSITIVE_INFINITY, timestamp: NOON },
    ];
    await send("NBIRTH", encode(0, metrics));
    expect(codes()).toEqual(["SPARKPLUG_TEMPLATE", "SPARKPLUG_TYPE", "SPARKPLUG_TYPE", "NOT_FINITE"]);
    expect(store.readings.map(({ quality }) => quality)).toEqual([0, 2]);
  });

  it("whose message could not be stored is asked for its state, since it never sends it again", async () => {
    const { send, birth, store, commands } = await bench();
    await send("NBIRTH", birth);
    store.isAway = true;
    await expect(send("NDATA", encode(1, [{ alias: 1, longValue: 1, timestamp: NOON + 1 }]))).rejects.toThrow();
    expect(commands).toHaveLength(1);
  });

  it("that sends anything but Sparkplug finds it in the dead letter", async () => {
    const { send, codes } = await bench();
    expect(await send("NDATA", Buffer.from("{}"))).toBe("set-aside");
    expect(codes()).toEqual(["NOT_SPARKPLUG"]);
  });
});

describe("Sparkplug", () => {
  it("negative numbers keep their sign in whatever width they came", () => {
    const one = (metric: Metric) => decodeSparkplug(encode(0, [metric])).metrics[0];
    expect(one({ name: "a", datatype: INT64, longValue: -5 })).toMatchObject({ text: "18446744073709551611" });
    expect(one({ name: "a", datatype: FLOAT, floatValue: 0.1 })).toMatchObject({ text: "0.1" });
  });

  it("payloads of any bytes are read or refused, never worse", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (noise) => {
        try {
          decodeSparkplug(noise);
        } catch (error) {
          expect(error).toMatchObject({ code: "WIRE_INVALID" });
        }
      }),
      { seed: 20261123 },
    );
  });

  it("topics that carry no readings are none of ours", () => {
    expect(parseSparkplugTopic("spBv1.0/g/DDATA/n/d")).toEqual({ kind: "DDATA", group: "g", node: "n", device: "d" });
    for (const topic of [
      "spBv1.0/g/NCMD/n",
      "spBv1.0/STATE/host",
      "spBv1.0/g/NDATA/n/d",
      "spBv1.0/g/DDATA/n",
      "spAv1.0/g/NDATA/n",
    ])
      expect(parseSparkplugTopic(topic)).toBeUndefined();
  });
});
