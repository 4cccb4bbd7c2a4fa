import { StoreUnavailableError } from "@nightflow/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryReadingStore } from "./testing/memory-reading-store.ts";
import { batchOf, HOUR_MS, NOON, type TestBench, testBench } from "./testing/test-bench.ts";

const METER = "M-1.forward_total";
const away = () => new StoreUnavailableError("the store is away");

test("a batch that comes again is answered and not stored", async () => {
  const bench = await testBench();
  const payload = batchOf(1, [[METER, NOON, 1000, 0]]);
  expect([await bench.take(payload), await bench.take(payload)]).toEqual(["stored", "stored"]);
  expect(bench.store.readings).toHaveLength(1);
  expect(bench.ingest.stats().repeatedBatches).toBe(1);
  expect(bench.acks).toHaveLength(2);
});

test("a batch that comes again while the first waits for its commit is stored once", async () => {
  const bench = await testBench();
  const payload = batchOf(1, [[METER, NOON, 1000, 0]]);
  expect(await Promise.all([bench.take(payload), bench.take(payload)])).toEqual(["stored", "stored"]);
  expect(bench.store.readings).toHaveLength(1);
});

test("a batch stored before a restart is known after it", async () => {
  const store = new MemoryReadingStore();
  const payload = batchOf(1, [[METER, NOON, 1000, 0]]);
  await (await testBench({ store })).take(payload);
  const bench = await testBench({ store });
  await bench.take(payload);
  expect(store.readings).toHaveLength(1);
  expect(bench.acks.at(-1)?.payload).toMatchObject({ seq: 1 });
});

test("a commit that was done although the store said no is not done again", async () => {
  const bench = await testBench({ config: { retryForMs: 1000 } });
  let calls = 0;
  bench.store.fateOf = () => (calls++ === 0 ? { doneButSay: away() } : "done");
  expect(await bench.take(batchOf(1, [[METER, NOON, 1000, 0]]))).toBe("stored");
  expect(bench.store.readings).toHaveLength(1);
  expect(bench.store.commits).toHaveLength(1);
});

test("an agent that was told no stores nothing twice when the store had done it", async () => {
  const bench = await testBench();
  const payload = batchOf(1, [[METER, NOON, 1000, 0]]);
  bench.store.fateOf = () => ({ doneButSay: away() });
  await expect(bench.take(payload)).rejects.toMatchObject({ retriable: true });
  bench.store.fateOf = () => "done";
  expect(await bench.take(payload)).toBe("stored");
  expect(bench.store.readings).toHaveLength(1);
});

test("a batch too far above a hole is given back, with an ack that shows the hole, until it closes", async () => {
  const bench = await testBench();
  await expect(bench.take(batchOf(1025, []))).rejects.toMatchObject({ code: "INGEST_SEQ_AHEAD", retriable: true });
  expect(bench.acks.at(-1)?.payload).toEqual({ v: 1, epoch: "e1", seq: 0, above: [] });
  await bench.take(batchOf(1, []));
  expect(await bench.take(batchOf(1025, []))).toBe("stored");
  expect(bench.acks.at(-1)?.payload).toEqual({ v: 1, epoch: "e1", seq: 1, above: [1025] });
});

test("the same value for one instant from another batch is a repeat", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, [[METER, NOON, 1000, 0]]));
  await bench.take(batchOf(2, [[METER, NOON, 1000, 0]]));
  expect(await bench.store.counts()).toMatchObject({ stored: 1, repeats: 1, conflicts: 0 });
});

test.each([
  ["in one batch", [[1000, 1001]]],
  ["in two batches", [[1000], [1001]]],
])("of two values for one instant the first stays and the second is listed as conflict, %s", async (_, batches) => {
  const bench = await testBench();
  for (const [i, values] of batches.entries())
    await bench.take(
      batchOf(
        i + 1,
        values.map((value) => [METER, NOON, value, 0]),
      ),
    );
  expect(bench.store.readings).toMatchObject([{ counts: 1000n }]);
  expect(await bench.store.setAside("conflict", 9)).toMatchObject([
    { reasonCode: "SECOND_VALUE", channel: METER, readAtMs: NOON, raw: JSON.stringify([METER, NOON, 1001, 0]) },
  ]);
});

test("two values for one instant in batches of one commit are a conflict", async () => {
  const bench = await testBench();
  await Promise.all([1000, 1001].map((value, i) => bench.take(batchOf(i + 1, [[METER, NOON, value, 0]]))));
  expect(bench.store.commits).toHaveLength(1);
  expect(await bench.store.counts()).toMatchObject({ stored: 1, conflicts: 1 });
});

