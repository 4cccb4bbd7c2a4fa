import { AgentConfig, type Reading } from "@nightflow/domain";
import pino from "pino";
import { describe, expect, it } from "vitest";
import { AnsweringTransport } from "../../testing/answering-transport.ts";
import { FakeTime } from "../../testing/fake-time.ts";
import { DeviceClock } from "../polled/device-clock.ts";
import { PolledBus } from "../polled/polled-bus.ts";
import { QuestionLine } from "../polled/question-line.ts";
import { faultsOfMbusBus } from "./faults.ts";
import { decodeMbusFrame, encodeMbusFrame } from "./frame.ts";
import { MbusMeter } from "./meter.ts";
import { CAPTURED_FRAMES } from "./testing/captured-frames.ts";

const START = Date.UTC(2026, 0, 31, 4);
const PERIOD_MS = 60_000;
const bytesOf = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const MULTICAL = bytesOf(CAPTURED_FRAMES.find(({ name }) => name.includes("Multical"))?.frame ?? "");
const CYBLE = bytesOf(CAPTURED_FRAMES.find(({ name }) => name.includes("CYBLE on a water"))?.frame ?? "");

/** A far side that plays frames of real meters: at their primary addresses, and by their numbers. */
function farSide() {
  const asked: string[] = [];
  let selected: Buffer | undefined;
  const byAddress = new Map<number, Buffer>([
    [0x11, MULTICAL],
    [0x01, CYBLE],
  ]);
  const state = {
    asked,
    byAddress,
    telegrams: undefined as readonly Buffer[] | undefined,
    answer(request: Buffer): Uint8Array | undefined {
      const frame = decodeMbusFrame(request);
      asked.push(request.toString("hex"));
      if (frame.kind === "long") {
        selected = [...byAddress.values()].find((bytes) =>
          bytes.subarray(7, 11).equals(Buffer.from(frame.data.subarray(0, 4))),
        );
        return selected && Buffer.of(0xe5);
      }
      if (frame.kind !== "short") return undefined;
      if (frame.control === 0x40) return byAddress.has(frame.address) ? Buffer.of(0xe5) : undefined;
      const isSecond = (frame.control & 0x20) === 0;
      if (state.telegrams !== undefined) return state.telegrams[Number(isSecond)];
      return frame.address === 0xfd ? selected : byAddress.get(frame.address);
    },
  };
  return state;
}

