import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentConfig, type Reading, realClock } from "@nightflow/domain";
import { loadProfiles, openBus, type RunningBus, Transports } from "@nightflow/edge-agent";
import { RADIO_KEYS_FILE, radioKeys, townAgentConfig } from "@nightflow/nightflow";
import { buildTown, type Simulators, startSimulators } from "@nightflow/simulators";
import { freePort } from "@nightflow/storage/testing";
import pino from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { findSocat, startCable } from "../support/modbus-peers.ts";

const logger = pino({ level: "silent" });
const DAY_MS = 86_400_000;
const town = buildTown({
  historyStartMs: Date.now() - 70 * DAY_MS,
  homesPerDma: 1,
  gasCustomers: 0,
  otherProtocols: true,
});
const socat = findSocat();

/** A gateway that calls the agent and passes on what it hears. */
interface Caller {
  line(bytes: Buffer): void;
  close(): Promise<void>;
}

/** A connection to the agent, as soon as it listens. */
function dial(port: number): Promise<Socket> {
  return eventually("the agent listens", async () => {
    const tried = connect({ host: "127.0.0.1", port });
    return await once(tried, "connect").then(() => tried);
  });
}

async function callTcp(port: number): Promise<Caller> {
  const socket = await dial(port);
  return { line: (bytes) => void socket.write(bytes), close: async () => void socket.destroy() };
}

function callUdp(port: number): Caller {
  const socket = createSocket("udp4");
  return { line: (bytes) => socket.send(bytes, port, "127.0.0.1"), close: async () => void socket.close() };
}

