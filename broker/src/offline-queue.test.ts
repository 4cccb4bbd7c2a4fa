import { describe, expect, it } from "vitest";
import { OfflineQueue, type QueuedPacket } from "./offline-queue.ts";

const packet = (counter: number, bytes = 10): QueuedPacket => ({
  brokerId: "b",
  brokerCounter: counter,
  payload: Buffer.alloc(bytes),
});
const counters = (queue: OfflineQueue) => queue.snapshot().map(({ brokerCounter }) => brokerCounter);

describe("OfflineQueue", () => {
  it("keeps the newest messages when there are too many", () => {
    const queue = new OfflineQueue({ maxMessages: 2, maxBytes: 1000 });
    expect([1, 2, 3].map((counter) => queue.push(packet(counter)))).toEqual([0, 0, 1]);
    expect(counters(queue)).toEqual([2, 3]);
  });

  it("keeps no more bytes than it may, but always the newest message", () => {
    const queue = new OfflineQueue({ maxMessages: 100, maxBytes: 25 });
    for (const counter of [1, 2, 3]) queue.push(packet(counter));
    expect(counters(queue)).toEqual([2, 3]);
    expect(queue.bytes).toBe(20);
    queue.push(packet(4, 40));
    expect(counters(queue)).toEqual([4]);
    expect(queue.bytes).toBe(40);
  });

  it("gives up a message when it is acknowledged under the id it was sent with", () => {
    const queue = new OfflineQueue({ maxMessages: 10, maxBytes: 1000 });
    for (const counter of [1, 2]) queue.push(packet(counter));
    queue.update({ brokerId: "b", brokerCounter: 2, messageId: 77 });
    expect(queue.take(78)).toBeUndefined();
    expect(queue.take(undefined)).toBeUndefined();
    expect(queue.take(77)).toMatchObject({ brokerCounter: 2 });
    expect(counters(queue)).toEqual([1]);
    expect(queue.bytes).toBe(10);
  });

  it("puts the PUBREL of QoS 2 in the place of its message", () => {
    const queue = new OfflineQueue({ maxMessages: 10, maxBytes: 1000 });
    queue.push(packet(1));
    queue.update({ brokerId: "b", brokerCounter: 1, messageId: 5 });
    queue.update({ cmd: "pubrel", messageId: 5 });
    expect(queue.snapshot()).toEqual([{ cmd: "pubrel", messageId: 5 }]);
    expect(queue.bytes).toBe(0);
  });

  it("ignores news of a message that had to go", () => {
    const queue = new OfflineQueue({ maxMessages: 1, maxBytes: 1000 });
    queue.push(packet(1));
    queue.push(packet(2));
    queue.update({ brokerId: "b", brokerCounter: 1, messageId: 9 });
    expect(queue.take(9)).toBeUndefined();
  });
});