function setUp(address: object = { primary: 0x11 }) {
  const time = new FakeTime(START);
  const far = farSide();
  const transport = new AnsweringTransport(time, (request) => {
    const bytes = far.answer(request);
    return bytes === undefined ? undefined : { bytes, afterMs: 100 };
  });
  const config = AgentConfig.parse({
    v: 1,
    channels: [
      { id: "M.total", quantity: "forward_total", unit: "m3", resolution: 0.001 },
      { id: "M.flow", quantity: "flow", unit: "L/h" },
      { id: "M.status", quantity: "alarm_word", unit: "1" },
    ],
    buses: [
      {
        id: "bus",
        kind: "mbus",
        transport: { kind: "tcp", host: "localhost" },
        timeoutMs: 1000,
        units: [
          { meter: "M", address, periodS: 60, channels: { volume: "M.total", flow: "M.flow", status: "M.status" } },
        ],
      },
    ],
  });
  const [bus] = config.buses;
  if (bus?.kind !== "mbus") throw new Error("set-up");
  const channels = new Map(config.channels.map((channel) => [channel.id as string, channel]));
  const readings: Reading[] = [];
  const line = new QuestionLine({ transport, gapMs: 0, msPerByte: 0, timers: time, realNow: () => time.now() });
  const deviceClock = new DeviceClock(bus.timeZone, bus.clockToleranceS);
  const start = () =>
    new PolledBus({
      ...bus,
      protocol: "mbus",
      meters: bus.units.map(
        (unit) =>
          new MbusMeter({
            unit,
            channels,
            timeoutMs: 1000,
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
  return { time, far, readings, start, bus, channels };
}

const of = (readings: readonly Reading[], channel: string) => readings.filter((reading) => reading.channel === channel);
const values = (readings: readonly Reading[]) => readings.map((reading) => ("value" in reading ? reading.value : null));

describe("an M-Bus meter", () => {
  it("at its primary address is reset once, and then asked with the frame count turning", async () => {
    const { time, far, readings, start } = setUp();
    start();
    await time.run(PERIOD_MS * 2 + 1000);
    expect(far.asked).toEqual(["1040115116", "107b118c16", "105b116c16", "107b118c16"]);
    expect(values(of(readings, "M.total"))).toEqual([561080, 561080, 561080]);
    expect(values(of(readings, "M.flow"))).toEqual([543, 543, 543]);
  });

  it("whose clock is years behind has its readings marked, and at the agent's time", async () => {
    const { time, readings, start } = setUp();
    start();
    await time.run(1000);
    expect(of(readings, "M.total")).toMatchObject([{ flags: ["clock_shift"] }]);
    expect(of(readings, "M.total")[0]?.readAt).toBeGreaterThanOrEqual(START);
  });

  it("is selected by its number, and answers under FD", async () => {
    const { time, far, readings, start } = setUp({ number: "06855817" });
    start();
    await time.run(3000);
    expect(far.asked.slice(0, 3)).toEqual(["1040fd3d16", "680b0b6853fd5217588506ffffffff9816", "107bfd7816"]);
    expect(values(of(readings, "M.total"))).toEqual([561080]);
  });

  it("is selected by maker too where that is given", async () => {
    const { time, far, start } = setUp({ number: "0685581F", maker: "KAM", version: 8, medium: 4 });
    start();
    await time.run(3000);
    expect(far.asked[1]).toBe("680b0b6853fd521f5885062d2c08040916");
  });

  it("is not taken for another that answers in its place", async () => {
    const { time, far, readings, start } = setUp();
    far.byAddress.set(0x11, CYBLE);
    const bus = start();
    await time.run(5000);
    expect(of(readings, "M.total").every(({ quality }) => quality === "missing")).toBe(true);
    expect(bus.lineHealth().strays).toBeGreaterThanOrEqual(3);
  });

  it("says all that it has in more than one telegram", async () => {
    const { time, far, readings, start } = setUp();
    const telegram = (records: string) =>
      Buffer.from(
        encodeMbusFrame({
          kind: "long",
          control: 8,
          address: 0x11,
          ci: 0x72,
          data: bytesOf(`17 58 85 06 2D 2C 08 07 04 08 00 00 ${records}`),
        }),
      );
    far.telegrams = [telegram("04 13 15 CD 5B 07 1F"), telegram("02 3B 2C 01")];
    start();
    await time.run(3000);
    expect(values(of(readings, "M.total"))).toEqual([123456789]);
    expect(values(of(readings, "M.flow"))).toEqual([300]);
    expect(of(readings, "M.status")).toMatchObject([{ value: 8, flags: ["device_alarm"] }]);
  });

  it("that sends no such record says which, and the others stay", async () => {
    const { time, far, readings, start } = setUp();
    far.byAddress.set(0x11, Buffer.from(encodeMbusFrame({ ...decodeLong(CYBLE), address: 0x11 })));
    const bus = start();
    await time.run(3000);
    expect(values(of(readings, "M.total"))).toEqual([123490]);
    expect(of(readings, "M.flow")).toMatchObject([{ quality: "missing", reason: "bad_status" }]);
    expect(bus.health()[0]).toMatchObject({ state: "failing", lastError: "the meter sends no flow" });
  });

  it("takes no orders, and says so", async () => {
    const { time, start } = setUp();
    const bus = start();
    await time.run(1000);
    const result = await bus.write({ kind: "command", meter: "M", command: "valve_close" });
    expect(result.outcome).toBe("unsupported");
  });
});

function decodeLong(bytes: Buffer) {
  const frame = decodeMbusFrame(bytes);
  if (frame.kind !== "long") throw new Error("not a long frame");
  return frame;
}

describe("the configuration of an M-Bus", () => {
  it("names what is wrong, where, and what to give instead", () => {
    const { bus, channels } = setUp();
    const [unit] = bus.units;
    if (unit === undefined) throw new Error("set-up");
    const wrong = {
      ...bus,
      units: [unit, { ...unit, channels: { water: "M.total", flow: "M.total", volume: "M.flow" } }],
    };
    expect(faultsOfMbusBus(wrong, { profiles: new Map(), channels })).toEqual([
      'bus bus: address {"primary":17} is there twice: each meter has its own',
      "bus bus: meter M is there twice: put its channels into one unit",
      "bus bus, meter M: water is no record; give one of volume, flow, temperature, return_temperature, external_temperature, pressure, voltage, with .max .min .s1 .t1 .u1 .reverse .base, or status",
      "bus bus, meter M: record flow is in m3/h, which channel M.total cannot show in m3: change the channel's unit",
      "bus bus, meter M: record volume is in m3, which channel M.flow cannot show in L/h: change the channel's unit",
    ]);
  });
});
