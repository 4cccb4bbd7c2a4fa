import { fillPacketLengths } from "@nightflow/domain";
import { writeToStream } from "mqtt-packet";
import { describe, expect, it } from "vitest";

/** The bytes that tell a message's length, as the library hands them on: the second thing that it writes. */
function lengthOf(payloadBytes: number): Uint8Array {
  const written: (Uint8Array | string)[] = [];
  const payload = "x".repeat(payloadBytes);
  const sink = { write: (bytes: Uint8Array | string) => written.push(bytes) > 0 };
  writeToStream({ cmd: "publish", topic: "-", payload, qos: 0, retain: false, dup: false }, sink as never);
  const [, length] = written;
  return length instanceof Uint8Array ? length : expect.fail("the library writes in another way");
}

describe("lengths of packets", () => {
  it("are cut from a few pools, whatever else takes from them between two messages", () => {
    fillPacketLengths(writeToStream);
    const pools = new Set<ArrayBufferLike>();
    for (let payloadBytes = 200; payloadBytes < 16_000; payloadBytes += 37) {
      pools.add(lengthOf(payloadBytes).buffer);
      for (let taken = 0; taken < Buffer.poolSize; taken += 4000) Buffer.allocUnsafe(4000);
    }
    expect(pools.size).toBeLessThan(20);
  });

  it("stay what they are", () => {
    fillPacketLengths(writeToStream);
    expect([...lengthOf(300)]).toEqual([0xaf, 0x02]);
    expect([...lengthOf(16_380)]).toEqual([0xff, 0x7f]);
    expect([...lengthOf(16_381)]).toEqual([0x80, 0x80, 0x01]);
  });
});
