import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelDescription, OpcUaBus as OpcUaBusConfig, type Reading, realClock } from "@nightflow/domain";
import { StatusCodes } from "node-opcua-client";
import pino from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TestOpcUaServer, type TestOpcUaServerOptions } from "../../testing/opcua-server.ts";
import { OpcUaBus } from "./bus.ts";
import { GapBook } from "./history/gap-book.ts";
import { OwnCertificates } from "./security/own-certificate.ts";
import { TrustList, trustFolder } from "./security/trust-list.ts";
import { nodeLinks } from "./session/node-link.ts";

const WAIT = { timeout: 60_000, interval: 50 };
let folder: string;
let server: TestOpcUaServer;
let readings: Reading[];
let buses: OpcUaBus[];

async function serve(options: Partial<TestOpcUaServerOptions> = {}): Promise<void> {
  server = await TestOpcUaServer.start({ names: ["A", "B"], ...options });
}

/** A bus on the server; items are node ids, or paths where they begin with Objects. */
function startBus(nodes: string[], change: object = {}): OpcUaBus {
  const config = OpcUaBusConfig.parse({
    id: "opc",
    kind: "opcua",
    endpointUrl: server.url,
    samplingMs: 100,
    publishMs: 100,
    periodS: 1,
    items: nodes.map((node, at) => ({
      meter: `M-${at}`,
      channel: `C-${at}`,
      ...(node.startsWith("Objects") ? { path: node } : { nodeId: node }),
    })),
    ...change,
  });
  const items = nodes.map((_, at) => ({
    meter: `M-${at}`,
    scale: 1,
    channel: ChannelDescription.parse({ id: `C-${at}`, quantity: "forward_total", unit: "m3", resolution: 0.001 }),
  }));
  const logger = pino({ level: "silent" });
  const trust = new TrustList(trustFolder(folder));
  const own = new OwnCertificates(folder);
  const bus = new OpcUaBus({
    bus: config,
    items,
    gaps: new GapBook(join(folder, "gaps"), config.id),
    openLink: nodeLinks({ bus: config, names: config.items, dataDir: folder, trust, own, logger }),
    clock: realClock,
    logger,
    collect: (taken) => readings.push(...taken),
  });
  buses.push(bus);
  return bus;
}

const of = (channel: string) => readings.filter((reading) => reading.channel === channel);
const good = (channel: string) => of(channel).filter((reading) => reading.quality === "good");

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nightflow-opcua-agent-"));
  readings = [];
  buses = [];
});

