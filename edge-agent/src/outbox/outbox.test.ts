import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ack, ChannelId, type Reading } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, nodeDisk } from "./disk.ts";
import { encodeFrame, FRAME_KINDS } from "./frame.ts";
import type { Cursor } from "./ledger.ts";
import { OutboxLimits, type TakenBatch } from "./limits.ts";
import { Outbox } from "./outbox.ts";

const logger = pino({ level: "silent" });
const CHANNEL = ChannelId.parse("M-1.forward_total");
const CLOSED_FRAME_BYTES = encodeFrame(FRAME_KINDS.closed, {}).length;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-outbox-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const reading = (value: number): Reading => ({
  quality: "good",
  channel: CHANNEL,
  readAt: value * 1000,
  value,
  flags: [],
});

function opened(limits: Partial<OutboxLimits> = {}): Promise<Outbox> {
  return Outbox.open({ folder, limits: OutboxLimits.parse(limits), logger });
}

async function take(outbox: Outbox, ...values: number[]): Promise<void> {
  outbox.add(values.map(reading));
  await outbox.flush();
}

async function held(outbox: Outbox): Promise<TakenBatch[]> {
  const batches: TakenBatch[] = [];
  let at: Cursor | undefined;
  for (let due = outbox.next(); due !== undefined; due = outbox.next(at)) {
    const batch = await outbox.load(due);
    if (batch !== undefined) batches.push(batch);
    at = due;
  }
  return batches;
}

/** Twenty readings in each round, one batch a round. */
async function fillUp(outbox: Outbox, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++)
    await take(outbox, ...Array.from({ length: 20 }, (_, at) => round * 20 + at + 1));
}

/** The machine's disk, telling the paths that are synced. */
function diskThatTells(synced: string[]): Disk {
  return {
    ...nodeDisk,
    open: async (path, flags) => {
      const file = await nodeDisk.open(path, flags);
      const sync = async () => {
        await file.sync();
        synced.push(path);
      };
      return {
        write: (bytes, offset, length, position) => file.write(bytes, offset, length, position),
        read: (into, offset, length, position) => file.read(into, offset, length, position),
        truncate: (bytes) => file.truncate(bytes),
        datasync: sync,
        sync,
        close: () => file.close(),
      };
    },
  };
}

const valuesOf = (batches: TakenBatch[]) => batches.flatMap((batch) => batch.readings.map((wire) => wire[2]));
const seqsOf = (batches: TakenBatch[]) => batches.map((batch) => batch.seq);
const ack = (epoch: string, seq: number, above: number[] = []) => Ack.parse({ v: 1, epoch, seq, above });

async function newestSegment(): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".seg")).sort();
  return join(folder, names.at(-1) ?? "");
}

