import { type Ack, decodeBatch, Epoch, encodeAck, isAcked } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import type { Cursor, Due } from "../outbox/ledger.ts";
import { FakeTime } from "../testing/fake-time.ts";
import { type BatchSource, Publisher } from "./publisher.ts";
import type { UplinkListener } from "./uplink.ts";

const EPOCH = Epoch.parse("life-1");
const TOPICS = { readings: "readings", ack: "ack", status: "status", configReport: "report" };
const ACK_TIMEOUT_MS = 1000;

/** An outbox in memory. */
class Batches implements BatchSource {
  seqs: number[] = [];
  #onTaken: () => void = () => undefined;

  take(...seqs: number[]): void {
    this.seqs.push(...seqs);
    this.#onTaken();
  }

  next(after?: Cursor): Due | undefined {
    const seq = this.seqs.find((candidate) => candidate > (after?.seq ?? 0));
    return seq === undefined ? undefined : { epoch: EPOCH, seq, ordinal: seq };
  }

  async load({ epoch, seq }: Due) {
    return this.seqs.includes(seq) ? { epoch, seq, origin: "live" as const, readings: [] } : undefined;
  }

  acknowledge(ack: Ack): void {
    this.seqs = this.seqs.filter((seq) => !isAcked(ack, EPOCH, seq));
  }

  onTaken(listener: () => void): void {
    this.#onTaken = listener;
  }
}

function setUp() {
  const time = new FakeTime(1_750_000_000_000);
  const outbox = new Batches();
  const broker = {
    isUp: true,
    isMute: false,
    givesPuback: true,
    connections: 0,
    sent: [] as number[],
    said: [] as string[],
    listener: undefined as UplinkListener | undefined,
  };
  const publisher = new Publisher({
    outbox,
    topics: TOPICS,
    status: (state) => state,
    configReport: () => "report",
    clock: time,
    timers: time,
    realNow: () => time.now(),
    random: () => 0.5,
    logger: pino({ level: "silent" }),
    statusMs: 5000,
    ackTimeoutMs: ACK_TIMEOUT_MS,
    open: async (listener) => {
      if (!broker.isUp) throw new Error("refused");
      if (broker.isMute) return new Promise(() => undefined);
      broker.connections++;
      broker.listener = listener;
      return {
        publish: (topic, payload) => {
          if (topic === TOPICS.readings) broker.sent.push(decodeBatch(payload).seq);
          else broker.said.push(payload);
          return broker.givesPuback || topic !== TOPICS.readings ? Promise.resolve() : new Promise(() => undefined);
        },
        close: async () => undefined,
      };
    },
  });
  const ack = (seq: number, above: number[] = []) =>
    broker.listener?.onMessage({ topic: TOPICS.ack, payload: Buffer.from(encodeAck({ epoch: EPOCH, seq, above })) });
  return { time, outbox, broker, publisher, ack };
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

describe("the publisher", () => {
  it("has at most 64 batches on their way, and goes on as acks make room", async () => {
    const { time, outbox, broker, ack } = setUp();
    outbox.take(...upTo(100));
    await time.run(10);
    expect(broker.sent).toEqual(upTo(64));
    ack(10, [12]);
    await time.run(10);
    expect(broker.sent).toEqual(upTo(75));
  });

  it("a PUBACK lets nothing go: without an ack from the head-end a batch is sent again", async () => {
    const { time, outbox, broker, ack } = setUp();
    outbox.take(1, 2);
    await time.run(10);
    ack(0, [2]);
    await time.run(ACK_TIMEOUT_MS * 1.5);
    expect(broker.sent).toEqual([1, 2, 1]);
    expect(outbox.seqs).toEqual([1]);
  });

  it("waits longer each time before it sends a batch again, so that a broker without head-end does not fill", async () => {
    const { time, outbox, broker } = setUp();
    outbox.take(1);
    await time.run(ACK_TIMEOUT_MS * 40);
    expect(broker.sent).toHaveLength(6);
  });

  it("sends everything unacknowledged again after a reconnection, oldest first", async () => {
    const { time, outbox, broker, ack } = setUp();
    outbox.take(1, 2, 3);
    await time.run(10);
    ack(1);
    broker.sent = [];
    broker.listener?.onLost("cut");
    await time.run(500);
    expect(broker.connections).toBe(2);
    expect(broker.sent).toEqual([2, 3]);
  });

  it("does not pile up copies at a broker that withholds its PUBACKs, and leaves it in the end", async () => {
    const { time, outbox, broker } = setUp();
    broker.givesPuback = false;
    outbox.take(1, 2);
    await time.run(ACK_TIMEOUT_MS * 5);
    expect(broker.sent).toEqual([1, 2]);
    await time.run(ACK_TIMEOUT_MS * 3);
    expect(broker.connections).toBe(2);
  });

  it("tries for ever to reach a broker that is away, at most half a minute apart", async () => {
    const { time, outbox, broker, publisher } = setUp();
    broker.isUp = false;
    broker.listener?.onLost("cut");
    outbox.take(1);
    await time.run(3_600_000);
    expect(publisher.isConnected).toBe(false);
    broker.isUp = true;
    await time.run(30_000);
    expect(broker.connections).toBe(2);
    expect(broker.sent[0]).toBe(1);
  });

  it("leaves at once although a broker does not answer its greeting", async () => {
    const { time, broker, publisher } = setUp();
    broker.isMute = true;
    broker.listener?.onLost("cut");
    await time.run(1000);
    const closed = publisher.close();
    await time.run(0);
    await closed;
    expect(publisher.isConnected).toBe(false);
  });

  it("takes no notice of an ack that is none", async () => {
    const { time, outbox, broker } = setUp();
    outbox.take(1);
    await time.run(10);
    broker.listener?.onMessage({ topic: TOPICS.ack, payload: Buffer.from("{") });
    expect(outbox.seqs).toEqual([1]);
  });

  it("says its report and status at once, the status again and again, and offline at the end", async () => {
    const { time, broker, publisher } = setUp();
    await time.run(11_000);
    expect(broker.said).toEqual(["report", "online", "online", "online"]);
    const closed = publisher.close();
    await time.run(10);
    await closed;
    expect(broker.said.at(-1)).toBe("offline");
  });

  it("sends what turns out to be missing further back, and nothing twice for it", async () => {
    const { time, outbox, broker } = setUp();
    await time.run(10);
    outbox.take(5, 6);
    await time.run(10);
    outbox.seqs.unshift(3, 4);
    outbox.take(7);
    await time.run(10);
    expect(broker.sent).toEqual([5, 6, 3, 4, 7]);
  });
});
