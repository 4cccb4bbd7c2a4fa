import { agentTopics, NightflowError, StoreUnavailableError } from "@nightflow/domain";
import type { CommitRequest } from "@nightflow/storage";
import { expect, test } from "vitest";
import type { CommitFate } from "./testing/memory-reading-store.ts";
import { batchOf, HOUR_MS, NOON, type TestBench, testBench, waterChannel } from "./testing/test-bench.ts";

const METER = "M-1.forward_total";

/** A store that says no to one reading for ever. */
class PoisonError extends NightflowError {
  readonly code = "POISON";
  readonly retriable = false;
}

/** Holds every commit until it is let go; `reached` resolves when a commit is held. */
function heldCommits({ store }: TestBench) {
  let gate = Promise.withResolvers<void>();
  let arrival = Promise.withResolvers<void>();
  store.fateOf = async (): Promise<CommitFate> => {
    arrival.resolve();
    await gate.promise;
    return "done";
  };
  return {
    reached: () => arrival.promise,
    letGo: () => {
      gate.resolve();
      gate = Promise.withResolvers();
      arrival = Promise.withResolvers();
    },
  };
}

function takeAs(bench: TestBench, name: string, payload: string): Promise<string> {
  return bench.ingest.take(agentTopics("town", name).readings, payload, { name, role: "agent", site: "town" });
}

function readingsAt(no: number): unknown[] {
  return [[METER, NOON + (no * HOUR_MS) / 4, 1000 + no, 0]];
}

function agentsOf(request: CommitRequest | undefined): string[] {
  return (request?.batches ?? []).map((batch) => batch.agent);
}

test("batches that arrive while a commit runs share the next one", async () => {
  const bench = await testBench();
  const commits = heldCommits(bench);
  const first = bench.take(batchOf(1, readingsAt(1)));
  await commits.reached();
  const others = [2, 3, 4].map((seq) => bench.take(batchOf(seq, readingsAt(seq))));
  commits.letGo();
  await first;
  await commits.reached();
  commits.letGo();
  await Promise.all(others);
  expect(bench.store.commits.map((commit) => commit.batches.length)).toEqual([1, 3]);
});

test("an agent that catches up does not starve one that is live", async () => {
  const bench = await testBench({ config: { groupMaxReadings: 4 } });
  const commits = heldCommits(bench);
  const first = takeAs(bench, "gw-1", batchOf(1, readingsAt(0)));
  await commits.reached();
  const backlog = Array.from({ length: 20 }, (_, i) => takeAs(bench, "gw-1", batchOf(i + 2, readingsAt(i + 1))));
  const live = takeAs(bench, "gw-2", batchOf(1, readingsAt(30)));
  bench.store.fateOf = () => "done";
  commits.letGo();
  await Promise.all([first, live, ...backlog]);
  expect(agentsOf(bench.store.commits[1])).toContain("town/gw-2");
});

test("a commit is bounded by readings", async () => {
  const bench = await testBench({ config: { groupMaxReadings: 3 } });
  await Promise.all(Array.from({ length: 7 }, (_, i) => bench.take(batchOf(i + 1, readingsAt(i)))));
  expect(bench.store.commits.map((commit) => commit.batches.length)).toEqual([3, 3, 1]);
});

test("with little room batches wait their turn, and all are stored", async () => {
  const bench = await testBench({ config: { maxPendingBytes: 1024 } });
  const names = ["gw-1", "gw-2", "gw-3"];
  const takes = Array.from({ length: 60 }, (_, i) =>
    takeAs(bench, names[i % 3] ?? "", batchOf(Math.floor(i / 3) + 1, readingsAt(i))),
  );
  expect(bench.ingest.stats().pendingBytes).toBeLessThanOrEqual(1024);
  await Promise.all(takes);
  expect(bench.store.readings).toHaveLength(60);
  expect(bench.ingest.stats()).toMatchObject({ pendingBatches: 0, pendingBytes: 0 });
});

test("a batch beyond the agent's window is given back, and others are not disturbed", async () => {
  const bench = await testBench({ config: { windowBatches: 2 } });
  const commits = heldCommits(bench);
  const takes = [1, 2].map((seq) => bench.take(batchOf(seq, readingsAt(seq))));
  await commits.reached();
  await expect(bench.take(batchOf(3, readingsAt(3)))).rejects.toMatchObject({ code: "INGEST_WINDOW_FULL" });
  const other = takeAs(bench, "gw-2", batchOf(1, []));
  bench.store.fateOf = () => "done";
  commits.letGo();
  await Promise.all([...takes, other]);
  expect(bench.ingest.stats()).toMatchObject({ pendingBatches: 0, refusedBatches: 1 });
});

