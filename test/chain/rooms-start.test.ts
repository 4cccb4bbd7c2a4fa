import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MqttConfig } from "@nightflow/ingest";
import { Child, freePorts } from "@nightflow/nightflow";
import mqtt from "mqtt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { runNightflow } from "../support/command.ts";
import { ingestAt } from "../support/ingest-at.ts";

const INFLUX = { url: "http://127.0.0.1:9", org: "o", bucket: "b" };

let folder: string;
let config: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-rooms-"));
  chmodSync(folder, 0o755);
  config = join(folder, "nightflow.yaml");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function configure(settings: object): void {
  writeFileSync(config, stringify({ dataDir: "data", log: { level: "error" }, ...settings }));
}

describe("a room started alone", () => {
  it.each(["ingest", "analytics", "api"])("%s on the embedded store refuses to start and says why", async (room) => {
    configure({});
    const { code, stderr } = await runNightflow([room, "--config", config]);
    expect(code).toBe(2);
    expect(stderr).toContain("a DuckDB file belongs to one process");
    expect(stderr).toContain("DATABASE_URL is not set");
    expect(stderr).toContain("docs/rooms-alone.md");
    expect(stderr.includes("mqtt: name the broker")).toBe(room === "ingest");
  });

  it("ingest without a broker in its configuration says which key is missing", async () => {
    configure({ store: "influxdb", influxdb: INFLUX });
    const { code, stderr } = await runNightflow(["ingest", "--config", config]);
    expect(code).toBe(2);
    expect(stderr).toContain("mqtt.url");
    expect(stderr).not.toContain("DuckDB");
  });

  it("broker needs neither store nor database, lets agents in, and tells ingest that it cannot share batches out", async () => {
    const [port = 0] = await freePorts(1);
    const hashFile = join(folder, "hash");
    const { hashPassword } = await import("@nightflow/domain/passwords");
    writeFileSync(hashFile, await hashPassword("of-the-tests"));
    const identities = [{ name: "gw-1", role: "agent", site: "town", passwordFile: "hash" }];
    configure({ broker: { port, identities } });
    const broker = new Child("broker", ["broker", "--config", config], { logFolder: join(folder, "logs") });
    const ready = await broker.ready<{ type: "ready"; mqttPort: number }>();
    expect(ready.mqttPort).toBe(port);
    const url = `mqtt://127.0.0.1:${port}`;
    const agent = await mqtt.connectAsync(url, { username: "gw-1", password: "of-the-tests", reconnectPeriod: 0 });
    await agent.endAsync();
    const ingest = ingestAt({ config: MqttConfig.parse({ url, username: "gw-1" }), password: "of-the-tests" });
    await expect(ingest).rejects.toThrow(/does not speak MQTT 5/);
    await broker.stop();
    expect(await broker.exited).toBe(0);
  });
});
