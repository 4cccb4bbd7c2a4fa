import { ManualClock, StoreUnavailableError } from "@nightflow/domain";
import { expect, it } from "vitest";
import { NO_DEVICES } from "../devices/no-devices.ts";
import { batchOf, NOON, testBench, waterChannel } from "../testing/test-bench.ts";
import { DecisionRun } from "./decision-run.ts";
import type { Decision } from "./decisions.ts";

const CHANNEL = "M-1.forward_total";
const NEW = "M-7.forward_total";

/** An ingest with entries on its lists, and a way to carry decisions out. */
async function bench() {
  const made = await testBench();
  const { ingest, store, registry } = made;
  const progress: number[] = [];
  const run = (
    decision: Partial<Decision> & Pick<Decision, "kind" | "filter">,
    signal = new AbortController().signal,
  ) =>
    new DecisionRun(
      { id: "d1", repair: {}, ...decision },
      { ingest, store, registry, devices: NO_DEVICES, clock: new ManualClock(NOON) },
      { signal, progress: async (share) => void progress.push(share) },
    ).run();
  const open = (list: "dead_letter" | "quarantine" | "conflict") =>
    store.findSetAside({ list, state: "open" }, { limit: 99 });
  const counts = () => store.readings.map(({ counts: value }) => value);
  return { ...made, run, open, counts, progress };
}

it("a repaired dead letter is stored by the ordinary way, and says so", async () => {
  const { take, run, counts, store } = await bench();
  await take(batchOf(1, [[CHANNEL, NOON, 1.5, 0]]));
  const outcomes = await run({ kind: "replay", filter: { list: "dead_letter", ids: [1] }, repair: { value: "1500" } });
  expect(outcomes).toEqual({ stored: 1 });
  expect(counts()).toEqual([1500n]);
  expect(store.lists.entries[0]).toMatchObject({ outcome: "stored", decision: "d1" });
});

it("one that is still wrong is a dead letter again, of its own agent, and waits for another decision", async () => {
  const { take, run, open } = await bench();
  await take(batchOf(1, [[CHANNEL, NOON, 1.5, 0]]));
  expect(await run({ kind: "replay", filter: { list: "dead_letter", upToId: 1 } })).toEqual({ dead_letter: 1 });
  expect(await open("dead_letter")).toMatchObject([{ id: 2, agent: "town/gw-1", reasonCode: "NOT_A_COUNT" }]);
});

it("one whose instant holds another value goes to the conflict list, and the same value is a repeat", async () => {
  const { take, run, open } = await bench();
  await take(
    batchOf(1, [
      [CHANNEL, NOON, 5, 0],
      [CHANNEL, NOON, 1.5, 0],
      [CHANNEL, NOON, 2.5, 0],
    ]),
  );
  const replay = { kind: "replay", filter: { list: "dead_letter", ids: [1] }, repair: { value: "6" } } as const;
  expect(await run({ ...replay, id: "d1" })).toEqual({ conflict: 1 });
  expect(await run({ ...replay, id: "d2", filter: { list: "dead_letter", ids: [2] }, repair: { value: "5" } })).toEqual(
    { repeat: 1 },
  );
  expect(await open("conflict")).toMatchObject([{ agent: "town/gw-1", channel: CHANNEL }]);
});

it("an approved channel gets all that waited, in the order of its readings", async () => {
  const { take, run, registry, counts, open } = await bench();
  await take(
    batchOf(1, [
      [NEW, NOON + 2, 30, 0],
      [NEW, NOON, 10, 0],
    ]),
  );
  await take(
    batchOf(2, [
      [NEW, NOON + 1, 20, 0],
      ["other", NOON, 1, 0],
    ]),
  );
  const approve = { kind: "approve", filter: { list: "quarantine", channel: NEW } } as const;
  await expect(run(approve)).rejects.toMatchObject({ code: "INGEST_CHANNEL_NOT_YET", retriable: true });
  registry.behind.push(waterChannel(NEW));
  expect(await run(approve)).toEqual({ stored: 3 });
  expect(counts()).toEqual([10n, 20n, 30n]);
  expect(await open("quarantine")).toMatchObject([{ channel: "other" }]);
});

