import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, type NightflowError, ScaledClock } from "@nightflow/domain";
import modbus from "modbus-serial";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { AttributeIds, type DataValue, OPCUAClient, TimestampsToReturn } from "node-opcua-client";
import { pino } from "pino";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { DAY_MS, HOUR_MS } from "./demand/calendar.ts";
import type { Fault } from "./faults/fault.ts";
import { LedgerIndex } from "./ledger.ts";
import { type Simulators, startSimulators } from "./start-simulators.ts";
import { buildTown } from "./town/build-town.ts";
import { type TownMeter, totalRegisterOf } from "./town/town.ts";
import { TownRegisters } from "./town/town-registers.ts";

const liveMs = Date.UTC(2026, 5, 1, 3);
const town = buildTown({ seed: 2, historyStartMs: liveMs - 5 * DAY_MS, homesPerDma: 6 });
const logger = pino({ level: "silent" });
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function newDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), "nightflow-simulators-"));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

async function start(options: Partial<Parameters<typeof startSimulators>[0]> = {}): Promise<Simulators> {
  const simulators = await startSimulators({
    town,
    opcuaPort: null,
    clock: new ManualClock(liveMs),
    faults: [],
    dataDir: newDataDir(),
    logger,
    ...options,
  });
  closers.push(() => simulators.close());
  return simulators;
}

function unitOf(id: string): { meter: TownMeter; busId: string; unitId: number } {
  const meter = town.meters.find((known) => known.id === id);
  if (meter?.access.kind !== "modbus") throw new Error(`${id} is not on Modbus`);
  return { meter, ...meter.access };
}

async function clientOf(simulators: Simulators, busId: string) {
  const port = simulators.endpoints.modbus.find((bus) => bus.busId === busId)?.port ?? 0;
  const client = new modbus.default();
  client.setTimeout(500);
  await client.connectTCP("127.0.0.1", { port });
  closers.push(() => client.close(() => {}));
  return client;
}

/** Counts of a meter's consumption register, read and decoded as its manual says. */
async function readTotal(simulators: Simulators, id: string): Promise<number> {
  const { meter, busId, unitId } = unitOf(id);
  const client = await clientOf(simulators, busId);
  client.setID(unitId);
  const { resolution } = totalRegisterOf(meter);
  const address = { "siemens-mag6000": 3014, "tuf-2000": 8, "vortex-gas": 8 }[meter.profile ?? "vortex-gas"];
  const { data, buffer } = await client.readHoldingRegisters(address, 4);
  const lowFirst = () => Buffer.from([data[1], data[0], data[3], data[2]].flatMap((w = 0) => [w >> 8, w & 0xff]));
  if (meter.profile === "siemens-mag6000") return Math.round(buffer.readDoubleBE(0) / resolution);
  if (meter.profile === "tuf-2000")
    return Math.round((lowFirst().readInt32BE(0) + lowFirst().readFloatBE(4)) / resolution);
  return Math.round((buffer.readFloatBE(0) * 100 + buffer.readFloatBE(4)) / resolution);
}