describe("an outbox", () => {
  it("offers nothing for sending that is not synced", async () => {
    const outbox = await opened();
    outbox.add([reading(1)]);
    expect(outbox.next()).toBeUndefined();
    await outbox.flush();
    expect(valuesOf(await held(outbox))).toEqual([1]);
    await outbox.close();
  });

  it("splits a flush into batches of the size limit, with one seq each", async () => {
    const outbox = await opened({ maxBatch: 2 });
    await take(outbox, 1, 2, 3, 4, 5);
    expect((await held(outbox)).map((batch) => batch.readings.length)).toEqual([2, 2, 1]);
    expect(seqsOf(await held(outbox))).toEqual([1, 2, 3]);
    await outbox.close();
  });

  it("holds what is not acknowledged over a restart, and lets go of what is", async () => {
    const first = await opened();
    for (const value of [1, 2, 3, 4]) await take(first, value);
    first.acknowledge(ack(first.epoch, 1, [3]));
    expect(seqsOf(await held(first))).toEqual([2, 4]);
    await first.close();
    const second = await opened();
    expect(valuesOf(await held(second))).toEqual([1, 2, 3, 4]);
    second.acknowledge(ack(second.epoch, 3));
    expect(valuesOf(await held(second))).toEqual([4]);
    await second.close();
  });

  it("goes on counting after a restart, also when nothing is held", async () => {
    const first = await opened();
    await take(first, 1);
    await take(first, 2);
    first.acknowledge(ack(first.epoch, 2));
    await first.close();
    const second = await opened();
    second.acknowledge(ack(second.epoch, 2));
    await second.close();
    const third = await opened();
    await take(third, 3);
    expect(third.epoch).toBe(first.epoch);
    expect(seqsOf(await held(third))).toEqual([3]);
    await third.close();
  });

  it("counts what it has taken in its whole life, over restarts, torn tails and acks", async () => {
    const first = await opened();
    await take(first, 1, 2, 3);
    first.acknowledge(ack(first.epoch, 1));
    await first.close();
    const second = await opened();
    await take(second, 4);
    expect(second.fill().taken).toBe(4);
    await second.close();
    await truncate(await newestSegment(), (await stat(await newestSegment())).size - CLOSED_FRAME_BYTES - 3);
    const third = await opened();
    expect(third.fill().taken).toBe(3);
    await take(third, 5, 6);
    await third.close();
    const fourth = await opened();
    expect(fourth.fill().taken).toBe(5);
    await fourth.close();
  });

  it("takes no notice of the ack of another epoch", async () => {
    const outbox = await opened();
    await take(outbox, 1);
    outbox.acknowledge(ack("another", 5));
    expect(seqsOf(await held(outbox))).toEqual([1]);
    await outbox.close();
  });

  it("begins a new epoch when the head-end has seen more than is written here", async () => {
    const outbox = await opened();
    const { epoch } = outbox;
    await take(outbox, 1);
    outbox.acknowledge(ack(epoch, 9));
    await take(outbox, 2);
    expect(outbox.epoch).not.toBe(epoch);
    expect(seqsOf(await held(outbox))).toEqual([1]);
    await outbox.close();
  });

  it("deletes files once all in them is acknowledged", async () => {
    const outbox = await opened({ maxBytes: 65_536, maxBatch: 10 });
    for (let round = 0; round < 40; round++)
      await take(outbox, ...Array.from({ length: 10 }, (_, at) => round * 10 + at + 1));
    outbox.acknowledge(ack(outbox.epoch, 40));
    await take(outbox, 1000);
    expect(outbox.fill().records).toBe(1);
    expect((await readdir(folder)).length).toBeLessThanOrEqual(2);
    await outbox.close();
  });
});

describe("after a power cut", () => {
  it("what a killed process wrote and did not sync is synced before any of it is sent", async () => {
    await take(await opened(), 1);
    const path = await newestSegment();
    const synced: string[] = [];
    const again = await Outbox.open({ folder, limits: OutboxLimits.parse({}), logger, disk: diskThatTells(synced) });
    expect(synced).toContain(path);
    expect(synced.indexOf(folder)).toBeGreaterThan(synced.indexOf(path));
    expect(valuesOf(await held(again))).toEqual([1]);
    await again.close();
  });

  it("every batch but the torn last one is there, wherever in it the file ends", async () => {
    const outbox = await opened();
    for (const value of [1, 2]) await take(outbox, value);
    const path = await newestSegment();
    const before = (await stat(path)).size;
    await take(outbox, 3);
    const { epoch } = outbox;
    const whole = await readFile(path);
    await outbox.close();
    for (let size = before; size < whole.length; size++) {
      await rm(folder, { recursive: true });
      await (await Outbox.open({ folder, limits: OutboxLimits.parse({}), logger })).close();
      await rm(await newestSegment());
      await writeFile(path, whole.subarray(0, size));
      const again = await opened();
      expect(valuesOf(await held(again))).toEqual([1, 2]);
      expect(again.epoch).not.toBe(epoch);
      await take(again, 4);
      expect(valuesOf(await held(again))).toEqual([1, 2, 4]);
      await again.close();
    }
  });

  it("uses no seq twice although the disk has lost batches that it had said to be synced", async () => {
    const outbox = await opened();
    await take(outbox, 1);
    const kept = await readFile(await newestSegment());
    await take(outbox, 2);
    const seen = ack(outbox.epoch, 2);
    await outbox.close();
    await writeFile(await newestSegment(), kept);
    const again = await opened();
    await take(again, 3);
    again.acknowledge(seen);
    expect(valuesOf(await held(again))).toEqual([3]);
    await again.close();
  });

  it("blocks of zeros behind the last batch are cut off", async () => {
    const outbox = await opened();
    await take(outbox, 1);
    await outbox.close();
    const path = await newestSegment();
    await truncate(path, (await stat(path)).size + 4096);
    const again = await opened();
    expect(valuesOf(await held(again))).toEqual([1]);
    expect(again.fill().damagedStretches).toBe(0);
    await again.close();
  });

  it("a damaged batch in the middle is set aside and its seq sent empty, its neighbours are kept", async () => {
    const outbox = await opened();
    for (const value of [1, 2, 3]) await take(outbox, value);
    const [, second] = [outbox.next(), outbox.next(outbox.next())];
    await outbox.close();
    const path = await newestSegment();
    const bytes = await readFile(path);
    const at = bytes.indexOf('"seq":2');
    expect(second?.seq).toBe(2);
    const file = await open(path, "r+");
    await file.write("#", at);
    await file.close();
    const again = await opened();
    expect(seqsOf(await held(again))).toEqual([1, 2, 3]);
    expect(valuesOf(await held(again))).toEqual([1, 3]);
    expect(again.fill().damagedStretches).toBe(1);
    expect(await readdir(join(folder, "damaged"))).toHaveLength(1);
    expect(again.epoch).not.toBe(outbox.epoch);
    await again.close();
  });

  it("a batch that the disk returns damaged while running is sent empty, and counted", async () => {
    const outbox = await opened();
    await take(outbox, 1);
    const path = await newestSegment();
    const file = await open(path, "r+");
    await file.write("#", (await readFile(path)).indexOf('"seq":1'));
    await file.close();
    // The first sending comes from memory, the second from the disk.
    expect(valuesOf(await held(outbox))).toEqual([1]);
    expect(valuesOf(await held(outbox))).toEqual([]);
    expect(outbox.fill().damagedStretches).toBe(1);
    await outbox.close();
  });
});

