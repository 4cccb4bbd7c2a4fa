import { hasFlag } from "@nightflow/domain";
import { expect, test } from "vitest";
import { ForgedTopicError } from "./errors.ts";
import { batchOf, GATEWAY, HOUR_MS, NOON, type TestBench, testBench } from "./testing/test-bench.ts";

const METER = "M-1.forward_total";
const GOOD = [METER, NOON, 1000, 0];

async function setAsideOf(bench: TestBench) {
  const lists = await Promise.all(
    (["dead_letter", "quarantine", "conflict"] as const).map((list) => bench.store.setAside(list, 100)),
  );
  return lists.flat().map(({ list, reasonCode, channel, raw }) => ({ list, reasonCode, channel, raw }));
}

function expectBalance({ ingest }: TestBench) {
  const { taken, stored, deadLetters, quarantined, conflicts, repeats } = ingest.stats();
  expect(taken).toBe(stored + deadLetters + quarantined + conflicts + repeats);
}

test("garbage on a topic goes to the dead letter with its beginning and is answered", async () => {
  const bench = await testBench();
  expect(await bench.take(Uint8Array.of(0xff, 0xfe, 0, 65, 66))).toBe("set-aside");
  expect(await setAsideOf(bench)).toEqual([
    { list: "dead_letter", reasonCode: "NOT_JSON", channel: null, raw: "\uFFFD\uFFFD\uFFFDAB" },
  ]);
  expect(bench.acks).toEqual([]);
});

test("the same garbage sent again is recorded once", async () => {
  const bench = await testBench();
  await Promise.all([bench.take("garbage"), bench.take("garbage")]);
  await bench.take("garbage");
  expect(await setAsideOf(bench)).toHaveLength(1);
  expect(bench.ingest.stats().repeatedFaults).toBe(1);
});

test("a long payload keeps its first 4,000 characters in the dead letter", async () => {
  const bench = await testBench();
  await bench.take("x".repeat(100_000));
  expect((await setAsideOf(bench))[0]?.raw).toHaveLength(4000);
});

test.each([
  ["null", "NOT_A_BATCH"],
  ["[]", "NOT_A_BATCH"],
  ['{"v":1}', "NOT_A_BATCH"],
  [batchOf(0, []), "NOT_A_BATCH"],
  [batchOf(1, new Array(10_001).fill(GOOD)), "TOO_MANY_READINGS"],
])("an envelope that is no batch is set aside as a whole: %#", async (payload, code) => {
  const bench = await testBench();
  expect(await bench.take(payload)).toBe("set-aside");
  expect((await setAsideOf(bench)).map((row) => row.reasonCode)).toEqual([code]);
  expectBalance(bench);
});

test("a broken batch whose number can be read does not block the batches behind it", async () => {
  const bench = await testBench();
  await bench.take(JSON.stringify({ v: 1, origin: "nowhere", epoch: "e1", seq: 1, sentAt: 0, readings: [] }));
  await bench.take(batchOf(2, [GOOD]));
  expect(bench.acks.at(-1)?.payload).toEqual({ v: 1, epoch: "e1", seq: 2, above: [] });
});

test("an unknown version is recorded once and never acked, so that the agent keeps it", async () => {
  const bench = await testBench();
  for (const seq of [1, 2, 3]) expect(await bench.take(JSON.stringify({ v: 2, epoch: "e1", seq }))).toBe("set-aside");
  expect((await setAsideOf(bench)).map((row) => row.reasonCode)).toEqual(["WIRE_VERSION_UNKNOWN"]);
  expect(bench.acks).toEqual([]);
  expect(await bench.store.marks()).toEqual([]);
});

test("readings on the topic of another agent are refused and recorded", async () => {
  const bench = await testBench();
  const forged = bench.ingest.take("nf/v1/town/gw-2/readings", batchOf(1, [GOOD]), GATEWAY);
  await expect(forged).rejects.toThrow(ForgedTopicError);
  expect((await setAsideOf(bench)).map((row) => row.reasonCode)).toEqual(["FORGED_TOPIC"]);
  expect(bench.store.readings).toEqual([]);
});

