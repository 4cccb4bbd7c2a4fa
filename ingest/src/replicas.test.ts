import { MAX_ABOVE } from "@nightflow/domain";
import { expect, test, vi } from "vitest";
import { MemoryReadingStore } from "./testing/memory-reading-store.ts";
import { batchOf, NOON, type TestBench, testBench } from "./testing/test-bench.ts";

/** Two ingests that store into one store, as on a shared subscription. */
async function replicas(): Promise<readonly [TestBench, TestBench, MemoryReadingStore]> {
  const store = new MemoryReadingStore();
  store.kind = "influxdb";
  return [await testBench({ store }), await testBench({ store }), store];
}

const batch = (seq: number) =>
  batchOf(seq, [
    ["M-1.pressure", NOON + seq, seq, 0],
    ["nobody", NOON + seq, 1, 0],
  ]);

test("each acks what all have stored, so that no agent sends what is stored already", async () => {
  const [first, second] = await replicas();
  await first.take(batch(1));
  await second.take(batch(2));
  await first.take(batch(3));
  expect(second.acks.at(-1)?.payload).toMatchObject({ seq: 2, above: [] });
  expect(first.acks.at(-1)?.payload).toMatchObject({ seq: 3, above: [] });
});

test("a batch that both are brought is stored once, and what it set aside is listed once", async () => {
  const [first, second, store] = await replicas();
  await Promise.all([first.take(batch(1)), second.take(batch(1))]);
  await second.take(batch(1));
  expect(await store.counts()).toMatchObject({ stored: 1, quarantined: 1 });
  expect(second.acks.at(-1)?.payload).toMatchObject({ seq: 1 });
});

test("one that has not heard of an agent for long takes its next batch all the same", async () => {
  const [first, second] = await replicas();
  await second.take(batch(1));
  const later = Array.from({ length: MAX_ABOVE + 5 }, (_, at) => at + 2);
  for (let at = 0; at < later.length; at += 50)
    await Promise.all(later.slice(at, at + 50).map((seq) => first.take(batch(seq))));
  expect(await second.take(batch(MAX_ABOVE + 7))).toBe("stored");
});

test("one that an agent comes to tells it what all have stored, not what it remembers itself", async () => {
  const [first, second] = await replicas();
  await first.take(batch(1));
  for (const seq of [2, 3, 4]) await second.take(batch(seq));
  first.ingest.onAgentConnected("town", "gw-1");
  await vi.waitFor(() => expect(first.acks.at(-1)?.payload).toMatchObject({ seq: 4 }));
});