describe("a town on Modbus TCP", () => {
  const ids = ["N1-INLET", "FACTORY", "N1-H001", "N1-H002", "S2-H003", "GAS-C01", "GAS-C04"];

  test("gives every meter's total exactly, and the ledger holds what was read", async () => {
    const dataDir = newDataDir();
    const simulators = await start({ dataDir });
    const expected = new TownRegisters(town);
    const read = [];
    for (const id of ids) read.push([id, await readTotal(simulators, id)] as const);
    await simulators.close();
    const index = await LedgerIndex.read(dataDir);
    for (const [id, counts] of read) {
      const register = totalRegisterOf(unitOf(id).meter).name;
      expect(counts, id).toBe(expected.registerAt(id, register, liveMs));
      expect(index.has(id, register, counts), id).toBe(true);
    }
  });

  test("answers the unit next to a silent one at once, and the silent one never", async () => {
    const silent: Fault = { id: "s", kind: "silent_unit", meter: "N1-H001", startMs: liveMs, endMs: null };
    const simulators = await start({ faults: [silent] });
    const { busId, unitId } = unitOf("N1-H001");
    const port = simulators.endpoints.modbus.find((bus) => bus.busId === busId)?.port ?? 0;
    const socket = connect(port, "127.0.0.1");
    closers.push(() => socket.destroy());
    const ask = (transaction: number, unit: number) => Buffer.from([0, transaction, 0, 0, 0, 6, unit, 3, 0, 0, 0, 2]);
    socket.write(Buffer.concat([ask(1, unitId), ask(2, 1), ask(3, 199)]));
    const bytes: Buffer[] = [];
    while (Buffer.concat(bytes).length < 18) bytes.push((await once(socket, "data"))[0] as Buffer);
    // The inlet has nothing at address 0, nobody is unit 199: two exceptions, in order, and none from the silent unit.
    expect(Buffer.concat(bytes).toString("hex")).toBe("000200000003018302000300000003c7830b");
  });

  test("answers many requests of one connection in the order they came, also when slow", async () => {
    const simulators = await start({ responseDelayMs: 2 });
    const socket = connect(simulators.endpoints.modbus[0]?.port ?? 0, "127.0.0.1");
    closers.push(() => socket.destroy());
    const requests = Array.from({ length: 100 }, (_, i) => [0, i, 0, 0, 0, 6, 1, 3, 0x0b, 0xba, 0, 2]);
    socket.write(Buffer.from(requests.flat()));
    let bytes = Buffer.alloc(0);
    while (bytes.length < 100 * 13) bytes = Buffer.concat([bytes, (await once(socket, "data"))[0] as Buffer]);
    expect(Array.from({ length: 100 }, (_, i) => bytes.readUInt16BE(i * 13))).toEqual(requests.map((_, i) => i));
  });

  test("refuses what the meters do not know with the exception that says so", async () => {
    const simulators = await start();
    const client = await clientOf(simulators, "gw-n1");
    client.setID(1);
    await expect(client.readHoldingRegisters(4000, 2)).rejects.toMatchObject({ modbusCode: 2 });
    await expect(client.readInputRegisters(3002, 2)).rejects.toMatchObject({ modbusCode: 1 });
    await expect(client.writeRegister(3002, 1)).rejects.toMatchObject({ modbusCode: 1 });
    client.setID(246);
    await expect(client.readHoldingRegisters(0, 2)).rejects.toMatchObject({ modbusCode: 11 });
  });

  test("drops a client that talks something else, and goes on with the others", async () => {
    const simulators = await start();
    const socket = connect(simulators.endpoints.modbus[0]?.port ?? 0, "127.0.0.1");
    socket.write("GET / HTTP/1.1\r\n\r\n");
    await once(socket.resume(), "close");
    expect(await readTotal(simulators, "N1-INLET")).toBeGreaterThan(0);
  });

  test("names the port that is taken", async () => {
    const simulators = await start();
    const taken = simulators.endpoints.modbus[0]?.port ?? 0;
    const failed = await start({ modbusPorts: [0, taken] }).catch((error: NightflowError) => error);
    expect(failed).toMatchObject({ code: "PORT_BUSY", message: expect.stringContaining(String(taken)) });
  });
});

