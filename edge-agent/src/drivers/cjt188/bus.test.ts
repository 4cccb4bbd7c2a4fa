import { AgentConfig, type Reading } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { AnsweringTransport, type FarSide } from "../../testing/answering-transport.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { encodeBcd } from "../bcd.ts";
import { DeviceClock } from "../polled/device-clock.ts";
import { PolledBus } from "../polled/polled-bus.ts";
import { QuestionLine } from "../polled/question-line.ts";
import { bundledDialects } from "./dialects.ts";
import { faultsOfCjt188Bus } from "./faults.ts";
import { decodeCjt188Frame, encodeCjt188Frame } from "./frame.ts";
import { encodeDeviceTime } from "./messages.ts";
import { Cjt188Meter } from "./meter.ts";

// 2026-01-31 12:00:00 in Shanghai, at a boundary of every period used here.
const START = Date.UTC(2026, 0, 31, 4);
const PERIOD_MS = 60_000;
const SHANGHAI_MS = 8 * 3_600_000;

/** A meter on the far side, as the standard has it. */
class FakeMeter {
  readonly address: string;
  hundredths = 12_345_678;
  statusWord = 0;
  clockOffMs = 0;
  /** Total of the newest settlement day, and those of the log; a month that is not there is refused. */
  settled = 12_000_000;
  log: readonly number[] = [];
  settlementDay: number | undefined = 20;
  /** Makes something else of its answer. */
  twist: (answer: Uint8Array, request: Buffer) => Uint8Array | undefined = (answer) => answer;

  constructor(address: string) {
    this.address = address;
  }

  answer(request: Buffer, nowMs: number): Uint8Array | undefined {
    const frame = decodeCjt188Frame(request);
    if (frame.address !== this.address) return undefined;
    const head = frame.data.subarray(0, 3);
    const status = [this.statusWord & 0xff, this.statusWord >> 8];
    if (frame.control === 4 && frame.data[3] === 0x55) this.statusWord &= ~3;
    const kept = this.#kept(frame.data);
    if (kept === null)
      return encodeCjt188Frame({
        ...frame,
        control: frame.control | 0xc0,
        data: Uint8Array.from([frame.data[2] ?? 0, ...status]),
      });
    if (kept !== undefined)
      return encodeCjt188Frame({ ...frame, control: 0x81, data: Uint8Array.from([...head, ...kept]) });
    const total = [...encodeBcd(this.hundredths, 4), 0x2c];
    const settled = [...encodeBcd(this.settled, 4), 0x2c];
    const clock = encodeDeviceTime(nowMs + SHANGHAI_MS + this.clockOffMs);
    const data = frame.control === 4 ? [...head, ...status] : [...head, ...total, ...settled, ...clock, ...status];
    const body = { ...frame, control: frame.control | 0x80, data: Uint8Array.from(data) };
    return this.twist(encodeCjt188Frame(body, 2), request);
  }

  /** What it answers to questions about its log; null refuses, undefined is another question. */
  #kept(data: Uint8Array): number[] | null | undefined {
    const [low = 0, high = 0] = data;
    if (low === 0x03 && high === 0x81)
      return this.settlementDay === undefined ? null : [...encodeBcd(this.settlementDay, 1)];
    if (high !== 0xd1) return undefined;
    const total = this.log[low - 0x20];
    return total === undefined ? null : [...encodeBcd(total, 4), 0x2c];
  }
}

