import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChannelDescription, OpcUaBus, type Reading, realClock } from "@nightflow/domain";
import { loadProfiles, openBus, type RunningBus, runOpcUaCommand, Transports } from "@nightflow/edge-agent";
import { silentLogger } from "@nightflow/storage/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { TestAsyncua } from "../support/asyncua.ts";
import { findPython } from "../support/peers.ts";

const WAIT = { timeout: 60_000, interval: 50 };
const CHANNEL = ChannelDescription.parse({
  id: "FT-101.forward_total",
  quantity: "forward_total",
  unit: "m3",
  resolution: 0.001,
});
const isThere = findPython("asyncua") !== undefined;

describe.runIf(isThere)("a server of asyncua", () => {
  let server: TestAsyncua;
  let folder: string;
  let readings: Reading[];
  let bus: RunningBus | undefined;

  beforeAll(async () => {
    server = await TestAsyncua.make();
    await server.start(30);
  });
  afterAll(() => server.close());

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "nightflow-asyncua-agent-"));
    mkdirSync(join(folder, "secrets"));
    writeFileSync(join(folder, "secrets", "plant.txt"), "s3cret");
    const agent = {
      site: "s",
      agent: "a",
      dataDir: folder,
      configFile: "buses.json",
      mqtt: { url: "mqtt://127.0.0.1" },
    };
    writeFileSync(join(folder, "agent.yaml"), JSON.stringify(agent));
    readings = [];
  });
  afterEach(async () => {
    await bus?.close();
    bus = undefined;
    rmSync(folder, { recursive: true, force: true });
  });

  function read(policy: string, mode = "SignAndEncrypt"): void {
    const config = OpcUaBus.parse({
      id: "plant",
      kind: "opcua",
      endpointUrl: server.url,
      security: { policy, mode },
      identity: { kind: "user", user: "reader", secret: "plant" },
      samplingMs: 100,
      publishMs: 100,
      periodS: 1,
      history: { hours: 1, pauseMs: 0 },
      items: [{ meter: "FT-101", nodeId: "nsu=http://nightflow.example/flow;s=FT-101.Total", channel: CHANNEL.id }],
      commands: [
        {
          command: "valve_close",
          meter: "FT-$1",
          path: "Objects/Plant/FT-*/Open",
          value: false,
          confirm: { path: "Objects/Plant/FT-$1/Position", value: 0 },
        },
        { command: "half_open", meter: "FT-101", path: "Objects/Plant/FT-101/Position", value: 50 },
      ],
    });
    const deps = { profiles: loadProfiles(), channels: new Map([[CHANNEL.id as string, CHANNEL]]), dataDir: folder };
    const transports = new Transports({ clock: realClock, logger: silentLogger });
    const collect = (taken: readonly Reading[]) => void readings.push(...taken);
    bus = openBus(config, { ...deps, clock: realClock, logger: silentLogger, transports, collect });
  }

  async function command(...words: string[]): Promise<string> {
    const lines: string[] = [];
    expect(await runOpcUaCommand(words, (line) => lines.push(line))).toBe(0);
    return lines.join("\n");
  }

  /** Approves by the command line what the server has shown. */
  async function approve(): Promise<void> {
    await expect.poll(() => bus?.opcUa?.().fault?.code, WAIT).toBe("BadCertificateUntrusted");
    const fingerprint = /PENDING {2}([0-9a-f]{64})/.exec(await list())?.[1] ?? "";
    await command("certificates", "approve", join(folder, "agent.yaml"), fingerprint.slice(0, 16));
    bus?.retry?.();
  }

  const list = () => command("certificates", "list", join(folder, "agent.yaml"));
  const good = () => readings.filter(({ quality }) => quality === "good");
  const boundaries = () => good().map(({ readAt }) => Math.round(readAt / 1000));

  it.each([
    ["Basic256Sha256", "SignAndEncrypt"],
    ["Aes128_Sha256_RsaOaep", "SignAndEncrypt"],
    ["Aes256_Sha256_RsaPss", "Sign"],
  ])("is read with %s, %s, once its certificate is approved at the gateway", async (policy, mode) => {
    read(policy, mode);
    await approve();
    await expect.poll(() => good().length, WAIT).toBeGreaterThanOrEqual(2);
    expect(await list()).toMatch(/TRUSTED/);
    for (const reading of good())
      expect(Math.abs(Number("value" in reading && reading.value) - reading.readAt)).toBeLessThanOrEqual(5);
  });

  it("is asked for what it measured while it was away, and for nothing twice", async () => {
    read("Basic256Sha256");
    await approve();
    await expect.poll(() => good().length, WAIT).toBeGreaterThanOrEqual(2);
    await server.kill();
    await expect.poll(() => readings.filter(({ quality }) => quality === "missing").length, WAIT).toBeGreaterThan(3);
    const away = Math.floor(Date.now() / 1000);
    await server.start(30);
    const gap = [away - 3, away - 2, away - 1, away];
    await expect.poll(() => gap.every((second) => boundaries().includes(second)), WAIT).toBe(true);
    const times = good().map(({ readAt }) => readAt);
    expect(new Set(times).size).toBe(times.length);
    expect(bus?.opcUa?.().history).toMatchObject({ isOffered: true, items: 1 });
  });

  it("has its valve closed and confirmed, and lets nobody write what is read only", async () => {
    read("Basic256Sha256");
    await approve();
    await expect.poll(() => good().length, WAIT).toBeGreaterThanOrEqual(1);
    const order = (name: string) => bus?.write?.({ kind: "command", meter: "FT-101", command: name });
    expect(await order("valve_close")).toEqual({ outcome: "done", detail: null });
    expect(await order("half_open")).toMatchObject({ outcome: "refused" });
  });

  it("is browsed into channels and items with its units, and lists what it offers", async () => {
    const user = ["--policy", "Basic256Sha256", "--user", "reader", "--secret", "plant"];
    const agent = ["--agent", join(folder, "agent.yaml")];
    await expect(command("browse", server.url, ...user, ...agent)).rejects.toThrow(/has not been approved/);
    const fingerprint = /PENDING {2}([0-9a-f]{64})/.exec(await list())?.[1] ?? "";
    await command("certificates", "approve", join(folder, "agent.yaml"), fingerprint);
    const text = await command("browse", server.url, "Objects/Pl*/**", ...user, ...agent);
    expect(text).toMatch(/Objects\/Plant\/FT-101\/Total\n {2}nsu=http:\/\/nightflow.example\/flow;s=FT-101.Total/);
    const stub = JSON.parse(await command("browse", server.url, "Objects/Plant", "--items", ...user, ...agent));
    expect(stub.channels).toEqual([CHANNEL]);
    expect(stub.buses[0].items).toMatchObject([{ meter: "FT-101", channel: CHANNEL.id, scale: 1 }]);
    expect(await command("endpoints", server.url)).toMatch(/Aes256_Sha256_RsaPss Sign /);
  });
});
