import { setImmediate as immediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { NightColumns, ReadingStore, RollUpColumns } from "../ports.ts";
import { type ReadingRow, readingAt, rowsOf } from "../readings/reading-columns.ts";
import { dailyByCurve, nightMinimumByCurve } from "../readings/roll-ups-by-curve.ts";
import {
  batchOf,
  commitOf,
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingGaugeRow,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
  setAsideOf,
} from "./reading-samples.ts";
import { setAsideContract } from "./set-aside-contract.ts";

/** One empty place in which a store can be opened, closed and opened again. */
export interface StorePlace {
  open(): Promise<ReadingStore>;
  remove(): Promise<void>;
}

const T0 = SAMPLE_START_MS;
const REGISTER = "M-1.forward_total";
const GAUGE = "M-1.pressure";

/** What every adapter of the ReadingStore port promises. */
export function describeReadingStore(name: string, makePlace: () => Promise<StorePlace>): void {
  async function freshPlace(): Promise<StorePlace & { store: ReadingStore; reopen(): Promise<ReadingStore> }> {
    const place = await makePlace();
    let store = await place.open();
    onTestFinished(async () => {
      await store.close();
      await place.remove();
    });
    const reopen = async () => {
      await store.close();
      store = await place.open();
      return store;
    };
    return { ...place, store, reopen };
  }

  describe(`${name} as a reading store`, () => {
    test("gives back register counts exactly, beyond 2^53 and to the ends of int64", async () => {
      const { store } = await freshPlace();
      const counts = [0n, -1n, 2n ** 53n + 1n, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n];
      await store.commit(commitOf(counts.map((value, i) => registerRow(REGISTER, T0 + i * HOUR_MS, value))));
      const curve = await store.curve(REGISTER, T0, T0 + 24 * HOUR_MS);
      expect([...curve.counts]).toEqual(counts);
      expect([...curve.readAtMs]).toEqual(counts.map((_, i) => T0 + i * HOUR_MS));
    });

    test("gives back gauges, flags, qualities and origins as they came", async () => {
      const { store } = await freshPlace();
      const rows = [
        gaugeRow(GAUGE, T0, 0.1 + 0.2),
        gaugeRow(GAUGE, T0 + 1, -1.5e-300, { quality: 1, flags: 0x8000_0001 }),
        gaugeRow(GAUGE, T0 + 2, 42, { origin: 1, flags: 5 }),
      ];
      await store.commit(commitOf(rows));
      const page = await store.changesSince(0, 100);
      expect(rowsOf(page.readings)).toEqual(rows);
      const curve = await store.curve(GAUGE, T0, T0 + 10);
      expect([...curve.gauges]).toEqual(rows.map((row) => row.gauge));
      expect([...curve.qualities]).toEqual([0, 1, 0]);
      expect([...curve.flags]).toEqual([0, 0x8000_0001, 5]);
    });

    test("never turns a missing reading into a number", async () => {
      const { store } = await freshPlace();
      const rows = [
        registerRow(REGISTER, T0, 7n),
        missingRow(REGISTER, T0 + HOUR_MS, 4),
        missingGaugeRow(GAUGE, T0 + HOUR_MS, 8),
      ];
      await store.commit(commitOf(rows));
      const page = await store.changesSince(0, 100);
      expect(rowsOf(page.readings)).toEqual(rows);
      const curve = await store.curve(GAUGE, T0, T0 + 2 * HOUR_MS);
      expect([curve.length, curve.qualities[0], curve.gauges[0], curve.flags[0]]).toEqual([1, 2, Number.NaN, 8]);
      const keys = [REGISTER, GAUGE].map((channel) => ({ channel, readAtMs: T0 + HOUR_MS }));
      const missing = { quality: 2, counts: null, gauge: null };
      expect(await store.valuesAt(keys)).toEqual([missing, missing]);
      expect(await store.lastValues([GAUGE])).toMatchObject([{ counts: null, gauge: null, lastValueAtMs: null }]);
    });

    test("stores the same reading once, in one commit or in several, and counts the repeats", async () => {
      const { store } = await freshPlace();
      const row = registerRow(REGISTER, T0, 100n);
      await store.commit(commitOf([row, row, registerRow(REGISTER, T0 + HOUR_MS, 101n)]));
      await store.commit(commitOf([row, registerRow(REGISTER, T0 + 2 * HOUR_MS, 102n)]));
      const curve = await store.curve(REGISTER, T0, T0 + 24 * HOUR_MS);
      expect([...curve.counts]).toEqual([100n, 101n, 102n]);
      const page = await store.changesSince(0, 100);
      expect(rowsOf(page.readings).map((fed) => fed.counts)).toEqual([100n, 101n, 102n]);
      expect(await store.counts()).toMatchObject({ stored: 3, repeats: 2, conflicts: 0 });
    });

    test("keeps the first of two values for one instant and lists the second as a conflict", async () => {
      const { store, reopen } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0, 100n)]));
      await store.commit(commitOf([registerRow(REGISTER, T0, 999n)], { batches: [batchOf(2)] }));
      const again = await reopen();
      expect(await again.valuesAt([{ channel: REGISTER, readAtMs: T0 }])).toMatchObject([{ counts: 100n }]);
      expect((await again.curve(REGISTER, T0, T0 + 1)).counts).toEqual(BigInt64Array.of(100n));
      expect(await again.counts()).toMatchObject({ stored: 1, conflicts: 1, repeats: 0 });
      const [conflict] = await again.setAside("conflict", 10);
      expect(conflict).toMatchObject({ channel: REGISTER, readAtMs: T0, seq: 2, reasonCode: "SECOND_VALUE" });
      expect(conflict?.raw).toContain("999");
    });

    test("lets a value that arrives later fill a missing reading, and no gap cover a value", async () => {
      const { store } = await freshPlace();
      await store.commit(commitOf([missingRow(REGISTER, T0, 4), registerRow(REGISTER, T0 + HOUR_MS, 2n)]));
      await store.commit(commitOf([registerRow(REGISTER, T0, 1n), missingRow(REGISTER, T0 + HOUR_MS)]));
      const curve = await store.curve(REGISTER, T0, T0 + 24 * HOUR_MS);
      expect([...curve.counts]).toEqual([1n, 2n]);
      expect([...curve.qualities]).toEqual([0, 0]);
      expect(await store.valuesAt([{ channel: REGISTER, readAtMs: T0 }])).toMatchObject([{ counts: 1n }]);
    });

    test("answers values at exact instants in the order asked, late and unknown ones too", async () => {
      const { store } = await freshPlace();
      const channels = Array.from({ length: 50 }, (_, i) => `M-${i}.forward_total`);
      const rows = channels.flatMap((channel, i) =>
        [3, 1, 2].map((hour) => registerRow(channel, T0 + hour * HOUR_MS, BigInt(i * 10 + hour))),
      );
      await store.commit(commitOf(rows));
      const keys = channels.flatMap((channel) => [1, 4, 2].map((hour) => ({ channel, readAtMs: T0 + hour * HOUR_MS })));
      const values = await store.valuesAt([
        ...keys,
        { channel: "nobody", readAtMs: T0 },
        { channel: REGISTER, readAtMs: 0 },
      ]);
      const expected = channels.flatMap((_, i) => [BigInt(i * 10 + 1), undefined, BigInt(i * 10 + 2)]);
      expect(values.map((value) => value?.counts)).toEqual([...expected, undefined, undefined]);
    });

    test("cuts a curve at its bounds and gives an unknown channel an empty one", async () => {
      const { store } = await freshPlace();
      await store.commit(
        commitOf([3, 1, 2, 0].map((hour) => registerRow(REGISTER, T0 + hour * HOUR_MS, BigInt(hour)))),
      );
      const curve = await store.curve(REGISTER, T0 + HOUR_MS, T0 + 3 * HOUR_MS);
      expect([...curve.counts]).toEqual([1n, 2n]);
      expect((await store.curve("nobody", 0, T0)).length).toBe(0);
    });

    test("makes readings, marks and set-aside entries durable together", async () => {
      const { store, reopen } = await freshPlace();
      await store.commit(
        commitOf([registerRow(REGISTER, T0, 5n)], {
          batches: [batchOf(1), batchOf(3), batchOf(1, "town/agent-2", "e9")],
          setAside: [setAsideOf("quarantine", "M-9.forward_total")],
          repeats: 4,
        }),
      );
      await store.commit(commitOf([], { batches: [batchOf(2)] }));
      const again = await reopen();
      const marks = await again.marks();
      expect(marks.toSorted((a, b) => a.agent.localeCompare(b.agent))).toEqual([
        { agent: "town/agent-1", epoch: "e1", seq: 3, above: [] },
        { agent: "town/agent-2", epoch: "e9", seq: 1, above: [] },
      ]);
      const counts = { stored: 1, deadLetters: 0, quarantined: 1, conflicts: 0, repeats: 4, lastCommit: 2 };
      expect(await again.counts()).toEqual(counts);
      expect(await again.newestReadAt()).toEqual(new Map([[REGISTER, T0]]));
    });

    test("lists the marks that were stored last at the end, before and after it is opened again, twice", async () => {
      const { store, reopen } = await freshPlace();
      const agent = "town/agent-1";
      const stored = ["e5", "e1", "e3", "e2", "e4", "e1", "e3"];
      for (const [at, epoch] of stored.entries())
        await store.commit(commitOf([], { batches: [batchOf(at + 1, agent, epoch)] }));
      const expected = ["e5", "e2", "e4", "e1", "e3"];
      expect((await store.marks()).map(({ epoch }) => epoch)).toEqual(expected);
      expect((await (await reopen()).marks()).map(({ epoch }) => epoch)).toEqual(expected);
      expect((await (await reopen()).marks()).map(({ epoch }) => epoch)).toEqual(expected);
    });

    test("says so when a cursor lies beyond its last commit: it has gone back, and nothing new would ever be fed", async () => {
      const { store } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]));
      expect(await store.changesSince(1, 10)).toMatchObject({ cursor: 1, hasMore: false });
      await expect(store.changesSince(2, 10)).rejects.toMatchObject({ code: "FEED_FORGOTTEN", keptFrom: 1 });
    });

    test("stores nothing of a commit that it refuses, not even its marks", async () => {
      const { store } = await freshPlace();
      const broken = registerRow(REGISTER, Number.NaN, 5n);
      await expect(
        store.commit(commitOf([registerRow(REGISTER, T0, 4n), broken], { batches: [batchOf(1)] })),
      ).rejects.toMatchObject({ code: "READING_SHAPE", retriable: false });
      expect(await store.marks()).toEqual([]);
      expect(await store.counts()).toMatchObject({ stored: 0, lastCommit: 0 });
      expect((await store.curve(REGISTER, T0, T0 + 1)).length).toBe(0);
      await store.commit(commitOf([registerRow(REGISTER, T0, 4n)], { batches: [batchOf(1)] }));
      expect(await store.counts()).toMatchObject({ stored: 1, lastCommit: 1 });
    });

    test("refuses a commit with a batch that is stored already, and keeps nothing of it", async () => {
      const { store } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0, 4n)], { batches: [batchOf(1), batchOf(3)] }));
      const again = commitOf([registerRow(REGISTER, T0 + 1, 5n)], {
        batches: [batchOf(2), batchOf(3)],
        setAside: [setAsideOf("dead_letter", "M-9.forward_total")],
      });
      await expect(store.commit(again)).rejects.toMatchObject({ code: "BATCH_STORED", retriable: true });
      expect(await store.marks(["town/agent-1"])).toMatchObject([{ seq: 1, above: [3] }]);
      expect(await store.marks(["town/agent-2"])).toEqual([]);
      expect(await store.counts()).toMatchObject({ stored: 1, deadLetters: 0, lastCommit: 1 });
      await store.commit({ ...again, batches: [batchOf(2)] });
      expect(await store.marks()).toMatchObject([{ seq: 3, above: [] }]);
    });

    test("feeds every commit whole, once and in order to a reader that runs while they are made", async () => {
      const { store } = await freshPlace();
      const commits = Array.from({ length: 40 }, (_, c) =>
        Array.from({ length: 1 + (c % 5) }, (_, i) => registerRow(`M-${c}.forward_total`, T0 + i, BigInt(c * 100 + i))),
      );
      const made = Promise.all(commits.map((rows) => store.commit(commitOf(rows))));
      const fed: bigint[] = [];
      let cursor = 0;
      while (cursor < commits.length) {
        const page = await store.changesSince(cursor, 7);
        for (let i = 0; i < page.readings.length; i++) fed.push(readingAt(page.readings, i).counts ?? -1n);
        expect(page.cursor).toBeGreaterThanOrEqual(cursor);
        cursor = page.cursor;
        await immediate();
      }
      expect(await made).toEqual(commits.map((_, c) => c + 1));
      expect(fed).toEqual(commits.flat().map((row) => row.counts));
      expect(await store.changesSince(cursor, 7)).toMatchObject({ cursor, hasMore: false, readings: { length: 0 } });
    });

    test("pages the feed by whole commits and passes those without readings", async () => {
      const { store } = await freshPlace();
      for (const [no, size] of [2, 0, 2, 3].entries())
        await store.commit(
          commitOf(Array.from({ length: size }, (_, i) => registerRow(`M-${no}.forward_total`, T0 + i, 1n))),
        );
      const first = await store.changesSince(0, 3);
      expect([first.cursor, first.hasMore, first.readings.length]).toEqual([3, true, 4]);
      const second = await store.changesSince(first.cursor, 3);
      expect([second.cursor, second.hasMore, second.readings.length]).toEqual([4, false, 3]);
      await store.saveCursor("analytics", 2);
      await store.saveCursor("analytics", 4);
    });

    test("tells how far each reader of the feed is behind, and keeps nothing for one that is forgotten", async () => {
      const { store, reopen } = await freshPlace();
      expect(await store.feedConsumers()).toEqual([]);
      for (const no of [1, 2, 3]) await store.commit(commitOf([registerRow(REGISTER, T0 + no, BigInt(no))]));
      await store.saveCursor("old", 1);
      await store.saveCursor("derived", 3);
      const seen = await store.feedConsumers();
      expect(seen.map(({ name, cursor, lagCommits }) => [name, cursor, lagCommits])).toEqual([
        ["derived", 3, 0],
        ["old", 1, 2],
      ]);
      expect(seen[0]?.lagMs).toBe(0);
      expect(seen[1]?.lagMs).toBeGreaterThanOrEqual(0);
      expect([await store.forgetConsumer("old"), await store.forgetConsumer("old")]).toEqual([true, false]);
      expect((await (await reopen()).feedConsumers()).map(({ name }) => name)).toEqual(["derived"]);
    });

    test("numbers commits on after it was closed and opened again", async () => {
      const { store, reopen } = await freshPlace();
      expect(await store.commit(commitOf([registerRow(REGISTER, T0, 1n)]))).toBe(1);
      const again = await reopen();
      expect(await again.commit(commitOf([registerRow(REGISTER, T0 + 1, 2n), gaugeRow(GAUGE, T0, 3)]))).toBe(2);
      const page = await again.changesSince(0, 100);
      expect(rowsOf(page.readings).map((row) => row.channel)).toEqual([REGISTER, REGISTER, GAUGE]);
    });

    test("knows last values by the device's time, before and after it is opened again", async () => {
      const { store, reopen } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0 + 2, 3n), gaugeRow(GAUGE, T0, 4.5, { flags: 2 })]));
      await store.commit(commitOf([registerRow(REGISTER, T0 + 1, 2n), missingRow(REGISTER, T0 + 9, 16)]));
      const expected = [
        {
          channel: REGISTER,
          readAtMs: T0 + 9,
          quality: 2,
          counts: null,
          gauge: null,
          flags: 16,
          lastValueAtMs: T0 + 2,
        },
        { channel: GAUGE, readAtMs: T0, quality: 0, counts: null, gauge: 4.5, flags: 2, lastValueAtMs: T0 },
      ];
      expect(await store.lastValues([REGISTER, "nobody", GAUGE])).toEqual(expected);
      const again = await reopen();
      expect(await again.lastValues([REGISTER, "nobody", GAUGE])).toEqual(expected);
      await again.commit(commitOf([gaugeRow(GAUGE, T0 + 5, 5)]));
      expect(await again.lastValues([GAUGE])).toMatchObject([{ gauge: 5, lastValueAtMs: T0 + 5 }]);
    });

    setAsideContract(freshPlace);

    test("lists what was set aside, newest first, page by page, each list by itself", async () => {
      const { store } = await freshPlace();
      const entries = Array.from({ length: 5 }, (_, i) => setAsideOf("dead_letter", `M-${i}`));
      const other = setAsideOf("conflict", "M-1", {
        epoch: null,
        seq: null,
        channel: null,
        readAtMs: null,
        raw: "水\u0000表",
      });
      await store.commit(commitOf([], { setAside: [...entries, other] }));
      const first = await store.setAside("dead_letter", 3);
      expect(first.map((entry) => entry.channel)).toEqual(["M-4", "M-3", "M-2"]);
      expect(first[0]).toMatchObject({ ...entries[4], id: first[0]?.id, receivedAtMs: T0, outcome: null });
      const second = await store.setAside("dead_letter", 3, first.at(-1)?.id);
      expect(second.map((entry) => entry.channel)).toEqual(["M-1", "M-0"]);
      const [conflict] = await store.setAside("conflict", 10);
      expect(conflict).toMatchObject({ epoch: null, seq: null, channel: null, readAtMs: null });
      expect(conflict?.raw).toContain("水");
      expect(await store.setAside("quarantine", 10)).toEqual([]);
      expect(await store.counts()).toMatchObject({ deadLetters: 5, conflicts: 1, quarantined: 0 });
    });

    test("keeps the registry of channels, and the newest description of each", async () => {
      const { store, reopen } = await freshPlace();
      const pressure = knownChannelOf(GAUGE, {
        quantity: "pressure",
        unit: "kPa",
        resolution: null,
        capacityCounts: null,
        maxCountsPerHour: null,
      });
      await store.saveChannels([knownChannelOf(REGISTER), pressure]);
      await store.saveChannels([knownChannelOf(REGISTER, { maxCountsPerHour: 1 })]);
      const again = await reopen();
      const channels = await again.channels();
      expect(channels.toSorted((a, b) => a.id.localeCompare(b.id))).toEqual([
        knownChannelOf(REGISTER, { maxCountsPerHour: 1 }),
        pressure,
      ]);
    });

    test("takes 20,000 readings of 400 channels in one commit and feeds them back", async () => {
      const { store } = await freshPlace();
      const rows = Array.from({ length: 20_000 }, (_, i) =>
        registerRow(`M-${i % 400}.forward_total`, T0 + Math.floor(i / 400) * HOUR_MS, BigInt(i)),
      );
      await store.commit(commitOf(rows));
      const page = await store.changesSince(0, 1);
      expect(page.readings.length).toBe(20_000);
      expect(readingAt(page.readings, 19_999)).toEqual(rows[19_999]);
      const last = await store.lastValues(Array.from({ length: 400 }, (_, i) => `M-${i}.forward_total`));
      expect(last.map((value) => value.counts)).toEqual(Array.from({ length: 400 }, (_, i) => BigInt(19_600 + i)));
    });

    test("gives the last values of all channels as columns", async () => {
      const { store } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0 + 2, 3n), gaugeRow(GAUGE, T0, 4.5, { flags: 2 })]));
      await store.commit(commitOf([registerRow(REGISTER, T0 + 1, 2n), missingRow(REGISTER, T0 + 9, 16)]));
      const all = await store.allLastValues();
      const at = (channel: string) => all.channels.indexOf(channel);
      const row = (i: number) => [all.readAtMs[i], all.counts[i], all.gauges[i], all.qualities[i], all.flags[i]];
      expect(all.length).toBe(2);
      expect(row(at(REGISTER))).toEqual([T0 + 9, 0n, Number.NaN, 2, 16]);
      expect(row(at(GAUGE))).toEqual([T0, 0n, 4.5, 0, 2]);
      expect(all.lastValueAtMs[at(REGISTER)]).toBe(T0 + 2);
    });

    test("rolls readings up by hour: first and last in time, gaps counted, other channels and hours left out", async () => {
      const { store } = await freshPlace();
      await store.commit(
        commitOf([
          registerRow(REGISTER, T0 + 50, 105n),
          registerRow(REGISTER, T0, 100n, { quality: 1 }),
          missingRow(REGISTER, T0 + 60),
          registerRow(REGISTER, T0 + HOUR_MS, 110n),
          missingRow(REGISTER, T0 + 3 * HOUR_MS),
          gaugeRow(GAUGE, T0 + 7, 3),
          gaugeRow(GAUGE, T0 + 5, -2),
          gaugeRow("M-2.pressure", T0, 9),
          registerRow(REGISTER, T0 - 1, 1n),
        ]),
      );
      const hours = await store.hourly({ channels: [GAUGE, REGISTER, "nobody"], fromMs: T0, toMs: T0 + 4 * HOUR_MS });
      expect(rollUpRows(hours)).toEqual([
        [GAUGE, T0, T0 + HOUR_MS, 2, 2, 0, T0 + 5, T0 + 7, 0n, 0n, -2, 3, -2, 3, 1],
        [REGISTER, T0, T0 + HOUR_MS, 3, 1, 1, T0, T0 + 50, 100n, 105n, NaN, NaN, NaN, NaN, NaN],
        [
          REGISTER,
          T0 + HOUR_MS,
          T0 + 2 * HOUR_MS,
          1,
          1,
          0,
          T0 + HOUR_MS,
          T0 + HOUR_MS,
          110n,
          110n,
          NaN,
          NaN,
          NaN,
          NaN,
          NaN,
        ],
        [REGISTER, T0 + 3 * HOUR_MS, T0 + 4 * HOUR_MS, 1, 0, 1, NaN, NaN, 0n, 0n, NaN, NaN, NaN, NaN, NaN],
      ]);
      const all = await store.hourly({ channels: "all", fromMs: T0, toMs: T0 + HOUR_MS });
      expect(all.length).toBe(3);
    });

    test("gives the columns of roll-ups that are asked for, and a range without end what there is", async () => {
      const { store } = await freshPlace();
      await store.commit(commitOf([registerRow(REGISTER, T0, 100n), registerRow(REGISTER, T0 + 50, 105n)]));
      const allTime = { channels: "all" as const, fromMs: T0 - 24 * HOUR_MS, toMs: Number.MAX_SAFE_INTEGER };
      const hours = await store.hourly({ ...allTime, figures: ["readings", "lastCounts"] });
      expect([hours.length, [...hours.readings], [...hours.lastCounts]]).toEqual([1, [2], [105n]]);
      expect([hours.good.length, hours.firstAtMs.length, hours.firstCounts.length]).toEqual([0, 0, 0]);
      const days = await store.daily({ ...allTime, figures: ["firstCounts"] }, "Asia/Shanghai");
      expect([days.length, [...days.firstCounts], days.readings.length]).toEqual([1, [100n], 0]);
      expect((await store.nightMinimum(allTime, "UTC")).length).toBe(0);
    });

    test("shows readings that come late, and a gap that is filled, in roll-ups that were read before", async () => {
      const { store, reopen } = await freshPlace();
      const range = { channels: "all" as const, fromMs: T0, toMs: T0 + 24 * HOUR_MS };
      await store.commit(commitOf([registerRow(REGISTER, T0 + 20, 102n), missingRow(REGISTER, T0 + 40)]));
      expect(rollUpRows(await store.hourly(range))[0]?.slice(3, 10)).toEqual([2, 1, 1, T0 + 20, T0 + 20, 102n, 102n]);
      await store.commit(commitOf([registerRow(REGISTER, T0 + 40, 104n), registerRow(REGISTER, T0 + 10, 101n)]));
      expect(rollUpRows(await store.hourly(range))[0]?.slice(3, 10)).toEqual([3, 3, 0, T0 + 10, T0 + 40, 101n, 104n]);
      const again = await reopen();
      await again.commit(commitOf([registerRow(REGISTER, T0, 100n)]));
      expect(rollUpRows(await again.hourly(range))[0]?.slice(3, 10)).toEqual([4, 4, 0, T0, T0 + 40, 100n, 104n]);
    });

    test("rolls readings up by local day, also where the clocks change and where zones lie off the hour", async () => {
      const { store } = await freshPlace();
      const curve: ReadingRow[] = [];
      for (let at = Date.UTC(2026, 2, 27), n = 0n; at < Date.UTC(2026, 2, 31); at += 900_000)
        curve.push(registerRow(REGISTER, at, n++));
      await store.commit(commitOf(curve));
      const range = { channels: "all" as const, fromMs: Date.UTC(2026, 2, 27, 12), toMs: Date.UTC(2026, 2, 30) };
      for (const zone of ["Europe/Berlin", "Asia/Shanghai", "Asia/Kathmandu", "UTC"])
        expect(rollUpRows(await store.daily(range, zone))).toEqual(rollUpRows(await dailyByCurve(store, range, zone)));
      const days = await store.daily(range, "Europe/Berlin");
      expect([...days.readings]).toEqual([96, 92, 96]);
    });

    test("finds the least of each local night, of registers by advance and of gauges by value", async () => {
      const { store } = await freshPlace();
      const rows: ReadingRow[] = [];
      for (let at = T0 - 24 * HOUR_MS, i = 0, n = 0n; at < T0 + 72 * HOUR_MS; at += 900_000, i++) {
        n += BigInt((i * 7) % 11);
        rows.push(i % 13 === 5 ? missingRow(REGISTER, at) : registerRow(REGISTER, at, n));
        rows.push(gaugeRow(GAUGE, at, 300 + ((i * 37) % 100)));
        if (i % 4 === 1) rows.push(registerRow("M-2.forward_total", at + 60_000, n));
      }
      rows.push(
        registerRow("M-3.forward_total", T0 + 2 * HOUR_MS, 9n),
        registerRow("M-3.forward_total", T0 + 4 * HOUR_MS, 8n),
      );
      await store.commit(commitOf(rows));
      const range = {
        channels: [REGISTER, GAUGE, "M-2.forward_total", "M-3.forward_total"],
        fromMs: T0,
        toMs: T0 + 48 * HOUR_MS,
      };
      for (const zone of ["UTC", "Asia/Shanghai", "Asia/Kathmandu"]) {
        const nights = nightRows(await store.nightMinimum(range, zone));
        expect(nights).toEqual(nightRows(await nightMinimumByCurve(store, range, zone)));
        expect(nights.length).toBe(6);
      }
      const [first] = nightRows(
        await store.nightMinimum({ ...range, channels: [GAUGE] }, "UTC", { fromHour: 0, toHour: 1 }),
      );
      const leastOfHour = Math.min(...[96, 97, 98, 99].map((i) => 300 + ((i * 37) % 100)));
      expect(first).toEqual([GAUGE, T0, T0 + HOUR_MS, Number.NaN, leastOfHour, 4]);
    });

    test("tells figures of itself, each a number with a name", async () => {
      const { store } = await freshPlace();
      const figures = Object.entries(await store.metrics());
      for (const [name, value] of figures)
        expect([name, Number.isFinite(value)]).toEqual([expect.stringMatching(/^[a-z0-9_]+$/), true]);
    });

    test("refuses calls after its close with an error that says so", async () => {
      const { store } = await freshPlace();
      await store.close();
      await expect(store.counts()).rejects.toMatchObject({ code: "STORE_CLOSED" });
      await expect(store.commit(commitOf([]))).rejects.toMatchObject({ code: "STORE_CLOSED" });
    });
  });
}

function rollUpRows(columns: RollUpColumns): unknown[][] {
  return Array.from({ length: columns.length }, (_, i) => [
    columns.channels[columns.channelNos[i] ?? -1],
    columns.fromMs[i],
    columns.toMs[i],
    columns.readings[i],
    columns.good[i],
    columns.missing[i],
    columns.firstAtMs[i],
    columns.lastAtMs[i],
    columns.firstCounts[i],
    columns.lastCounts[i],
    columns.firstGauges[i],
    columns.lastGauges[i],
    columns.minGauges[i],
    columns.maxGauges[i],
    columns.sumGauges[i],
  ]);
}

function nightRows(columns: NightColumns): unknown[][] {
  return Array.from({ length: columns.length }, (_, i) => [
    columns.channels[columns.channelNos[i] ?? -1],
    columns.fromMs[i],
    columns.toMs[i],
    columns.minCountsPerHour[i],
    columns.minGauges[i],
    columns.samples[i],
  ]);
}