test("with the store away nothing is acked, every place is released, and later all is stored", async () => {
  const bench = await testBench({ config: { retryForMs: 5 } });
  bench.store.isAway = true;
  const payloads = [1, 2, 3].map((seq) => batchOf(seq, readingsAt(seq)));
  for (const result of await Promise.allSettled(payloads.map(bench.take)))
    expect(result).toMatchObject({ status: "rejected", reason: { code: "STORE_UNAVAILABLE", retriable: true } });
  expect(bench.acks).toEqual([]);
  expect(bench.ingest.stats()).toMatchObject({ pendingBatches: 0, pendingBytes: 0, taken: 0, refusedBatches: 3 });
  bench.store.isAway = false;
  await Promise.all(payloads.map(bench.take));
  expect(bench.store.readings).toHaveLength(3);
  expect(bench.acks.at(-1)?.payload).toMatchObject({ seq: 3 });
});

test("batches that wait for room are given back too when the store is away", async () => {
  const bench = await testBench({ config: { maxPendingBytes: 1024 } });
  bench.store.isAway = true;
  const takes = Array.from({ length: 40 }, (_, i) => bench.take(batchOf(i + 1, readingsAt(i))));
  for (const result of await Promise.allSettled(takes)) expect(result.status).toBe("rejected");
  expect(bench.ingest.stats()).toMatchObject({ pendingBatches: 0, pendingBytes: 0, failedCommits: 1 });
});

test("a store that comes back within the patience is not noticed by agents", async () => {
  const bench = await testBench({ config: { retryForMs: 2000 } });
  let calls = 0;
  bench.store.fateOf = () => (calls++ < 3 ? { refuse: new StoreUnavailableError("away") } : "done");
  expect(await bench.take(batchOf(1, readingsAt(1)))).toBe("stored");
  expect(bench.ingest.stats()).toMatchObject({ failedCommits: 3, commits: 1 });
});

test("ingest starts with the store away and stores once it answers", async () => {
  const before = await testBench();
  await before.take(batchOf(1, readingsAt(1)));
  before.store.isAway = true;
  const bench = await testBench({ store: before.store });
  await expect(bench.take(batchOf(2, readingsAt(2)))).rejects.toMatchObject({ retriable: true });
  bench.store.isAway = false;
  await bench.take(batchOf(2, readingsAt(2)));
  expect(bench.acks.at(-1)?.payload).toMatchObject({ seq: 2 });
});

test("a batch that the store refuses goes to the dead letter, reading by reading, and its neighbours are stored", async () => {
  const bench = await testBench();
  const poison = 1005;
  bench.store.fateOf = ({ readings }) =>
    readings.counts.includes(BigInt(poison)) ? { refuse: new PoisonError("cannot hold 1005") } : "done";
  await Promise.all(Array.from({ length: 8 }, (_, i) => bench.take(batchOf(i + 1, readingsAt(i)))));
  expect(bench.store.readings).toHaveLength(7);
  expect(await bench.store.setAside("dead_letter", 9)).toMatchObject([
    { reasonCode: "STORE_REFUSED", seq: 6, raw: JSON.stringify(readingsAt(5)[0]) },
  ]);
  expect(bench.acks.at(-1)?.payload).toMatchObject({ seq: 8, above: [] });
});

test("a store that refuses everything, even dead letters, loses nothing: agents hold", async () => {
  const bench = await testBench();
  bench.store.fateOf = () => ({ refuse: new PoisonError("wrong token") });
  const takes = await Promise.allSettled([1, 2, 3].map((seq) => bench.take(batchOf(seq, readingsAt(seq)))));
  for (const result of takes) expect(result).toMatchObject({ status: "rejected", reason: { retriable: true } });
  bench.store.fateOf = () => "done";
  await Promise.all([1, 2, 3].map((seq) => bench.take(batchOf(seq, readingsAt(seq)))));
  expect(bench.store.readings).toHaveLength(3);
});

test("the ack names the epoch, the contiguous number and those above it, on the agent's own topic", async () => {
  const bench = await testBench();
  await bench.take(batchOf(1, readingsAt(1), { epoch: "e7" }));
  await bench.take(batchOf(4, readingsAt(4), { epoch: "e7" }));
  expect(bench.acks).toEqual([
    { topic: "nf/v1/town/gw-1/ack", payload: { v: 1, epoch: "e7", seq: 1, above: [] } },
    { topic: "nf/v1/town/gw-1/ack", payload: { v: 1, epoch: "e7", seq: 1, above: [4] } },
  ]);
});