test("a value fills the gap at its instant, and a gap never covers a value", async () => {
  const bench = await testBench();
  const gap = [METER, NOON, null, 2, ["timeout"]];
  const value = [METER, NOON, 1000, 0];
  for (const [i, reading] of [gap, value, gap].entries()) await bench.take(batchOf(i + 1, [reading]));
  expect((await bench.store.valuesAt([{ channel: METER, readAtMs: NOON }]))[0]).toMatchObject({ counts: 1000n });
  expect(await bench.store.counts()).toMatchObject({ stored: 2, repeats: 1, conflicts: 0 });
});

test("a gap and a value for one instant in one commit are stored as the value alone", async () => {
  const bench = await testBench();
  await bench.take(
    batchOf(1, [
      [METER, NOON, null, 2, ["timeout"]],
      [METER, NOON, 1000, 0],
    ]),
  );
  expect(bench.store.readings).toMatchObject([{ quality: 0, counts: 1000n }]);
  expect(bench.ingest.stats()).toMatchObject({ taken: 2, stored: 1, repeats: 1 });
});

/** One step of a hostile day: an agent sends its batches, the store fails, ingest is killed. */
type Step =
  | { readonly do: "send"; readonly seqs: readonly number[] }
  | { readonly do: "refuse" | "lose the answer" | "restart" };

const Step = fc.oneof<fc.WeightedArbitrary<Step>[]>(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("send" as const),
      seqs: fc.array(fc.nat(11), { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "refuse" as const }) },
  { weight: 2, arbitrary: fc.constant({ do: "lose the answer" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "restart" as const }) },
);

const WireReading = fc.tuple(
  fc.constantFrom(METER, "M-1.pressure", "M-9.forward_total"),
  fc.integer({ min: -1, max: 5 }).map((hour) => (hour < 0 ? 0 : NOON + hour * HOUR_MS)),
  fc.constantFrom(1000, 1001, 1.5, null),
);

const Batches = fc.array(fc.array(WireReading, { maxLength: 5 }), { minLength: 12, maxLength: 12 });

function payloadsOf(batches: readonly (readonly [string, number, number | null][])[]): string[] {
  return batches.map((readings, i) =>
    batchOf(
      i + 1,
      readings.map(([channel, at, value]) => [channel, at, value, value === null ? 2 : 0]),
    ),
  );
}

async function play(steps: readonly Step[], payloads: readonly string[]): Promise<TestBench> {
  const store = new MemoryReadingStore();
  let bench = await testBench({ store });
  for (const step of steps) {
    if (step.do === "send") await Promise.allSettled(step.seqs.map((seq) => bench.take(payloads[seq] ?? "")));
    else if (step.do === "restart") bench = await testBench({ store });
    else store.fateOf = once(store, step.do === "refuse" ? { refuse: away() } : { doneButSay: away() });
  }
  store.fateOf = () => "done";
  for (const payload of payloads) await bench.take(payload);
  return bench;
}

function once(store: MemoryReadingStore, fate: { refuse: Error } | { doneButSay: Error }) {
  return () => {
    store.fateOf = () => "done";
    return fate;
  };
}

test("whatever is sent again, reordered, refused or killed, every reading ends in one place", async () => {
  await fc.assert(
    fc.asyncProperty(Batches, fc.array(Step, { maxLength: 25 }), async (batches, steps) => {
      const { store, acks } = await play(steps, payloadsOf(batches));
      const { stored, deadLetters, quarantined, conflicts, repeats } = await store.counts();
      expect(stored + deadLetters + quarantined + conflicts + repeats).toBe(batches.flat().length);
      const values = store.readings.filter((reading) => reading.quality !== 2);
      const instants = new Set(values.map((reading) => `${reading.channel} ${reading.readAtMs}`));
      expect(instants.size).toBe(values.length);
      expect(acks.at(-1)?.payload).toEqual({ v: 1, epoch: "e1", seq: 12, above: [] });
    }),
    { seed: 20_260_301, numRuns: 150 },
  );
});

test("readings newer than everything of their channel cost no query", async () => {
  const bench = await testBench();
  let asked = 0;
  const valuesAt = bench.store.valuesAt.bind(bench.store);
  bench.store.valuesAt = (keys) => {
    asked += keys.length;
    return valuesAt(keys);
  };
  for (const seq of [1, 2, 3]) await bench.take(batchOf(seq, [[METER, NOON + seq * HOUR_MS, 1000 + seq, 0]]));
  expect(asked).toBe(0);
  await bench.take(batchOf(4, [[METER, NOON, 999, 0]]));
  expect(asked).toBe(1);
});
