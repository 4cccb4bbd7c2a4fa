import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelDescription, OpcUaBus as OpcUaBusConfig, type Reading } from "@nightflow/domain";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FakeTime } from "../../testing/fake-time.ts";
import { OpcUaBus } from "./bus.ts";
import { GapBook } from "./history/gap-book.ts";
import type { HistoryPart, LinkListener, OpcUaSample } from "./link.ts";

const PERIOD_MS = 60_000;
const START = PERIOD_MS * 29_000_000;
const channel = ChannelDescription.parse({
  id: "M.forward_total",
  quantity: "forward_total",
  unit: "m3",
  resolution: 1,
});

/** A bus over a server whose item counts minutes and carries its source time; links can be refused or stay silent. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-opcua-bus-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function* answered(parts: HistoryPart[]) {
  yield parts;
}

/** History with a value a minute, and one fault at a time. */
const everyMinute =
  (asked: [number, number][], fault: () => string | null = () => null) =>
  (fromMs: number, toMs: number): HistoryPart[] => {
    asked.push([fromMs, toMs]);
    const why = fault();
    const samples: OpcUaSample[] = [];
    for (let at = Math.ceil(fromMs / PERIOD_MS) * PERIOD_MS; at < toMs; at += PERIOD_MS)
      samples.push({ item: 0, status: "good", code: "Good", value: at / PERIOD_MS, at });
    return [{ item: 0, samples: why === null ? samples : [], fault: why }];
  };

/** `opening`: what a link waits for before it opens. */
function setUp(change: object = {}, opening = Promise.resolve()) {
  const time = new FakeTime(START);
  const clock = { aheadMs: 0, now: () => time.now() + clock.aheadMs, toRealMs: (ms: number) => ms };
  const readings: Reading[] = [];
  const server = {
    isUp: true,
    links: 0,
    listener: undefined as LinkListener | undefined,
    history: undefined as ((fromMs: number, toMs: number) => HistoryPart[]) | undefined,
  };
  const now = (): OpcUaSample => ({
    item: 0,
    status: "good",
    code: "Good",
    value: Math.floor(time.now() / 60_000),
    at: clock.now(),
  });
  const bus = new OpcUaBus({
    bus: OpcUaBusConfig.parse({
      id: "opc",
      kind: "opcua",
      endpointUrl: "opc.tcp://plant:4840",
      samplingMs: 100,
      publishMs: 100,
      periodS: PERIOD_MS / 1000,
      items: [{ meter: "M", nodeId: "ns=1;s=M", channel: channel.id }],
      ...change,
    }),
    items: [{ meter: "M", channel, scale: 1 }],
    gaps: new GapBook(folder, "opc"),
    clock,
    timers: time,
    random: () => 0.5,
    logger: pino({ level: "silent" }),
    collect: (taken) => readings.push(...taken),
    openLink: async (listener) => {
      await opening;
      if (!server.isUp) throw new Error("refused");
      server.links++;
      server.listener = listener;
      return {
        read: async () => [now()],
        missing: () => [],
        lookAgain: async () => 0,
        get historyItems() {
          return server.history === undefined ? [] : [0];
        },
        locate: async () => [],
        writeNode: async () => ({ kind: "written" as const }),
        readNode: async () => ({ value: null, code: "Good" }),
        history: (_, fromMs, toMs) => answered(server.history?.(fromMs, toMs) ?? []),
        close: async () => undefined,
      };
    },
  });
  return { time, clock, readings, server, bus, now };
}

