import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ChannelId,
  decodeBatch,
  EMPTY_MARK,
  Epoch,
  encodeAck,
  MAX_ABOVE,
  type Mark,
  markWith,
  type Reading,
  type WireReading,
} from "@nightflow/domain";
import pino from "pino";
import { expect, it, onTestFinished } from "vitest";
import { OutboxLimits } from "../outbox/limits.ts";
import { Outbox } from "../outbox/outbox.ts";
import { FakeTime } from "../testing/fake-time.ts";
import { Publisher } from "./publisher.ts";
import type { OpenUplink, UplinkListener } from "./uplink.ts";

const logger = pino({ level: "silent" });

/** A head-end that marks, stores and acknowledges by ingest's rules, and may lose its whole store. */
class HeadEnd {
  readonly stored = new Set<unknown>();
  readonly #marks = new Map<string, Mark>();

  loseStore(): void {
    this.stored.clear();
    this.#marks.clear();
  }

  readonly open: OpenUplink = async (listener) => ({
    publish: (topic, payload) => (topic === "readings" ? this.#take(payload, listener) : Promise.resolve()),
    close: async () => undefined,
  });

  async #take(payload: string, listener: UplinkListener): Promise<void> {
    const { epoch, seq, readings } = decodeBatch(payload);
    const mark = this.#marks.get(epoch) ?? EMPTY_MARK;
    const isTooFarAhead = seq > mark.seq + MAX_ABOVE;
    if (!isTooFarAhead) {
      this.#marks.set(epoch, markWith(mark, seq));
      for (const [, , value] of readings as WireReading[]) this.stored.add(value);
    }
    const { seq: upTo, above } = this.#marks.get(epoch) ?? EMPTY_MARK;
    const ack = encodeAck({ epoch: Epoch.parse(epoch), seq: upTo, above: [...above] });
    listener.onMessage({ topic: "ack", payload: Buffer.from(ack) });
    if (isTooFarAhead) await new Promise(() => undefined);
  }
}

const reading = (value: number): Reading => ({
  quality: "good",
  channel: ChannelId.parse("M-1.forward_total"),
  readAt: value * 1000,
  value,
  flags: [],
});

it("a head-end that begins with an empty store takes what an agent holds, however far its counting has come", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-outbox-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const outbox = await Outbox.open({ folder, limits: OutboxLimits.parse({ maxBatch: 1 }), logger });
  const time = new FakeTime(1_750_000_000_000);
  const headEnd = new HeadEnd();
  const publisher = new Publisher({
    outbox,
    open: headEnd.open,
    topics: { readings: "readings", ack: "ack", status: "status", configReport: "report" },
    status: (state) => state,
    configReport: () => "report",
    clock: time,
    timers: time,
    realNow: () => time.now(),
    logger,
    statusMs: 5000,
    ackTimeoutMs: 1000,
  });
  const take = async (from: number, to: number) => {
    outbox.add(Array.from({ length: to - from + 1 }, (_, at) => reading(from + at)));
    await outbox.flush();
  };
  const untilStored = (size: number) =>
    expect
      .poll(() => time.run(1000).then(() => [headEnd.stored.size, outbox.fill().records]), {
        interval: 1,
        timeout: 30_000,
      })
      .toEqual([size, 0]);
  await take(1, MAX_ABOVE + 100);
  await untilStored(MAX_ABOVE + 100);
  headEnd.loseStore();
  await take(5001, 5200);
  await untilStored(200);
  await publisher.close();
  await outbox.close();
});
