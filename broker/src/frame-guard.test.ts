import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameScanner } from "./frame-guard.ts";
import { connectFrame, frame } from "./testing/frames.ts";

const SEED = 20261123;

describe("FrameScanner", () => {
  it("follows any packets, however the network cuts them", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
    const cuts = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(bodies, cuts, (sent, pieces) => {
        const scanner = new FrameScanner(300);
        let stream = Buffer.concat([connectFrame("gw-1", "c"), ...sent.map((body) => frame(0x30, body))]);
        for (let no = 0; stream.length > 0; no++) {
          const size = pieces[no % pieces.length] ?? 1;
          expect(scanner.feed(stream.subarray(0, size))).toBeUndefined();
          stream = stream.subarray(size);
        }
      }),
      { seed: SEED },
    );
  });

  it("stops a packet one byte over the limit at its header", () => {
    const scanner = new FrameScanner(300);
    expect(scanner.feed(connectFrame("gw-1", "c"))).toBeUndefined();
    expect(scanner.feed(frame(0x30, Buffer.alloc(300)))).toBeUndefined();
    expect(scanner.feed(frame(0x30, Buffer.alloc(301)).subarray(0, 3))).toBe("too-large");
  });

  it("lets nobody send a long CONNECT before signing in", () => {
    expect(new FrameScanner(1_000_000).feed(frame(0x10, Buffer.alloc(20_000)))).toBe("too-large");
  });

  it("knows a stream that is not MQTT by its first byte or by a length that never ends", () => {
    expect(new FrameScanner(300).feed(Buffer.from("GET / HTTP/1.1\r\n"))).toBe("not-mqtt");
    expect(new FrameScanner(300).feed(Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff]))).toBe("not-mqtt");
  });
});
