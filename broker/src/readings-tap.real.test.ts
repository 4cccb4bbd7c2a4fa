import { once } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RunningBroker } from "./running-broker.ts";
import { connect, openSocket, startTestBroker, topicsOf } from "./testing/fleet.ts";
import { connectFrame, publishFrame } from "./testing/frames.ts";

const { readings, status } = topicsOf("gw-1");
const PINGREQ = Buffer.from([0xc0, 0]);
const MESSAGES = 400;

let broker: RunningBroker;
afterEach(() => broker.close());

/** A broker whose store takes everything and keeps it. */
async function storingBroker(): Promise<string[]> {
  const stored: string[] = [];
  const take = async (_topic: string, payload: Uint8Array) => {
    stored.push(Buffer.from(payload).toString());
    return "stored" as const;
  };
  broker = await startTestBroker({ intake: { take } });
  return stored;
}

/** A signed-in agent on a bare socket, and the ids of the PUBACKs that it gets. */
async function bareAgent() {
  const socket = await openSocket(broker);
  socket.write(connectFrame("gw-1", "c"));
  await once(socket, "data");
  let bytes = Buffer.alloc(0);
  socket.on("data", (more) => {
    bytes = Buffer.concat([bytes, more]);
  });
  return { socket, acknowledged: () => idsOf(bytes) };
}

function idsOf(bytes: Buffer): number[] {
  const ids: number[] = [];
  for (let at = 0; at + 2 <= bytes.length; at += 2 + (bytes[at + 1] ?? 0))
    if (bytes[at] === 0x40 && at + 4 <= bytes.length) ids.push(bytes.readUInt16BE(at + 2));
  return ids;
}

describe("an agent's readings", () => {
  it.each([1, 7, 100, 5000, 1_000_000])(
    "are stored in order and acknowledged once each, sent %i bytes at a time",
    async (size) => {
      const stored = await storingBroker();
      const { socket, acknowledged } = await bareAgent();
      const ids = Array.from({ length: size < 100 ? 40 : MESSAGES }, (_, i) => i + 1);
      const frames = ids.flatMap((messageId) => [
        publishFrame(readings, Buffer.from(`batch ${messageId} ${"x".repeat(messageId)}`), { qos: 1, messageId }),
        ...(messageId % 10 === 0 ? [PINGREQ, publishFrame(status, Buffer.from("on"))] : []),
      ]);
      const all = Buffer.concat(frames);
      for (let at = 0; at < all.length; at += size) {
        socket.write(all.subarray(at, at + size));
        if (size < 100) await new Promise((resolve) => setImmediate(resolve));
      }
      await vi.waitFor(() => expect(acknowledged()).toHaveLength(ids.length), { timeout: 10_000 });
      expect(acknowledged().toSorted((a, b) => a - b)).toEqual(ids);
      const batchNo = (text: string) => Number(text.split(" ")[1]);
      expect(stored.map(batchNo)).toEqual(ids);
      expect(broker.stats()).toMatchObject({
        received: ids.length + ids.length / 10,
        intake: { stored: ids.length, pending: 0 },
      });
    },
  );

  it("reach a subscriber too, one who comes while the agent is sending", async () => {
    await storingBroker();
    const agent = await connect(broker, "gw-1");
    await agent.publishAsync(readings, "nobody hears", { qos: 1 });
    const heard: string[] = [];
    const monitor = await connect(broker, "monitor", {}, heard);
    await monitor.subscribeAsync("nf/v1/+/+/readings", { qos: 1 });
    await agent.publishAsync(readings, "heard", { qos: 1 });
    await vi.waitFor(() => expect(heard).toEqual(["heard"]), { timeout: 20_000 });
    await monitor.unsubscribeAsync("nf/v1/+/+/readings");
    await agent.publishAsync(readings, "nobody hears", { qos: 1 });
    expect(heard).toEqual(["heard"]);
  });

  it("wait for a lasting session that is away", async () => {
    await storingBroker();
    const heard: string[] = [];
    const lasting = { clientId: "m", clean: false };
    const monitor = await connect(broker, "monitor", lasting, heard);
    await monitor.subscribeAsync("nf/v1/+/+/readings", { qos: 1 });
    await monitor.endAsync();
    const agent = await connect(broker, "gw-1");
    await agent.publishAsync(readings, "while away", { qos: 1 });
    await connect(broker, "monitor", lasting, heard);
    await vi.waitFor(() => expect(heard).toEqual(["while away"]), { timeout: 20_000 });
  });
});
