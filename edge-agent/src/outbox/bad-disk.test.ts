import { mkdtemp, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ack, ChannelId, type Reading } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Disk, nodeDisk } from "./disk.ts";
import { type OutboxFill, OutboxLimits } from "./limits.ts";
import { Outbox } from "./outbox.ts";

/** What the disk refuses now. */
const refuses = { newFiles: false, reading: undefined as string | undefined };
const refused = (code: string) => Object.assign(new Error(code), { code });
const disk: Disk = {
  ...nodeDisk,
  open: async (path, flags) => {
    if (refuses.newFiles && flags === "w") throw refused("ENOSPC");
    return nodeDisk.open(path, flags);
  },
  readFile: async (path) => {
    if (path === refuses.reading) throw refused("EIO");
    return nodeDisk.readFile(path);
  },
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-outbox-"));
});

afterEach(async () => {
  Object.assign(refuses, { newFiles: false, reading: undefined });
  await rm(folder, { recursive: true, force: true });
});

const opened = () => Outbox.open({ disk, folder, limits: OutboxLimits.parse({}), logger: pino({ level: "silent" }) });

async function take(outbox: Outbox, value: number): Promise<void> {
  const reading: Reading = {
    quality: "good",
    channel: ChannelId.parse("M-1.forward_total"),
    readAt: value * 1000,
    value,
    flags: [],
  };
  outbox.add([reading]);
  await outbox.flush();
}

async function oldest(outbox: Outbox) {
  const due = outbox.next();
  return due && (await outbox.load(due));
}

const segments = async () => (await readdir(folder)).filter((name) => name.endsWith(".seg")).sort();
const fillOf = ({ records, damagedStretches }: OutboxFill) => ({ records, damagedStretches });

it("on a full disk an agent starts all the same, sends what it holds, and takes readings once there is room", async () => {
  const first = await opened();
  await take(first, 1);
  await first.close();
  refuses.newFiles = true;
  const second = await opened();
  expect(await oldest(second)).toMatchObject({ seq: 1, readings: [["M-1.forward_total", 1000, 1, 0]] });
  await take(second, 2);
  expect(second.fill().records).toBe(1);
  second.acknowledge(Ack.parse({ v: 1, epoch: first.epoch, seq: 1, above: [] }));
  refuses.newFiles = false;
  await take(second, 3);
  expect((await oldest(second))?.readings).toHaveLength(2);
  await second.close();
});

it("a file that is gone while running costs its own readings only: its seqs are sent empty", async () => {
  const first = await opened();
  await take(first, 1);
  await first.close();
  const second = await opened();
  await take(second, 2);
  await unlink(join(folder, (await segments())[0] ?? ""));
  expect(await oldest(second)).toMatchObject({ seq: 1, readings: [] });
  second.acknowledge(Ack.parse({ v: 1, epoch: first.epoch, seq: 1, above: [] }));
  expect(await oldest(second)).toMatchObject({ seq: 2 });
  await second.close();
});

it("a file that the disk cannot read does not keep an agent from starting, and the head-end's ack shows the hole", async () => {
  const first = await opened();
  await take(first, 1);
  await first.close();
  const second = await opened();
  await take(second, 2);
  await second.close();
  refuses.reading = join(folder, (await segments())[0] ?? "");
  const third = await opened();
  expect(fillOf(third.fill())).toEqual({ records: 1, damagedStretches: 1 });
  third.acknowledge(Ack.parse({ v: 1, epoch: first.epoch, seq: 0, above: [2] }));
  expect(await oldest(third)).toMatchObject({ seq: 1, readings: [] });
  expect(await readdir(join(folder, "damaged"))).toHaveLength(1);
  await third.close();
});

it("a new epoch that the full disk has no room for begins with the first write that it takes", async () => {
  const first = await opened();
  await take(first, 1);
  refuses.newFiles = true;
  first.acknowledge(Ack.parse({ v: 1, epoch: first.epoch, seq: 9, above: [] }));
  await first.flush();
  await take(first, 2);
  expect(first.fill().records).toBe(0);
  refuses.newFiles = false;
  await take(first, 3);
  expect((await oldest(first))?.readings).toHaveLength(2);
  await first.close();
  const second = await opened();
  expect(second.epoch).toBe(first.epoch);
  expect(await oldest(second)).toMatchObject({ epoch: first.epoch, seq: 1 });
  await second.close();
});