function setUp(count = 1, units: object = {}) {
  const time = new FakeTime(START);
  const meters = Array.from({ length: count }, (_, at) => new FakeMeter(`1111000000000${at + 1}`));
  const farSide: FarSide = (request) => {
    for (const meter of meters) {
      const bytes = meter.answer(request, time.now());
      if (bytes !== undefined) return { bytes, afterMs: 200 };
    }
    return undefined;
  };
  const transport = new AnsweringTransport(time, farSide);
  const config = AgentConfig.parse({
    v: 1,
    channels: meters.flatMap((_, at) => [
      { id: `M-${at}.total`, quantity: "forward_total", unit: "m3", resolution: 0.001 },
      { id: `M-${at}.valve`, quantity: "valve", unit: "1" },
    ]),
    buses: [
      {
        id: "bus",
        kind: "cjt188",
        transport: { kind: "tcp", host: "localhost" },
        timeoutMs: 1000,
        units: meters.map(({ address }, at) => ({
          meter: `M-${at}`,
          address,
          periodS: PERIOD_MS / 1000,
          channels: { forward_total: `M-${at}.total`, valve: `M-${at}.valve` },
          ...units,
        })),
      },
    ],
  });
  const [bus] = config.buses;
  const dialect = bundledDialects().get("standard-water");
  if (bus?.kind !== "cjt188" || dialect === undefined) throw new Error("set-up");
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const readings: Reading[] = [];
  const line = new QuestionLine({
    transport,
    gapMs: bus.gapMs,
    msPerByte: 0,
    timers: time,
    realNow: () => time.now(),
  });
  const deviceClock = new DeviceClock(bus.timeZone, bus.clockToleranceS);
  const start = () =>
    new PolledBus({
      ...bus,
      protocol: "cjt188",
      meters: bus.units.map(
        (unit) =>
          new Cjt188Meter({
            unit,
            dialect,
            channels,
            timeoutMs: bus.timeoutMs,
            preamble: bus.preamble,
            deviceClock,
            now: () => time.now(),
            realMsPerMs: 1,
            onStray: () => line.noteStray(),
          }),
      ),
      line,
      clock: time,
      timers: time,
      realNow: () => time.now(),
      random: () => 0.5,
      logger: pino({ level: "silent" }),
      collect: (taken) => readings.push(...taken),
    });
  const [first] = meters;
  if (first === undefined) throw new Error("no meter");
  return { time, transport, meters, first, readings, start, bus, channels };
}

const of = (readings: readonly Reading[], channel: string) => readings.filter((reading) => reading.channel === channel);
const values = (readings: readonly Reading[]) => readings.map((reading) => ("value" in reading ? reading.value : null));