it("a rejected channel leaves the list, and comes back when that is undone", async () => {
  const { take, run, open } = await bench();
  await take(
    batchOf(1, [
      [NEW, NOON, 1, 0],
      [NEW, NOON + 1, 2, 0],
    ]),
  );
  const filter = { list: "quarantine", channel: NEW } as const;
  expect(await run({ kind: "reject", filter })).toEqual({ rejected: 2 });
  expect(await open("quarantine")).toEqual([]);
  expect(await run({ kind: "undo_reject", filter, id: "d2" })).toEqual({ opened: 2 });
  expect(await open("quarantine")).toHaveLength(2);
});

it("a discard and a conflict's first value are settled without a reading", async () => {
  const { take, run, counts } = await bench();
  await take(
    batchOf(1, [
      [CHANNEL, NOON, 5, 0],
      [CHANNEL, NOON, 6, 0],
      [CHANNEL, NOON, 1.5, 0],
    ]),
  );
  expect(await run({ kind: "discard", filter: { list: "dead_letter" } })).toEqual({ discarded: 1 });
  expect(await run({ kind: "keep_first", filter: { list: "conflict" }, id: "d2" })).toEqual({ kept_first: 1 });
  expect(counts()).toEqual([5n]);
});

it("a replay that is cut short at any commit, its answer heard or not, loses nothing and does nothing twice", async () => {
  for (let cutAt = 0; cutAt < 4; cutAt++) {
    const { take, run, store, counts, registry } = await bench();
    const readings = Array.from({ length: 1200 }, (_, i) => [NEW, NOON + i, i, 0]);
    await take(batchOf(1, readings));
    registry.behind.push(waterChannel(NEW, { maxCountsPerHour: null }));
    let commits = 0;
    store.fateOf = () => {
      const isCut = commits++ === cutAt >> 1;
      if (!isCut) return "done";
      const error = new StoreUnavailableError("cut off");
      return cutAt % 2 === 0 ? { refuse: error } : { doneButSay: error };
    };
    const approve = { kind: "approve", filter: { list: "quarantine", channel: NEW } } as const;
    const cut = await run(approve).catch(() => "cut");
    store.fateOf = () => "done";
    const outcomes = cut === "cut" ? await run(approve) : cut;
    expect(counts()).toEqual(readings.map(([, , value]) => BigInt(value as number)));
    expect(outcomes).toEqual({ stored: 1200 });
  }
});

it("tells how far it is, and stops between two pages when it is asked to", async () => {
  const { take, run, progress, registry, store } = await bench();
  await take(
    batchOf(
      1,
      Array.from({ length: 1000 }, (_, i) => [NEW, NOON + i, i, 0]),
    ),
  );
  registry.behind.push(waterChannel(NEW));
  const stop = new AbortController();
  store.fateOf = () => {
    stop.abort();
    return "done";
  };
  const approve = { kind: "approve", filter: { list: "quarantine", channel: NEW } } as const;
  await expect(run(approve, stop.signal)).rejects.toThrow();
  expect([progress, store.readings.length]).toEqual([[0.5], 500]);
});

it("a payload that was no batch is read again once it is repaired, and is as good as its worst reading", async () => {
  const { take, run, counts, store } = await bench();
  await take(`{"v":1,"origin":"live","epoch":"e1","seq":1,"sentAt":0,"readings":5}`);
  const raw = JSON.stringify({
    ...{ v: 1, origin: "live", epoch: "e1", seq: 1, sentAt: 0 },
    readings: [
      [CHANNEL, NOON, 7, 0],
      [CHANNEL, NOON + 1, 0.5, 0],
      [CHANNEL, NOON + 2, 9, 0],
    ],
  });
  expect(await run({ kind: "replay", filter: { list: "dead_letter", ids: [1] }, repair: { raw } })).toEqual({
    dead_letter: 1,
  });
  expect(counts()).toEqual([7n, 9n]);
  expect(store.lists.entries).toHaveLength(2);
});
