import { expect, test } from "vitest";
import type { ReadingStore, SetAsideFilter } from "../ports.ts";
import { commitOf, gaugeRow, setAsideOf, SAMPLE_START_MS as T0 } from "./reading-samples.ts";

/** A store that holds nothing, and how to open it again. */
export interface FreshPlace {
  readonly store: ReadingStore;
  reopen(): Promise<ReadingStore>;
}

const AT = T0 + 60_000;

/** The part of the reading store's contract that is about the lists of what was set aside. */
export function setAsideContract(freshPlace: () => Promise<FreshPlace>): void {
  const placeWithEntries = async () => {
    const place = await freshPlace();
    const letters = [
      setAsideOf("dead_letter", "M-1", { reasonCode: "NOT_FINITE", readAtMs: T0 + 2, agent: "town/a" }),
      setAsideOf("dead_letter", "M-2", { reasonCode: "NOT_FINITE", readAtMs: T0 + 1, agent: "town/b" }),
      setAsideOf("dead_letter", "M-1", { reasonCode: "TOO_WIDE", readAtMs: null, agent: "town/a" }),
      setAsideOf("quarantine", "M-9", { raw: "[1]", readAtMs: T0 + 1, agent: "town/a" }),
      setAsideOf("quarantine", "M-9", { raw: "[2]", readAtMs: T0 + 3, agent: "town/b" }),
      setAsideOf("quarantine", "M-8", { raw: "[3]", agent: "town/a" }),
    ];
    await place.store.commit(commitOf([], { setAside: letters }));
    return place;
  };

  test("finds entries by reason, agent, channel, time and state, and counts them by reason", async () => {
    const { store } = await placeWithEntries();
    const found = async (filter: Partial<SetAsideFilter>) =>
      (await store.findSetAside({ list: "dead_letter", ...filter }, { limit: 10 })).map(({ channel }) => channel);
    expect(await found({})).toEqual(["M-1", "M-2", "M-1"]);
    expect(await found({ reasonCode: "TOO_WIDE" })).toEqual(["M-1"]);
    expect(await found({ agent: "town/b" })).toEqual(["M-2"]);
    expect(await found({ channel: "M-1", state: "open" })).toHaveLength(2);
    expect(await found({ fromMs: T0 + 1 })).toEqual([]);
    expect(await found({ fromMs: T0, toMs: T0 + 1 })).toHaveLength(3);
    expect(await found({ ids: [] })).toEqual([]);
    const counts = await store.countSetAside({ list: "dead_letter" });
    expect(counts).toEqual([
      { reasonCode: "NOT_FINITE", count: 2 },
      { reasonCode: "TOO_WIDE", count: 1 },
    ]);
  });

  test("gives entries in the order of the device's time where they are to be replayed", async () => {
    const { store } = await placeWithEntries();
    const entries = await store.findSetAside({ list: "dead_letter" }, { limit: 10, byReadTime: true });
    expect(entries.map(({ readAtMs }) => readAtMs)).toEqual([T0 + 1, T0 + 2, null]);
  });

  test("takes the entries of one channel together", async () => {
    const { store } = await placeWithEntries();
    const groups = await store.groupSetAside({ list: "quarantine", state: "open" }, 10);
    expect(groups.map(({ channel, count }) => [channel, count])).toEqual([
      ["M-8", 1],
      ["M-9", 2],
    ]);
    expect(groups[1]).toMatchObject({ firstReadAtMs: T0 + 1, lastReadAtMs: T0 + 3, samples: ["[2]", "[1]"] });
    expect(groups[1]).toMatchObject({ agents: ["town/a", "town/b"], firstReceivedAtMs: T0, lastReceivedAtMs: T0 });
    expect(await store.groupSetAside({ list: "quarantine" }, 1)).toHaveLength(1);
  });

  test("settles what a decision is about, opens it again, and remembers both across a restart", async () => {
    const { store, reopen } = await placeWithEntries();
    const about: SetAsideFilter = { list: "quarantine", channel: "M-9", state: "open" };
    expect(await store.settleSetAside(about, { outcome: "rejected", decision: "d1", atMs: AT })).toBe(2);
    expect(await store.settleSetAside(about, { outcome: "rejected", decision: "d2", atMs: AT })).toBe(0);
    const again = await reopen();
    const settled = { outcome: "rejected", decision: "d1", settledAtMs: AT };
    const list = { list: "quarantine", state: "rejected" } as const;
    expect((await again.findSetAside(list, { limit: 10 }))[0]).toMatchObject(settled);
    expect(
      await again.findSetAside({ list: "quarantine", state: "settled", decision: "d1" }, { limit: 10 }),
    ).toHaveLength(2);
    expect(await again.settleSetAside(list, { outcome: null, decision: "d3", atMs: AT })).toBe(2);
    expect(await again.groupSetAside({ list: "quarantine", state: "open" }, 10)).toHaveLength(2);
  });

  test("settles what a commit replays together with its readings, or not at all", async () => {
    const { store, reopen } = await placeWithEntries();
    const [letter] = await store.findSetAside({ list: "dead_letter" }, { limit: 1 });
    const settled = [{ id: letter?.id ?? 0, outcome: "stored" as const, decision: "d1" }];
    const batches = [{ agent: "replay", epoch: "d1", seq: 1 }];
    const replay = commitOf([gaugeRow("M-1", T0 + 9, 4)], { batches, settled, receivedAtMs: AT });
    await store.commit(replay);
    await expect(
      store.commit({ ...replay, settled: [{ ...settled[0], outcome: "conflict" } as never] }),
    ).rejects.toThrow();
    const [kept] = await (await reopen()).findSetAside({ list: "dead_letter", state: "settled" }, { limit: 10 });
    expect(kept).toMatchObject({ id: letter?.id, outcome: "stored", decision: "d1", settledAtMs: AT });
  });

  test("counts readings of rejected channels without listing them", async () => {
    const { store, reopen } = await freshPlace();
    await store.commit(commitOf([], { unlisted: 3 }));
    expect(await (await reopen()).counts()).toMatchObject({ quarantined: 3 });
    expect(await store.setAside("quarantine", 10).catch(() => [])).toEqual([]);
  });
}