/** Buses of the simulated town with nothing behind them but a list of readings. */
describe("meters of the slow protocols", () => {
  let folder = "";
  let simulators: Simulators;
  let config: AgentConfig;
  const opened: { close(): Promise<void> }[] = [];
  const readings: Reading[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nightflow-slow-"));
    simulators = await startSimulators({
      town,
      clock: realClock,
      faults: [],
      opcuaPort: null,
      dataDir: join(folder, "town"),
      logger,
    });
    config = townAgentConfig(town, simulators.endpoints);
    writeFileSync(join(folder, RADIO_KEYS_FILE), radioKeys(town));
  });

  afterEach(async () => {
    for (const one of opened.splice(0).toReversed()) await one.close();
    readings.splice(0);
  });

  afterAll(async () => {
    await simulators?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The town's bus of a kind, some of its settings replaced. */
  function open(kind: string, change: object = {}): RunningBus {
    const buses = config.buses.filter((bus) => bus.kind === kind).map((bus) => ({ ...bus, ...change }));
    const parsed = AgentConfig.parse({ v: 1, channels: config.channels, buses });
    const [bus] = parsed.buses;
    if (bus === undefined) throw new Error(`the town has no bus of ${kind}`);
    const channels = new Map(parsed.channels.map((channel) => [channel.id as string, channel]));
    const running = openBus(bus, {
      profiles: loadProfiles(),
      channels,
      dataDir: folder,
      clock: realClock,
      logger,
      transports: new Transports({ clock: realClock, logger }),
      collect: (taken) => readings.push(...taken),
    });
    opened.push(running);
    return running;
  }

  const read = (meter: string) =>
    eventually(`a reading of ${meter}`, async () =>
      readings.find(({ channel, quality }) => channel === `${meter}.forward_total` && quality === "good"),
    );

  const slowPort = (kind: string) => simulators.endpoints.slow.find((one) => one.kind === kind)?.port ?? 0;

  /** Litres that a meter shows now. */
  const litres = (meter: string) => simulators.registers.registerAt(meter, "forward_total", Date.now());

  it("over cjt188 are read back from their log of settlement days", async () => {
    const bus = open("cjt188");
    const nowMs = Date.now();
    const result = await bus.readBack?.("N1-CJT188", nowMs - 63 * DAY_MS, nowMs);
    expect(result?.outcome).toBe("answered");
    const kept = readings.filter(({ quality }) => quality === "suspect");
    expect(kept).toHaveLength(new Set(kept.map(({ readAt }) => readAt)).size);
    expect(kept.length).toBeGreaterThanOrEqual(2);
    for (const reading of kept) {
      const served = simulators.registers.registerAt("N1-CJT188", "forward_total", reading.readAt);
      expect("value" in reading && served - Number(reading.value)).toBeLessThan(10);
      expect(new Date(reading.readAt + 8 * 3_600_000).toISOString()).toMatch(/-01T00:00:00/);
    }
  });

  it.each([
    ["cjt188", "N1-CJT188"],
    ["mbus", "N1-MBUS"],
    ["wmbus", "N1-WMBUS"],
  ])("over %s show what their dial shows", async (kind, meter) => {
    open(kind);
    const reading = await read(meter);
    expect("value" in reading && Math.abs(Number(reading.value) - litres(meter))).toBeLessThanOrEqual(10);
    expect(Math.abs(reading.readAt - Date.now())).toBeLessThan(120_000);
  });

  it.runIf(socat !== undefined).each([
    ["cjt188", "N1-CJT188"],
    ["mbus", "N1-MBUS"],
  ] as const)("over %s are read on a serial port too, at 2400 baud and even parity", async (kind, meter) => {
    const cable = await startCable(socat ?? "", slowPort(kind));
    opened.push(cable);
    const bus = open(kind, { transport: { kind: "serial", path: cable.ends[0] } });
    const reading = await read(meter);
    expect("value" in reading && Math.abs(Number(reading.value) - litres(meter))).toBeLessThanOrEqual(10);
    expect(bus.lineHealth?.()).toMatchObject({ isOpen: true, fault: null });
  });

  it.each(["tcp-listen", "udp-listen"] as const)("over radio are heard by a gateway that calls, %s", async (kind) => {
    const port = await freePort();
    const bus = open("wmbus", { source: { kind, host: "127.0.0.1", port } });
    const air = connect({
      host: "127.0.0.1",
      port: slowPort("wmbus"),
    });
    const send = kind === "tcp-listen" ? await callTcp(port) : callUdp(port);
    air.on("data", (lines) => send.line(lines));
    opened.push({ close: async () => void air.destroy() }, send);
    const reading = await read("N1-WMBUS");
    expect("value" in reading && Math.abs(Number(reading.value) - litres("N1-WMBUS"))).toBeLessThanOrEqual(10);
    expect(bus.lineHealth?.()).toMatchObject({ isOpen: true, fault: null, exceptions: 0 });
  });

  it("over CJ/T 188 are read behind a device that dials in", async () => {
    const port = await freePort();
    const transport = { kind: "dial-in", host: "127.0.0.1", port, registration: { text: "METERS-7" } };
    open("cjt188", { transport });
    const device = await dial(port);
    const line = connect({ host: "127.0.0.1", port: slowPort("cjt188") });
    opened.push({ close: async () => void device.destroy() }, { close: async () => void line.destroy() });
    device.write("METERS-7");
    device.pipe(line).pipe(device);
    const reading = await read("N1-CJT188");
    expect("value" in reading && Math.abs(Number(reading.value) - litres("N1-CJT188"))).toBeLessThanOrEqual(10);
  });

  it("have their valves turned and looked after, over CJ/T 188", async () => {
    const bus = open("cjt188");
    await read("N1-CJT188");
    const meter = "N1-CJT188";
    const closed = await bus.write?.({ kind: "command", meter, command: "valve_close" });
    const isOpen = await bus.write?.({ kind: "command", meter, command: "valve_open" });
    expect([closed, isOpen]).toEqual([
      { outcome: "done", detail: null },
      { outcome: "done", detail: null },
    ]);
  });

  it("are read at once when somebody asks", async () => {
    const bus = open("mbus");
    await read("N1-MBUS");
    const result = await bus.readNow?.("N1-MBUS");
    expect(result).toMatchObject({ outcome: "answered", readings: [{ quality: "good" }] });
  });

  it("say which gateway is not there", async () => {
    const bus = open("cjt188", { transport: { kind: "tcp", host: "127.0.0.1", port: 1 } });
    await eventually("a missing reading", async () => readings.find(({ quality }) => quality === "missing"));
    expect(readings[0]).toMatchObject({ reason: "disconnected" });
    expect(bus.lineHealth?.().isOpen).toBe(false);
    expect(bus.lineHealth?.().fault).toMatch(/127.0.0.1 refuses port 1/);
  });
});