/** The same, whose server keeps history, was lost for 600 boundaries and has just come back. `asked`: stretches of history. */
async function awayForTenHours(history: object = {}) {
  const bench = setUp({ history: { hours: 24, ...history } });
  const { time, server } = bench;
  const asked: [number, number][] = [];
  server.history = everyMinute(asked);
  await time.run(PERIOD_MS * 2 + 10_000);
  server.isUp = false;
  server.listener?.onLost("gone");
  await time.run(PERIOD_MS * 600);
  server.isUp = true;
  return { ...bench, asked };
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

  it("judges no meter before its first connection, and every one once that has failed", async () => {
    const opening = Promise.withResolvers<void>();
    const { time, readings, server, bus } = setUp({}, opening.promise);
    await time.run(PERIOD_MS * 2 + 1000);
    expect([readings, bus.health()[0]?.failures]).toEqual([[], 0]);
    server.isUp = false;
    opening.resolve();
    await time.run(PERIOD_MS);
    expect(readings).toMatchObject([{ quality: "missing", reason: "disconnected" }]);
    await bus.close();
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

  it("fetches what it missed from the server's history, newest first, and nothing twice", async () => {
    const { time, readings, server, now, asked } = await awayForTenHours();
    await time.run(PERIOD_MS * 3);
    server.listener?.onSample(now());
    const good = readings.filter(({ quality }) => quality === "good").map(({ readAt }) => readAt);
    const boundaries = good.filter((at) => at % PERIOD_MS === 0);
    expect(new Set(good.map((at) => Math.round(at / PERIOD_MS))).size).toBe(good.length);
    expect(boundaries.length).toBeGreaterThanOrEqual(600);
    expect(asked.length).toBeGreaterThanOrEqual(1);
    expect(asked.map(([fromMs]) => fromMs)).toEqual(asked.map(([fromMs]) => fromMs).toSorted((a, b) => b - a));
  });

  it("gives nothing twice when the link is lost just after a stretch of history was fetched", async () => {
    const { time, readings, server, asked } = await awayForTenHours({ pauseMs: 10_000 });
    while (asked.length === 0) await time.run(1000);
    server.listener?.onLost("gone again");
    await time.run(PERIOD_MS * 3);
    const good = readings.filter(({ quality }) => quality === "good").map(({ readAt }) => readAt);
    expect(good.length).toBeGreaterThan(600);
    expect(new Set(good).size).toBe(good.length);
    expect(new GapBook(folder, "opc").gaps).toEqual([]);
  });

  it("goes on with a gap after the agent was stopped in it", async () => {
    const first = setUp({ history: { hours: 24 } });
    first.server.history = everyMinute([]);
    await first.time.run(PERIOD_MS * 2 + 10_000);
    const closing = first.bus.close();
    await first.time.run(1000);
    await closing;
    const asked: [number, number][] = [];
    const gaps = new GapBook(folder, "opc");
    expect(gaps.doneMs).toBe(START + PERIOD_MS * 2);
    gaps.open({ firstMs: START - PERIOD_MS * 10, lastMs: START - PERIOD_MS, channels: null, attempts: 0 });
    const second = setUp({ history: { hours: 24 } });
    second.server.history = everyMinute(asked);
    await second.time.run(PERIOD_MS);
    expect(second.readings.filter(({ readAt }) => readAt < START)).toHaveLength(10);
    expect(new GapBook(folder, "opc").gaps).toEqual([]);
  });

  it("asks again for a stretch of history that failed, and tells one that the server will never give", async () => {
    const { time, server, bus } = setUp({ history: { hours: 24 } });
    let why = "BadHistoryOperationUnsupported";
    server.history = everyMinute([], () => why);
    await time.run(PERIOD_MS + 10_000);
    server.isUp = false;
    server.listener?.onLost("gone");
    await time.run(PERIOD_MS * 10);
    server.isUp = true;
    await time.run(PERIOD_MS * 2);
    expect(bus.opcUa().history).toMatchObject({ openGaps: 0, filled: 0, gaps: [{ why, filled: 0 }] });
    why = "BadTimeout";
    server.isUp = false;
    server.listener?.onLost("gone");
    await time.run(PERIOD_MS * 10);
    server.isUp = true;
    await time.run(PERIOD_MS * 2);
    expect(bus.opcUa().history).toMatchObject({ openGaps: 1 });
  });

  it("says that a gap stays open where the server keeps no history", async () => {
    const { time, server, bus } = setUp({ history: { hours: 24 } });
    await time.run(PERIOD_MS + 10_000);
    server.isUp = false;
    server.listener?.onLost("gone");
    await time.run(PERIOD_MS * 10);
    server.isUp = true;
    await time.run(PERIOD_MS * 2);
    expect(bus.opcUa().history.gaps[0]).toMatchObject({ filled: 0, why: /no history/ });
  });

  it("reports every sample as it comes where changes are asked for", async () => {
    const { time, readings, server, now } = setUp({ report: "change" });
    await time.run(1000);
    for (let at = 0; at < 5; at++) {
      server.listener?.onSample({ ...now(), value: at });
      await time.run(2000);
    }
    expect(readings).toHaveLength(5);
  });

  it("reads a meter at once when it is told to, and a stretch of its history", async () => {
    const { time, server, bus } = setUp();
    server.history = everyMinute([]);
    await time.run(1000);
    expect(await bus.readNow("M")).toMatchObject({ outcome: "answered", readings: [{ quality: "good" }] });
    expect(await bus.readNow("X")).toMatchObject({ outcome: "unknown-meter" });
    const back = await bus.readBack("M", START - PERIOD_MS * 60, START - PERIOD_MS * 51);
    expect(back).toMatchObject({ outcome: "answered" });
    expect(back.readings).toHaveLength(10);
  });
});
