import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ack, ChannelId, type Reading } from "@nightflow/domain";
import { Outbox, OutboxLimits } from "@nightflow/edge-agent/durable";
import pino from "pino";
import { expect, test } from "vitest";
import { canMakeDisk, SmallDisk } from "../support/small-disk.ts";

const logger = pino({ level: "silent" });
const readingsOf = (from: number, to: number): Reading[] =>
  Array.from({ length: to - from }, (_, at) => ({
    quality: "good",
    channel: ChannelId.parse("M-1.forward_total"),
    readAt: 1_790_000_000_000 + from + at,
    value: from + at,
    flags: [],
  }));

async function valuesIn(outbox: Outbox): Promise<unknown[]> {
  const values: unknown[] = [];
  for (let due = outbox.next(); due !== undefined; due = outbox.next(due))
    for (const [, , value] of (await outbox.load(due))?.readings ?? []) values.push(value);
  return values;
}

test.skipIf(!canMakeDisk())(
  "an outbox on a disk that is full keeps what it has taken, takes the rest when there is room, and gives all of it in order",
  async ({ onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), "nightflow-full-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const place = join(folder, "disk");
    await mkdir(place);
    const disk = new SmallDisk(place, 2);
    onTestFinished(() => disk.close());
    const open = () =>
      Outbox.open({ folder: join(place, "outbox"), limits: OutboxLimits.parse({ flushMs: 10 }), logger });
    const outbox = await open();
    outbox.add(readingsOf(0, 1000));
    await outbox.flush();
    const makeRoom = disk.fill();
    outbox.add(readingsOf(1000, 6000));
    await outbox.flush();
    expect(outbox.fill().taken).toBeLessThan(6000);
    expect((await valuesIn(outbox)).slice(0, 1000)).toEqual(
      readingsOf(0, 1000).map((one) => "value" in one && one.value),
    );
    makeRoom();
    await expect.poll(() => outbox.fill().taken).toBe(6000);
    expect(await valuesIn(outbox)).toEqual(Array.from({ length: 6000 }, (_, at) => at));
    const { epoch, lastSeq } = outbox;
    await outbox.close();

    const full = disk.fill();
    const again = await open();
    expect(await valuesIn(again)).toHaveLength(6000);
    again.acknowledge(Ack.parse({ v: 1, epoch, seq: lastSeq, above: [] }));
    full();
    again.add(readingsOf(6000, 6010));
    await expect.poll(() => again.fill().taken).toBe(6010);
    expect(await valuesIn(again)).toHaveLength(10);
    expect(again.fill().dropped).toBe(0);
    await again.close();
  },
);