describe("the control port", () => {
  const leak: Fault = { id: "leak", kind: "toilet", meter: "N1-H001", flowM3h: 0.6, startMs: liveMs, endMs: null };

  test("repairs a leak now, and a restart goes on from there", async () => {
    const dataDir = newDataDir();
    const clock = new ManualClock(liveMs);
    const first = await start({ faults: [leak], dataDir, clock });
    clock.advance(10 * HOUR_MS);
    const leaking = await readTotal(first, "N1-H001");
    const repaired = await fetch(`${first.endpoints.control.url}/faults/leak/repair`, { method: "POST" });
    expect(await repaired.json()).toMatchObject({ id: "leak", endMs: clock.now(), active: false });
    await first.close();

    const second = await start({ faults: [leak], dataDir, clock });
    const listed = (await (await fetch(`${second.endpoints.control.url}/faults`)).json()) as unknown[];
    expect(listed).toEqual([{ ...leak, endMs: clock.now(), active: false }]);
    expect(await readTotal(second, "N1-H001")).toBe(leaking);
    clock.advance(5 * HOUR_MS);
    const sound = new TownRegisters(town).registerAt("N1-H001", "forward_total", clock.now());
    expect(await readTotal(second, "N1-H001")).toBe(sound + 6000);
  });

  test("says that it is well, and that it does not know a fault or a page", async () => {
    const { url } = (await start()).endpoints.control;
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: "ok", now: liveMs });
    const answer = await fetch(`${url}/faults/nobody/repair`, { method: "POST" });
    expect([answer.status, await answer.json()]).toEqual([
      404,
      expect.objectContaining({ message: "no fault nobody" }),
    ]);
    expect((await fetch(`${url}/faults`, { method: "DELETE" })).status).toBe(404);
  });
});

describe("a town on OPC UA", () => {
  async function session(endpointUrl: string) {
    const clientCertificateManager = new OPCUACertificateManager({ rootFolder: join(newDataDir(), "pki") });
    const client = OPCUAClient.create({ endpointMustExist: false, clientCertificateManager });
    await client.connect(endpointUrl);
    closers.push(() => client.disconnect());
    const opened = await client.createSession();
    closers.push(() => opened.close());
    return opened;
  }

  test("tells every change of the hotel's register with the device's time, and the ledger holds it", async () => {
    const dataDir = newDataDir();
    const now = Date.now();
    const clock = new ScaledClock({ realAnchorAt: now, simAnchorAt: liveMs, factor: 3600 });
    const simulators = await start({ opcuaPort: 0, clock, dataDir });
    const opened = await session(simulators.endpoints.opcua?.endpointUrl ?? "");
    const subscription = await opened.createSubscription2({ requestedPublishingInterval: 50, publishingEnabled: true });
    const item = await subscription.monitor(
      { nodeId: "ns=1;s=HOTEL.forward_total", attributeId: AttributeIds.Value },
      { samplingInterval: 50, queueSize: 10, discardOldest: true },
      TimestampsToReturn.Both,
    );
    const seen: DataValue[] = [];
    while (seen.length < 4) seen.push((await once(item, "changed"))[0] as DataValue);
    await subscription.terminate();
    await simulators.close();

    const expected = new TownRegisters(town);
    const index = await LedgerIndex.read(dataDir);
    for (const { value, sourceTimestamp, statusCode } of seen) {
      const atMs = sourceTimestamp?.getTime() ?? 0;
      const counts = Math.round((value.value as number) * 1000);
      expect(statusCode.isGood()).toBe(true);
      expect(atMs % 900_000).toBe(0);
      expect(counts).toBe(expected.registerAt("HOTEL", "forward_total", atMs));
      expect(index.has("HOTEL", "forward_total", counts)).toBe(true);
    }
  });

  test("gives the gas station's gauges in their units", async () => {
    const simulators = await start({ opcuaPort: 0, clock: new ManualClock(liveMs) });
    const opened = await session(simulators.endpoints.opcua?.endpointUrl ?? "");
    const read = async (name: string) =>
      (await opened.read({ nodeId: `ns=1;s=GAS-STATION.${name}`, attributeId: AttributeIds.Value })).value.value;
    expect(await read("pressure")).toBeCloseTo(301, -1);
    expect(await read("vb_total")).toBe(new TownRegisters(town).registerAt("GAS-STATION", "vb_total", liveMs) / 100);
    expect(await read("temperature")).toBeGreaterThan(0);
  });
});
