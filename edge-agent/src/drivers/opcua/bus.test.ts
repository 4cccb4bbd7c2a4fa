import { ChannelDescription, type Reading } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { FakeTime } from "../../testing/fake-time.ts";
import { OpcUaBus } from "./bus.ts";
import type { LinkListener } from "./link.ts";

const PERIOD_MS = 60_000;
const START = PERIOD_MS * 29_000_000;
const channel = ChannelDescription.parse({
  id: "M.forward_total",
  quantity: "forward_total",
  unit: "m3",
  resolution: 1,
});

/** A bus over a server whose item counts minutes and carries its source time; links can be refused or stay silent. */
function setUp() {
  const time = new FakeTime(START);
  const clock = { aheadMs: 0, now: () => time.now() + clock.aheadMs, toRealMs: (ms: number) => ms };
  const readings: Reading[] = [];
  const server = { isUp: true, links: 0, listener: undefined as LinkListener | undefined };
  const now = () => ({
    item: 0,
    status: "good" as const,
    value: Math.floor(time.now() / 60_000),
    sourceAt: clock.now(),
  });
  const bus = new OpcUaBus({
    bus: { id: "opc", samplingMs: 100, publishMs: 100, periodS: PERIOD_MS / 1000 },
    items: [{ meter: "M", channel, scale: 1 }],
    clock,
    timers: time,
    random: () => 0.5,
    logger: pino({ level: "silent" }),
    collect: (taken) => readings.push(...taken),
    openLink: async (listener) => {
      if (!server.isUp) throw new Error("refused");
      server.links++;
      server.listener = listener;
      return { read: async () => [now()], close: async () => undefined };
    },
  });
  return { time, clock, readings, server, bus, now };
}

describe("an OPC UA bus", () => {
  it("reports at every boundary what the subscription brought", async () => {
    const { time, readings, server, now } = setUp();
    for (let minute = 0; minute < 3; minute++) {
      await time.run(PERIOD_MS);
      server.listener?.onSample(now());
    }
    await time.run(1000);
    expect(readings.map((reading) => "value" in reading && reading.value)).toEqual([
      29_000_001, 29_000_002, 29_000_003,
    ]);
    expect(server.links).toBe(1);
  });

  it("makes a subscription anew that stays silent while the server's values change, and loses no boundary", async () => {
    const { time, readings, server } = setUp();
    await time.run(PERIOD_MS * 3 + 1000);
    expect(server.links).toBe(2);
    expect(readings.map(({ quality }) => quality)).toEqual(["good", "good", "good"]);
  });

  it("says disconnected while the server is away, and comes back by itself", async () => {
    const { time, readings, server, bus } = setUp();
    await time.run(PERIOD_MS + 1000);
    server.isUp = false;
    server.listener?.onLost("gone");
    await time.run(PERIOD_MS * 2);
    expect(readings.slice(1)).toMatchObject([{ reason: "disconnected" }, { reason: "disconnected" }]);
    expect(bus.health()).toMatchObject([{ meter: "M", state: "silent" }]);
    server.isUp = true;
    await time.run(PERIOD_MS * 2);
    expect(readings.at(-1)?.quality).toBe("good");
  });

  it("goes on from the next boundary after the clock, ten years ahead, has been set right", async () => {
    const { time, clock, readings, server, now } = setUp();
    await time.run(PERIOD_MS + 1000);
    server.listener?.onSample(now());
    clock.aheadMs = 10 * 365 * 86_400_000;
    await time.run(PERIOD_MS * 2);
    const before = readings.length;
    clock.aheadMs = 0;
    await time.run(PERIOD_MS * 3);
    const after = readings.slice(before).map(({ readAt }) => readAt);
    expect(after.length).toBeGreaterThanOrEqual(2);
    expect(after.every((readAt) => readAt <= time.now() && readAt > START)).toBe(true);
  });
});