describe("a disk that does not write", () => {
  it("loses nothing: readings wait, are not offered for sending, and are taken when it writes again", async () => {
    const outbox = await opened();
    const path = await newestSegment();
    await rename(path, `${path}.away`);
    await mkdir(path);
    await take(outbox, 1);
    expect(outbox.next()).toBeUndefined();
    await rmdir(path);
    await rename(`${path}.away`, path);
    await take(outbox, 2);
    expect(valuesOf(await held(outbox))).toEqual([1, 2]);
    expect(seqsOf(await held(outbox))).toEqual([1]);
    await outbox.close();
  });
});

describe("a full outbox", () => {
  it("gives up the oldest readings, counts them, and sends their seqs empty so that no hole stays", async () => {
    const outbox = await opened({ maxBytes: 65_536 });
    await fillUp(outbox, 120);
    const { dropped, bytes, records, alarm } = outbox.fill();
    expect(bytes).toBeLessThanOrEqual(65_536);
    expect(dropped).toBeGreaterThan(0);
    expect(records).toBe(120);
    expect(alarm).toBe(true);
    const batches = await held(outbox);
    expect(seqsOf(batches)).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    expect(valuesOf(batches)).toHaveLength(120 * 20 - dropped);
    expect(valuesOf(batches).at(-1)).toBe(2400);
    await outbox.close();
    const again = await opened({ maxBytes: 65_536 });
    expect(again.fill().dropped).toBe(dropped);
    expect(again.fill().taken).toBe(2400);
    expect(seqsOf(await held(again))).toEqual(seqsOf(batches));
    expect(valuesOf(await held(again))).toEqual(valuesOf(batches));
    again.acknowledge(ack(again.epoch, 120));
    expect(again.fill().records).toBe(0);
    await again.close();
  });

  it("still knows how many it gave up when it is killed after all the rest was acknowledged", async () => {
    const outbox = await opened({ maxBytes: 65_536 });
    await fillUp(outbox, 120);
    const { dropped } = outbox.fill();
    outbox.acknowledge(ack(outbox.epoch, outbox.lastSeq));
    await take(outbox, 9999);
    expect(outbox.fill().bytes).toBeLessThan(16_384);
    const afterKill = await opened({ maxBytes: 65_536 });
    expect(afterKill.fill().dropped).toBe(dropped);
    await afterKill.close();
    await outbox.close();
  });

  it("takes no new readings when told to stop, and counts those", async () => {
    const outbox = await opened({ maxBytes: 65_536, policy: "stop" });
    await fillUp(outbox, 120);
    const values = valuesOf(await held(outbox));
    expect(values[0]).toBe(1);
    expect(values).toHaveLength(2400 - outbox.fill().dropped);
    expect(outbox.fill().bytes).toBeLessThanOrEqual(65_536);
    outbox.acknowledge(ack(outbox.epoch, outbox.lastSeq));
    await take(outbox, 9999);
    expect(valuesOf(await held(outbox))).toEqual([9999]);
    await outbox.close();
  });
});