test("no ack is published before the commit is durable", async () => {
  const bench = await testBench();
  const commits = heldCommits(bench);
  const take = bench.take(batchOf(1, readingsAt(1)));
  await commits.reached();
  expect(bench.acks).toEqual([]);
  commits.letGo();
  await take;
  expect(bench.acks).toHaveLength(1);
});

test("an agent that connects after a restart hears what is stored of its newest epoch", async () => {
  const before = await testBench();
  await before.take(batchOf(1, readingsAt(1)));
  const bench = await testBench({ store: before.store });
  bench.ingest.onAgentConnected("town", "gw-1");
  bench.ingest.onAgentConnected("town", "stranger");
  await bench.ingest.close();
  expect(bench.acks).toEqual([{ topic: "nf/v1/town/gw-1/ack", payload: { v: 1, epoch: "e1", seq: 1, above: [] } }]);
});

test("a broker that fails to publish an ack does not fail the batch", async () => {
  const bench = await testBench({ publishAck: () => Promise.reject(new Error("no broker")) });
  expect(await bench.take(batchOf(1, readingsAt(1)))).toBe("stored");
});

test("a slow broker has one ack of an epoch on its way, and the last one says everything", async () => {
  const gate = Promise.withResolvers<void>();
  const seqs: number[] = [];
  const publishAck = async (_: string, payload: string) => {
    seqs.push((JSON.parse(payload) as { seq: number }).seq);
    await gate.promise;
  };
  const bench = await testBench({ publishAck });
  for (const seq of [1, 2, 3, 4]) await bench.take(batchOf(seq, readingsAt(seq)));
  gate.resolve();
  await bench.ingest.close();
  expect(seqs).toEqual([1, 4]);
});

test("closing stores what was taken and takes nothing more", async () => {
  const bench = await testBench();
  const taken = bench.take(batchOf(1, readingsAt(1)));
  const closed = bench.ingest.close();
  await expect(bench.take(batchOf(2, readingsAt(2)))).rejects.toMatchObject({ code: "INGEST_CLOSED", retriable: true });
  await closed;
  expect(await taken).toBe("stored");
});

test("a channel created a moment ago is found, and one that stays unknown is asked for once in a while", async () => {
  const bench = await testBench();
  bench.registry.behind.push(waterChannel("M-2.forward_total"));
  await bench.take(batchOf(1, [["M-2.forward_total", NOON, 5, 0]]));
  expect(bench.store.readings).toHaveLength(1);
  for (const seq of [2, 3, 4]) await bench.take(batchOf(seq, [["M-9.forward_total", NOON + seq, 5, 0]]));
  expect(bench.registry.refreshes).toBe(2);
  expect(await bench.store.counts()).toMatchObject({ stored: 1, quarantined: 3 });
});

test("while no list of channels could be read, batches with channels not found stay with their agents", async () => {
  const bench = await testBench();
  bench.registry.isLoaded = false;
  const payload = batchOf(1, [["M-2.forward_total", NOON, 5, 0]]);
  await expect(bench.take(payload)).rejects.toMatchObject({ code: "INGEST_NO_REGISTRY", retriable: true });
  await expect(bench.take(payload)).rejects.toMatchObject({ code: "INGEST_NO_REGISTRY" });
  bench.registry.behind.push(waterChannel("M-2.forward_total"));
  bench.registry.isLoaded = true;
  await bench.take(payload);
  expect(await bench.store.counts()).toMatchObject({ stored: 1, quarantined: 0 });
});

test("a batch that waits for the registry holds no one else up", async () => {
  const bench = await testBench({ config: { maxPendingBytes: 1024 } });
  const answer = Promise.withResolvers<void>();
  bench.registry.refresh = () => answer.promise;
  const waiting = takeAs(bench, "gw-2", batchOf(1, [["M-9.forward_total", NOON, 5, 0]]));
  expect(await bench.take(batchOf(1, readingsAt(1)))).toBe("stored");
  answer.resolve();
  expect(await waiting).toBe("stored");
  expect(await bench.store.counts()).toMatchObject({ stored: 1, quarantined: 1 });
});

test("statistics tell how long commits took", async () => {
  const bench = await testBench();
  for (const seq of [1, 2]) await bench.take(batchOf(seq, readingsAt(seq)));
  const { commitMs, commits } = bench.ingest.stats();
  expect(commits).toBe(2);
  expect(commitMs.counts.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(commitMs.sumMs).toBeGreaterThanOrEqual(commitMs.maxMs);
});