afterEach(async () => {
  for (const bus of buses) await bus.close();
  await server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

describe("an OPC UA bus on a real server", () => {
  it("reports values near each boundary with the device's own time, once, and keeps its keys in its folder", async () => {
    await serve();
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(4);
    for (const reading of good("C-0")) {
      if (!("value" in reading)) continue;
      expect(Math.abs(Number(reading.value) - reading.readAt)).toBeLessThanOrEqual(5);
      const offMs = reading.readAt % 1000;
      expect(Math.min(offMs, 1000 - offMs)).toBeLessThanOrEqual(300);
    }
    expect(new Set(of("C-0").map(({ readAt }) => readAt)).size).toBe(of("C-0").length);
    await access(join(folder, "opcua", "own", "certificate.pem"));
  });

  it("one node that the server does not know, and one that is no node id, harm no other", async () => {
    await serve();
    const bus = startBus(["ns=1;s=A", "ns=1;s=NoSuchNode", "not a node id", "ns=1;s=B"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(3);
    expect(good("C-3").length).toBeGreaterThanOrEqual(2);
    expect(of("C-1").at(-1)).toMatchObject({ quality: "missing", reason: "bad_status" });
    expect(of("C-2").at(-1)).toMatchObject({ quality: "missing", reason: "bad_status" });
    expect(bus.opcUa().missingNodes.map(({ item, why }) => `${item} ${why}`)).toEqual([
      "C-2: not a node id BadNodeIdInvalid: it is no node id",
      "C-1: ns=1;s=NoSuchNode BadNodeIdUnknown",
    ]);
  });

  it("a node that comes into being while the server runs is read when it is looked for again", async () => {
    await serve();
    const bus = startBus(["ns=1;s=A", "ns=1;s=Late"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    server.add("Late");
    bus.retry();
    await expect.poll(() => good("C-1").length, WAIT).toBeGreaterThanOrEqual(1);
    expect(bus.opcUa().missing).toBe(0);
  });

  it("finds nodes by path, by namespace URI and by pattern, each time it connects", async () => {
    await serve({ names: ["FT-1", "FT-2", "A"] });
    const uri = server.namespaceUri;
    startBus(["Objects/Pl*/A", `nsu=${uri};s=FT-1`, "Objects/Plant/FT-*"], {
      find: [{ path: "Objects/Plant/FT-*", meter: "FT-$1", quantity: "flow", unit: "m3/h" }],
    });
    await expect.poll(() => good("FT-2.flow").length, WAIT).toBeGreaterThanOrEqual(1);
    expect(good("C-0").length).toBeGreaterThanOrEqual(1);
    expect(good("C-1").length).toBeGreaterThanOrEqual(1);
    expect(buses[0]?.opcUa().missingNodes).toMatchObject([{ why: /leads to 2 variables/ }]);
  });

  it("a bad status is missing, with its name beside the meter, and the value comes back with the status", async () => {
    await serve();
    const bus = startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    server.freeze();
    server.set("A", 1, StatusCodes.BadSensorFailure);
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ quality: "missing", reason: "bad_status" });
    expect(bus.health()[0]?.lastError).toBe("bad_status: BadSensorFailure");
    server.thaw();
    await expect.poll(() => of("C-0").at(-1)?.quality, WAIT).toBe("good");
  });

  it("a value whose source time stands still becomes missing although the server says good", async () => {
    await serve();
    startBus(["ns=1;s=A"]);
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    server.freeze();
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ quality: "missing", reason: "timeout" });
  });

  it("reads such a value all the same where the server's time is asked for", async () => {
    await serve();
    startBus(["ns=1;s=A"], { timeFrom: "server" });
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    server.freeze();
    const before = good("C-0").length;
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(before + 4);
    expect(of("C-0").some(({ quality }) => quality === "missing")).toBe(false);
  });

  it("reads without a subscription where that is asked for", async () => {
    await serve();
    startBus(["ns=1;s=A", "ns=1;s=B"], { mode: "read" });
    await expect.poll(() => good("C-1").length, WAIT).toBeGreaterThanOrEqual(3);
  });

  it("fills the time that the server was away from its history, once, and goes on live", async () => {
    await serve({ historize: true });
    startBus(["ns=1;s=A", "ns=1;s=B"], { history: { hours: 1, pauseMs: 0, valuesPerRequest: 3 } });
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(2);
    await server.stop();
    await expect.poll(() => of("C-0").at(-1), WAIT).toMatchObject({ reason: "disconnected" });
    const awayAt = Date.now();
    await expect.poll(() => Date.now() - awayAt, WAIT).toBeGreaterThan(3000);
    for (let at = awayAt - 3000; at < Date.now(); at += 100)
      for (const name of ["A", "B"]) server.keepWithoutServer(name, { atMs: at, value: at / 1000 });
    await server.start();
    const from = Math.ceil(awayAt / 1000) * 1000;
    const gap = [from, from + 1000];
    const served = (at: number) => good("C-1").some(({ readAt }) => Math.abs(readAt - at) <= 50);
    await expect.poll(() => gap.every(served), WAIT).toBe(true);
    const times = good("C-0").map(({ readAt }) => readAt);
    expect(new Set(times).size).toBe(times.length);
    for (const at of gap) expect(times.filter((each) => Math.round(each / 1000) * 1000 === at)).toHaveLength(1);
    expect(buses[0]?.opcUa().history).toMatchObject({ isOffered: true, items: 2 });
  });
});

describe("orders to meters of a real server", () => {
  const PLACE = "Objects/Plant/FT-";
  const found = {
    find: [{ path: `${PLACE}?`, meter: "FT-1", quantity: "flow", unit: "m3/h" }],
    commands: [
      {
        command: "valve_close",
        meter: "FT-$1",
        path: `${PLACE}*.Open`,
        value: false,
        confirm: { path: `${PLACE}$1.Position`, value: 0 },
      },
      { command: "valve_open", meter: "M-0", nodeId: "ns=1;s=FT-1.Position", value: 42 },
      { command: "half_open", meter: "FT-1", nodeId: "ns=1;s=FT-1.Open", value: 7 },
    ],
  };
  const order = (meter: string, command: string) => ({ kind: "command", meter, command }) as const;

  it("a valve of a meter that was found is closed, read back and confirmed by its position", async () => {
    await serve({ names: ["FT-1", "A"] });
    server.addValve("FT-1", 200);
    server.addValve("FT-2", 0);
    const bus = startBus(["ns=1;s=A"], found);
    await expect.poll(() => bus.meters(), WAIT).toEqual(["M-0", "FT-1"]);
    expect((await bus.readNow("FT-1")).readings).toMatchObject([{ channel: "FT-1.flow", quality: "good" }]);
    expect(await bus.write(order("FT-1", "valve_close"))).toEqual({ outcome: "done", detail: null });
    expect([server.shows("FT-1.Open"), server.shows("FT-1.Position"), server.shows("FT-2.Open")]).toEqual([
      false,
      0,
      true,
    ]);
  });

  it("what may not be written, or does not fit, is not, and it says why", async () => {
    await serve({ names: ["FT-1", "A"] });
    server.addValve("FT-1", 0);
    const bus = startBus(["ns=1;s=A"], found);
    await expect.poll(() => bus.meters().length, WAIT).toBe(2);
    expect(await bus.write(order("M-0", "valve_open"))).toMatchObject({ outcome: "refused", detail: /not write it/ });
    expect(await bus.write(order("FT-1", "half_open"))).toMatchObject({
      outcome: "unsupported",
      detail: "the node is a Boolean, and 7 is none: mend value of half_open of meter FT-1",
    });
    expect(await bus.write(order("X", "valve_open"))).toMatchObject({ outcome: "unknown-meter" });
    expect(server.shows("FT-1.Open")).toBe(true);
  });

  it("a test read waits for the server, and one that is refused says what to do", async () => {
    await serve();
    const bus = startBus(["ns=1;s=A"]);
    expect(await bus.readNow("M-0")).toMatchObject({ outcome: "answered", readings: [{ channel: "C-0" }] });
    const refused = startBus(["ns=1;s=A"], { id: "s", security: { policy: "Basic256Sha256", mode: "Sign" } });
    expect(await refused.readNow("M-0")).toMatchObject({ outcome: "disconnected", detail: /certificates approve/ });
  });
});

describe("the security of an OPC UA bus", () => {
  const secure = { security: { policy: "Basic256Sha256", mode: "SignAndEncrypt" } };

  it("refuses a server whose certificate nobody has approved, and reads it once somebody has", async () => {
    await serve();
    const bus = startBus(["ns=1;s=A"], secure);
    await expect.poll(() => bus.opcUa().fault?.code, WAIT).toBe("BadCertificateUntrusted");
    expect(bus.opcUa()).toMatchObject({ state: "refused", fault: { remedy: /certificates approve/ } });
    expect(readings.every(({ quality }) => quality === "missing")).toBe(true);
    const list = new TrustList(trustFolder(folder));
    const [shown] = list.list();
    expect(shown).toMatchObject({ state: "pending", bus: "opc", endpointUrl: server.url });
    expect(list.decide(shown?.fingerprint.slice(0, 12) ?? "", "trust", "anna", Date.now())).toBe("done");
    bus.retry();
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
    expect(bus.opcUa()).toMatchObject({
      state: "connected",
      fault: null,
      security: "Basic256Sha256 SignAndEncrypt",
    });
  });

  it("reads with each policy, signed or encrypted, as a user with a password that lies on the gateway", async () => {
    await serve({ users: { reader: "s3cret" }, anonymous: false });
    await secret("plant.txt", "s3cret\n");
    const identity = { kind: "user", user: "reader", secret: "plant" };
    const kinds = [
      "Basic256Sha256 Sign",
      "Aes128_Sha256_RsaOaep SignAndEncrypt",
      "Aes256_Sha256_RsaPss SignAndEncrypt",
    ];
    for (const kind of kinds) {
      const [policy, mode] = kind.split(" ");
      startBus(["ns=1;s=A"], { id: policy, security: { policy, mode }, identity });
    }
    await expect.poll(() => new TrustList(trustFolder(folder)).list().length, WAIT).toBe(1);
    approveAll();
    for (const bus of buses) bus.retry();
    await expect.poll(() => buses.map((bus) => bus.opcUa().state), WAIT).toEqual(kinds.map(() => "connected"));
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(3);
  });

  it("signs in with a user certificate that lies on the gateway", async () => {
    await serve({ anonymous: false });
    const user = await new OwnCertificates(join(folder, "somebody")).get();
    await secret("plant.pem", `${user.certificate}${user.privateKey}`);
    const bus = startBus(["ns=1;s=A"], { ...secure, identity: { kind: "certificate", secret: "plant" } });
    await expect.poll(() => bus.opcUa().fault?.code, WAIT).toBe("BadCertificateUntrusted");
    approveAll();
    bus.retry();
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
  });

  it("says what to do about a wrong password, a missing one and a server that does not trust the agent", async () => {
    await serve({ users: { reader: "s3cret" }, anonymous: false, acceptsAnyClient: false });
    const identity = { kind: "user", user: "reader", secret: "plant" };
    const bus = startBus(["ns=1;s=A"], { ...secure, identity });
    await expect.poll(() => bus.opcUa().fault?.code, WAIT).toBe("OPCUA_SECRET_MISSING");
    await secret("plant.txt", "wrong");
    bus.retry();
    await expect.poll(() => bus.opcUa().fault?.code, WAIT).toBe("BadCertificateUntrusted");
    approveAll();
    bus.retry();
    await expect.poll(() => bus.opcUa().fault?.remedy, WAIT).toMatch(/does not trust this agent/);
    await server.trustClients();
    bus.retry();
    await expect.poll(() => bus.opcUa().fault?.remedy, WAIT).toMatch(/user name or password/);
    await secret("plant.txt", "s3cret");
    bus.retry();
    await expect.poll(() => good("C-0").length, WAIT).toBeGreaterThanOrEqual(1);
  });
});

async function secret(name: string, text: string): Promise<void> {
  await mkdir(join(folder, "secrets"), { recursive: true });
  await writeFile(join(folder, "secrets", name), text, { mode: 0o600 });
}

function approveAll(): void {
  const list = new TrustList(trustFolder(folder));
  for (const { fingerprint } of list.list()) list.decide(fingerprint, "trust", "test", Date.now());
}