describe("a head-end whose store has gone back in time", () => {
  it("gets empty batches for what is held no more, so that it takes what is held", async () => {
    const outbox = await opened();
    for (const value of [1, 2, 3, 4, 5]) await take(outbox, value);
    outbox.acknowledge(ack(outbox.epoch, 3));
    const [four] = [outbox.next()];
    outbox.acknowledge(ack(outbox.epoch, 1));
    const batches = await held(outbox);
    expect(seqsOf(batches)).toEqual([2, 3, 4, 5]);
    expect(valuesOf(batches)).toEqual([4, 5]);
    expect(four && (await outbox.load(four))?.seq).toBe(4);
    outbox.acknowledge(ack(outbox.epoch, 5));
    expect(outbox.fill().records).toBe(0);
    await outbox.close();
  });

  it("gets them also when nothing is held, before the next batch", async () => {
    const outbox = await opened();
    await take(outbox, 1);
    await take(outbox, 2);
    outbox.acknowledge(ack(outbox.epoch, 2));
    outbox.acknowledge(ack(outbox.epoch, 0));
    await take(outbox, 3);
    expect(seqsOf(await held(outbox))).toEqual([1, 2, 3]);
    expect(valuesOf(await held(outbox))).toEqual([3]);
    await outbox.close();
  });

  it("sends an empty batch of a range again only until it is acknowledged, also out of order", async () => {
    const outbox = await opened({ maxBytes: 65_536 });
    await fillUp(outbox, 120);
    const seqs = async () => seqsOf(await held(outbox));
    outbox.acknowledge(ack(outbox.epoch, 1, [3, 5]));
    const left = Array.from({ length: 119 }, (_, at) => at + 2).filter((seq) => seq !== 3 && seq !== 5);
    expect(await seqs()).toEqual(left);
    expect(outbox.fill().records).toBe(left.length);
    outbox.acknowledge(ack(outbox.epoch, 3, [5]));
    expect((await seqs()).slice(0, 2)).toEqual([4, 6]);
    outbox.acknowledge(ack(outbox.epoch, 120));
    expect(await seqs()).toEqual([]);
    expect(outbox.fill().records).toBe(0);
    await outbox.close();
  });

  it("keeps no file of what is acknowledged in the moment in which it is given up", async () => {
    let onRename = () => {};
    const disk: Disk = {
      ...nodeDisk,
      rename: async (from, to) => {
        onRename();
        await nodeDisk.rename(from, to);
      },
    };
    const limits = OutboxLimits.parse({ maxBytes: 65_536 });
    const outbox = await Outbox.open({ folder, limits, logger, disk });
    onRename = () => outbox.acknowledge(ack(outbox.epoch, outbox.lastSeq));
    await fillUp(outbox, 120);
    expect(outbox.fill()).toMatchObject({ dropped: 0, alarm: false });
    onRename = () => {};
    outbox.acknowledge(ack(outbox.epoch, outbox.lastSeq));
    await outbox.flush();
    expect(outbox.fill().records).toBe(0);
    expect((await readdir(folder)).filter((name) => name.endsWith(".seg"))).toHaveLength(1);
    await outbox.close();
  });

  it("gets nothing empty in the place of a batch that is held, when the outbox is full as well", async () => {
    const outbox = await opened({ maxBytes: 65_536 });
    const round = (at: number) => Array.from({ length: 20 }, (_, n) => at * 20 + n + 1);
    for (let at = 0; at < 20; at++) await take(outbox, ...round(at));
    outbox.acknowledge(ack(outbox.epoch, 10));
    outbox.acknowledge(ack(outbox.epoch, 0));
    for (let at = 20; at < 120; at++) await take(outbox, ...round(at));
    const batches = await held(outbox);
    expect(seqsOf(batches)).toEqual(Array.from({ length: 120 }, (_, at) => at + 1));
    expect(valuesOf(batches)).toHaveLength(110 * 20 - outbox.fill().dropped);
    await outbox.close();
  });
});