test.each([
  ["from 1970", [METER, 0, 1000, 0], "dead_letter", "TIME_OUT_OF_RANGE"],
  ["from the last second of 1999", [METER, Date.UTC(2000, 0, 1) - 1, 1000, 0], "dead_letter", "TIME_OUT_OF_RANGE"],
  ["from 2036", [METER, Date.UTC(2036, 1, 7), 1000, 0], "dead_letter", "TIME_OUT_OF_RANGE"],
  ["with half a count", [METER, NOON, 1.5, 0], "dead_letter", "NOT_A_COUNT"],
  ["with a count that JSON rounded", [METER, NOON, 2 ** 60, 0], "dead_letter", "NOT_A_COUNT"],
  ["wider than 64 bits", [METER, NOON, "9223372036854775808", 0], "dead_letter", "TOO_WIDE"],
  ["with text for a gauge", ["M-1.pressure", NOON, "312", 0], "dead_letter", "NOT_A_GAUGE_VALUE"],
  ["that is no tuple", { channel: METER }, "dead_letter", "MALFORMED_READING"],
  ["with a value although missing", [METER, NOON, 5, 2], "dead_letter", "MALFORMED_READING"],
  ["of an unknown channel", ["M-9.forward_total", NOON, 1000, 0], "quarantine", "UNKNOWN_CHANNEL"],
])("a reading %s is set aside alone and its neighbours are stored", async (_, bad, list, code) => {
  const bench = await testBench();
  expect(await bench.take(batchOf(1, [GOOD, bad, ["M-1.pressure", NOON, 312.5, 0]]))).toBe("stored");
  expect(await setAsideOf(bench)).toMatchObject([{ list, reasonCode: code, raw: JSON.stringify(bad) }]);
  expect(bench.store.readings.map((reading) => reading.channel)).toEqual([METER, "M-1.pressure"]);
  expect(bench.acks.at(-1)?.payload).toMatchObject({ seq: 1 });
  expectBalance(bench);
});

test("a number too large for a double is not finite and says so", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, [["M-1.pressure", NOON, "@", 0]]).replace('"@"', "1e400"));
  expect(await setAsideOf(bench)).toMatchObject([
    { reasonCode: "NOT_FINITE", raw: JSON.stringify(["M-1.pressure", NOON, "Infinity", 0]) },
  ]);
});

test("a reading up to a day ahead of the head-end's clock is stored", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, [[METER, NOON + 24 * HOUR_MS, 1, 0]]));
  expect(bench.store.readings).toHaveLength(1);
});

test("what is in the future is judged by the business clock", async () => {
  const bench = await testBench();
  bench.clock.set(Date.UTC(2036, 1, 7));
  await bench.take(batchOf(1, [[METER, Date.UTC(2036, 1, 7), 1, 0]]));
  expect(bench.store.readings).toHaveLength(1);
});

test.each([
  ["falls", 990, "negative"],
  ["rises above Q4", 1000 + 5000, "over_q4"],
  ["has more digits than the meter", 10_000_000, "over_digits"],
  ["is below zero", -1, "negative"],
] as const)("a register that %s is stored as suspect with its cause", async (_, counts, flag) => {
  const bench = await testBench();
  await bench.take(batchOf(1, [GOOD, [METER, NOON + HOUR_MS, counts, 0]]));
  const stored = bench.store.readings[1];
  expect(stored).toMatchObject({ quality: 1, counts: BigInt(counts) });
  expect(hasFlag(stored?.flags ?? 0, flag)).toBe(true);
  expect(bench.ingest.stats().suspect).toBe(1);
});

test("an agent's own suspect stays suspect with its flags", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, [[METER, NOON, 1000, 1, ["device_alarm"]]]));
  const stored = bench.store.readings[0];
  expect(stored?.quality).toBe(1);
  expect(hasFlag(stored?.flags ?? 0, "device_alarm")).toBe(true);
});

test("a missing reading is stored without a number and with its reason", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, [[METER, NOON, null, 2, ["timeout"]]]));
  expect(bench.store.readings).toMatchObject([{ quality: 2, counts: null, gauge: null }]);
  expect(hasFlag(bench.store.readings[0]?.flags ?? 0, "timeout")).toBe(true);
});

test("a status that is none goes to the dead letter", async () => {
  const bench = await testBench();
  bench.ingest.takeStatus("nf/v1/town/gw-1/status", "{}");
  bench.ingest.takeConfigReport("nf/v1/town/gw-1/config/report", "no");
  await bench.ingest.close();
  expect((await setAsideOf(bench)).map((row) => row.reasonCode).sort()).toEqual([
    "NOT_A_CONFIG_REPORT",
    "NOT_A_STATUS",
  ]);
});
