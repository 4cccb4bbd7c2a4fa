import { access, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelDescription, type Reading, realClock } from "@nightflow/domain";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { StatusCodes } from "node-opcua-client";
import { OPCUAServer } from "node-opcua-server";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OpcUaBus } from "./bus.ts";
import { nodeLinks } from "./node-link.ts";

const WAIT = { timeout: 60_000, interval: 50 };
let folder: string;
let server: OPCUAServer;
let port = 0;
let nodes: ((value: number, status?: typeof StatusCodes.Good) => void)[];
let readings: Reading[];
let bus: OpcUaBus;
let ticking: NodeJS.Timeout;

/** A server with nodes A and B; both count milliseconds and carry their source time. */
async function startServer(): Promise<void> {
  const store = (name: string) => new OPCUACertificateManager({ rootFolder: join(folder, "server", name) });
  server = new OPCUAServer({
    host: "127.0.0.1",
    hostname: "127.0.0.1",
    port,
    serverCertificateManager: store("server"),
    userCertificateManager: store("user"),
  });
  await server.initialize();
  const namespace = server.engine.addressSpace?.getOwnNamespace();
  const objects = server.engine.addressSpace?.rootFolder.objects;
  if (namespace === undefined || objects === undefined) throw new Error("no address space");
  nodes = ["A", "B"].map((name) => {
    const node = namespace.addVariable({
      organizedBy: objects,
      browseName: name,
      nodeId: `s=${name}`,
      dataType: "Double",
    });
    return (value, status = StatusCodes.Good) =>
      node.setValueFromSource({ dataType: "Double", value }, status, new Date());
  });
  setValues();
  await server.start();
  port = server.endpoints[0]?.port ?? 0;
}

function setValues(): void {
  for (const set of nodes) set(Date.now() / 1000);
}

function startBus(nodeIds: string[]): void {
  const items = nodeIds.map((_, at) => ({
    meter: `M-${at}`,
    scale: 1,
    channel: ChannelDescription.parse({ id: `C-${at}`, quantity: "forward_total", unit: "m3", resolution: 0.001 }),
  }));
  const logger = pino({ level: "silent" });
  bus = new OpcUaBus({
    bus: { id: "opc", samplingMs: 100, publishMs: 100, periodS: 1 },
    items,
    openLink: nodeLinks({
      endpointUrl: `opc.tcp://127.0.0.1:${port}`,
      samplingMs: 100,
      publishMs: 100,
      nodeIds,
      pkiFolder: join(folder, "pki"),
      logger,
    }),
    clock: realClock,
    logger,
    collect: (taken) => readings.push(...taken),
  });
}

const of = (channel: string) => readings.filter((reading) => reading.channel === channel);
const good = (channel: string) => of(channel).filter((reading) => reading.quality === "good");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-opcua-"));
  readings = [];
  port = 0;
  await startServer();
  ticking = setInterval(setValues, 100);
});

afterEach(async () => {
  clearInterval(ticking);
  await bus.close();
  await server.shutdown(0);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe("an OPC UA bus on a real server", () => {
  it("reports values near each boundary with the device's own time, once, and keeps its keys in its folder", async () => {
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(4);
    for (const reading of good("C-0")) {
      if (!("value" in reading)) continue;
      expect(Math.abs(Number(reading.value) - reading.readAt)).toBeLessThanOrEqual(5);
      const offMs = reading.readAt % 1000;
      expect(Math.min(offMs, 1000 - offMs)).toBeLessThanOrEqual(300);
    }
    expect(new Set(of("C-0").map(({ readAt }) => readAt)).size).toBe(of("C-0").length);
    await access(join(folder, "pki"));
    expect((await readdir(join(folder, "pki"))).length).toBeGreaterThan(0);
  });

  it("one node that the server does not know, and one that is no node id, harm no other", async () => {
    startBus(["ns=1;s=A", "ns=1;s=NoSuchNode", "not a node id", "ns=1;s=B"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(3);
    expect(good("C-3").length).toBeGreaterThanOrEqual(2);
    expect(of("C-1").at(-1)).toMatchObject({ quality: "missing", reason: "bad_status" });
    expect(of("C-2").at(-1)).toMatchObject({ quality: "missing", reason: "bad_status" });
  });

  it("a bad status is missing, and the value comes back with the status", async () => {
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    clearInterval(ticking);
    nodes[0]?.(1, StatusCodes.BadSensorFailure);
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ quality: "missing", reason: "bad_status" });
    ticking = setInterval(setValues, 100);
    await expect.poll(() => of("C-0").at(-1)?.quality, WAIT).toBe("good");
  });

  it("a value whose source time stands still becomes missing although the server says good", async () => {
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    clearInterval(ticking);
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ quality: "missing", reason: "timeout" });
  });

  it("reads on by itself after the server was restarted", async () => {
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(2);
    clearInterval(ticking);
    await server.shutdown(0);
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ reason: "disconnected" });
    await startServer();
    ticking = setInterval(setValues, 100);
    const before = good("C-0").length;
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(before + 2);
  });
});