describe("a CJ/T 188 bus", () => {
  it("reads its meters in turn, at the boundaries of the grid, in counts of the channel", async () => {
    const { time, transport, readings, start } = setUp(2);
    start();
    await time.run(PERIOD_MS * 2 + 2000);
    expect(values(of(readings, "M-1.total"))).toEqual([123456780, 123456780, 123456780]);
    expect(transport.written[0]?.subarray(0, 5).toString("hex")).toBe("fefefefe68");
  });

  it("gives a reading the meter's own time where that is plausible", async () => {
    const { time, first, readings, start } = setUp();
    first.clockOffMs = -30_000;
    start();
    await time.run(1000);
    expect(of(readings, "M-0.total")).toMatchObject([{ readAt: START - 30_000, flags: [] }]);
  });

  it.each([
    ["of the year 2000", Date.UTC(2000, 0, 1) - START],
    ["of the year 2036", Date.UTC(2036, 1, 7) - START],
    ["that is ten minutes late", -600_000],
  ])("marks a clock %s, and gives the reading the agent's time", async (_, offMs) => {
    const { time, first, readings, start } = setUp();
    first.clockOffMs = offMs;
    const bus = start();
    await time.run(1000);
    expect(of(readings, "M-0.total")).toMatchObject([{ readAt: START + 100, flags: ["clock_shift"] }]);
    expect(bus.health()[0]?.lastError).toMatch(/^the meter's clock shows /);
  });

  it("takes no answer of another meter, and counts it", async () => {
    const { time, first, readings, start } = setUp();
    first.twist = (answer) => encodeCjt188Frame({ ...decodeCjt188Frame(answer), address: "11110000000099" });
    const bus = start();
    await time.run(5000);
    expect(of(readings, "M-0.total")).toMatchObject([{ quality: "missing", reason: "timeout" }]);
    expect(bus.lineHealth().strays).toBeGreaterThanOrEqual(2);
  });

  it("takes no late answer for the next question's", async () => {
    const { time, transport, readings, start, first } = setUp();
    start();
    await time.run(1000);
    const [late] = transport.written;
    const old = late === undefined ? undefined : first.answer(late, time.now());
    first.hundredths += 1000;
    first.twist = (answer) => Buffer.concat([Buffer.from(old ?? []), Buffer.from(answer)]);
    await time.run(PERIOD_MS);
    expect(values(of(readings, "M-0.total"))).toEqual([123456780, 123466780]);
  });

  it("is not misled by a line that gives back what was sent", async () => {
    const { time, first, readings, start } = setUp();
    first.twist = (answer, request) => Buffer.concat([request, Buffer.from([0xff, 0x00]), Buffer.from(answer)]);
    start();
    await time.run(1000);
    expect(values(of(readings, "M-0.total"))).toEqual([123456780]);
  });

  it.each([
    ["whose sum is wrong", (answer: Uint8Array) => answer.with(-2, (answer.at(-2) ?? 0) ^ 1)],
    ["that is cut", (answer: Uint8Array) => answer.subarray(0, -5)],
  ])("says missing for an answer %s", async (_, twist) => {
    const { time, first, readings, start } = setUp();
    first.twist = twist;
    start();
    await time.run(5000);
    expect(of(readings, "M-0.total")).toMatchObject([{ quality: "missing", reason: "timeout" }]);
  });

  it("says that a meter refuses, with its status word", async () => {
    const { time, first, readings, start } = setUp();
    first.twist = (answer) => {
      const frame = decodeCjt188Frame(answer);
      return encodeCjt188Frame({ ...frame, control: 0xc1, data: Uint8Array.of(frame.data[2] ?? 0, 0x04, 0x80) });
    };
    const bus = start();
    await time.run(1000);
    expect(of(readings, "M-0.total")).toMatchObject([{ quality: "missing", reason: "exception" }]);
    expect(bus.health()[0]).toMatchObject({
      state: "failing",
      lastError: "the meter refuses to be read, status 8004h",
    });
  });

  it("marks the readings of a meter whose battery is low", async () => {
    const { time, first, readings, start } = setUp();
    first.statusWord = 4;
    start();
    await time.run(1000);
    expect(of(readings, "M-0.total")).toMatchObject([{ quality: "good", flags: ["device_alarm"] }]);
  });

  it("shows the valve, and none where it is broken", async () => {
    const { time, first, readings, start } = setUp();
    start();
    await time.run(1000);
    first.statusWord = 1;
    await time.run(PERIOD_MS);
    first.statusWord = 3;
    await time.run(PERIOD_MS);
    expect(values(of(readings, "M-0.valve"))).toEqual([1, 0, null]);
  });

  it("keeps the others' polls while one meter is silent", async () => {
    const { time, meters, readings, start } = setUp(5);
    const [, dead] = meters;
    if (dead !== undefined) dead.twist = () => undefined;
    const bus = start();
    await time.run(PERIOD_MS * 100);
    const good = of(readings, "M-3.total").filter(({ quality }) => quality === "good");
    expect(good.length).toBeGreaterThanOrEqual(98);
    expect(bus.health()[1]?.state).toBe("silent");
  });

  it("asks a battery meter only while it is awake, and calls nothing missing outside", async () => {
    const { time, readings, transport, start } = setUp(1, { awake: { from: "12:02", to: "12:04" } });
    start();
    await time.run(PERIOD_MS * 10);
    expect(of(readings, "M-0.total").map(({ readAt }) => (readAt - START) / PERIOD_MS)).toEqual([2, 3]);
    expect(transport.written).toHaveLength(2);
  });
});

describe("the log of settlement days", () => {
  const LOG = [12_000_000, 11_000_000, 10_000_000, 0, 0];
  const at = (month: number, day: number) => Date.UTC(2026, month - 1, day) - SHANGHAI_MS;
  const from = at(-1, 15);

  async function readBack(change: Partial<FakeMeter>, units: object = {}, fromMs = from) {
    const { time, first, readings, start } = setUp(1, units);
    Object.assign(first, { log: LOG }, change);
    const bus = start();
    await time.run(1000);
    const before = readings.length;
    const asked = bus.readBack("M-0", fromMs, START);
    await time.run(20_000);
    const result = await asked;
    const collected = readings.slice(before);
    return { result, kept: of(collected, "M-0.total").filter(({ readAt }) => readAt < START - PERIOD_MS), collected };
  }

  it("fills a gap with the totals of the days in it, suspect, and with what the meter shows now", async () => {
    const { result, kept, collected } = await readBack({});
    expect(result?.outcome).toBe("answered");
    expect(kept).toMatchObject([
      { readAt: at(1, 20), value: 120_000_000, quality: "suspect", flags: ["gap"] },
      { readAt: at(0, 20), value: 110_000_000, quality: "suspect", flags: ["gap"] },
      { readAt: at(-1, 20), value: 100_000_000, quality: "suspect", flags: ["gap"] },
    ]);
    expect(of(collected, "M-0.total")).toContainEqual(expect.objectContaining({ value: 123_456_780, quality: "good" }));
  });

  it("that begins with the day before the newest one is placed a month further back", async () => {
    const { kept } = await readBack({ settled: 12_200_000 });
    expect(kept.map(({ readAt }) => readAt)).toEqual([at(1, 20), at(0, 20), at(-1, 20)]);
    expect(values(kept)).toEqual([122_000_000, 120_000_000, 110_000_000]);
  });

  it("is left alone where the meter was not missing on a settlement day, or does not say which day it is", async () => {
    expect((await readBack({}, {}, at(1, 21))).result).toBeUndefined();
    expect((await readBack({ settlementDay: undefined })).result).toBeUndefined();
    expect((await readBack({ settlementDay: undefined }, { settlementDay: 5 })).kept[0]?.readAt).toBe(at(1, 5));
  });

  it("of which nobody can tell where it begins is not taken, and the meter is read all the same", async () => {
    const { result, kept } = await readBack({ settled: 0 });
    expect([result?.detail, kept]).toEqual([
      "its log was left alone: nothing tells which settlement day it begins with",
      [],
    ]);
    expect(result?.readings.length).toBeGreaterThan(0);
  });

  it("of a meter that falls silent says so", async () => {
    expect((await readBack({ address: "99999999999999" })).result).toMatchObject({ outcome: "silent" });
  });
});

describe("a valve", () => {
  const ORDER = { kind: "command", meter: "M-0", command: "valve_open" } as const;

  it("is opened, and that is believed only when the meter's status says so", async () => {
    const { time, first, start } = setUp();
    first.statusWord = 1;
    const bus = start();
    await time.run(1000);
    const ordered = bus.write(ORDER);
    await time.run(10_000);
    expect(await ordered).toEqual({ outcome: "done", detail: null });
  });

  it("that stays as it is has not been turned, whatever was confirmed", async () => {
    const { time, first, start } = setUp(1);
    const bus = start();
    await time.run(1000);
    const stuck = Object.defineProperty(first, "statusWord", { get: () => 1, set: () => undefined });
    expect(stuck.statusWord).toBe(1);
    const ordered = bus.write(ORDER);
    await time.run(120_000);
    expect(await ordered).toMatchObject({
      outcome: "differs",
      detail: expect.stringContaining("the meter says closed"),
    });
  });

  it("of another meter is read while one turns", async () => {
    const { time, first, readings, start } = setUp(2);
    const bus = start();
    await time.run(PERIOD_MS - 5000);
    Object.defineProperty(first, "statusWord", { get: () => 1, set: () => undefined });
    const ordered = bus.write(ORDER);
    await time.run(10_000);
    expect(of(readings, "M-1.total")).toHaveLength(2);
    await time.run(120_000);
    await ordered;
  });

  it("of a meter that is silent, unknown, or ordered something else says so", async () => {
    const { time, first, start } = setUp();
    const bus = start();
    await time.run(1000);
    first.twist = () => undefined;
    const silent = bus.write(ORDER);
    const unknown = bus.write({ ...ORDER, meter: "M-9" });
    const other = bus.write({ ...ORDER, command: "sing" });
    await time.run(10_000);
    expect([(await silent).outcome, (await unknown).outcome, (await other).outcome]).toEqual([
      "silent",
      "unknown-meter",
      "unsupported",
    ]);
  });
});

describe("the configuration of a CJ/T 188 bus", () => {
  it("names what is wrong, where, and what there is instead", () => {
    const { bus, channels } = setUp(2);
    const [one, two] = bus.units;
    if (one === undefined || two === undefined) throw new Error("set-up");
    const wrong = {
      ...bus,
      timeZone: "Asia/Atlantis",
      units: [
        { ...one, dialect: "klingon" },
        { ...two, address: one.address, channels: { vm_total: "M-1.total", forward_total: "M-1.valve" } },
      ],
    };
    expect(faultsOfCjt188Bus(wrong, bundledDialects(), { profiles: new Map(), channels })).toEqual([
      "bus bus: address 11110000000001 is there twice: each meter has its own",
      "bus bus: timeZone Asia/Atlantis is no zone; give one such as Asia/Shanghai",
      "bus bus, meter M-0: there is no dialect klingon: known are reversed-status-water, standard-gas, standard-water",
      "bus bus, meter M-1: dialect standard-water has no register vm_total: known are forward_total, settlement_total, valve, status",
      "bus bus, meter M-1: register forward_total is forward_total, channel M-1.valve is valve: change the channel's quantity, or feed another",
    ]);
  });
});
