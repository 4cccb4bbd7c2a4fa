import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "@nightflow/nightflow";
import { removeEmbeddedPostgres } from "@nightflow/storage";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { runNightflow } from "../support/command.ts";
import { Installation } from "../support/installation.ts";
import { testedStores } from "../support/stores.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-bad-start-"));
});

afterAll(async () => {
  await removeEmbeddedPostgres(join(folder, "data", "postgres"));
  rmSync(folder, { recursive: true, force: true });
});

/** A configuration with ports that are free now. */
async function configFile(name: string, more: Readonly<Record<string, object>> = {}): Promise<string> {
  const [mqtt = 0, api = 0, postgres = 0] = await freePorts(3);
  const path = join(folder, name);
  const ports = { broker: { port: mqtt }, api: { port: api }, postgres: { port: postgres }, operate: { port: 0 } };
  writeFileSync(path, stringify({ dataDir: "data", ...ports, ...more }));
  return path;
}

describe("a wrong configuration", () => {
  it("stops `up` before anything starts, with every fault at once and where it stands", async () => {
    const path = join(folder, "wrong.yaml");
    writeFileSync(
      path,
      stringify({ store: "oracle", broker: { port: 70_000, prot: 1 }, api: { sessionHours: -1 }, gas: true }),
    );
    const { code, stderr } = await runNightflow(["up", "--config", path]);
    expect(code).toBe(2);
    expect(stderr).toContain(path);
    for (const where of ["store:", "broker.port:", "prot", "api.sessionHours:", "gas"]) expect(stderr).toContain(where);
    expect(stderr).toContain("code: CONFIG_INVALID");
    expect(stderr).toContain("what to do: docs/reference/configuration.md lists every key");
  });

  it("that is no YAML is named with its line", async () => {
    const path = join(folder, "no-yaml.yaml");
    writeFileSync(path, "broker:\n  port: [1883\napi: }\n");
    const { code, stderr } = await runNightflow(["up", "--config", path]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/line 3/);
  });

  it("of an agent is refused in the same way, with the faults of all its files", async () => {
    const path = join(folder, "agent.yaml");
    writeFileSync(
      path,
      stringify({ site: "town", agent: "gw 1", dataDir: "a", configFile: "none.json", mqtt: { url: "http://x" } }),
    );
    const { code, stderr } = await runNightflow(["agent", path]);
    expect(code).toBe(2);
    for (const where of ["agent:", "mqtt.url:"]) expect(stderr).toContain(where);
  });
});

describe("a store that this program cannot use", () => {
  const influx = testedStores().find(({ name }) => name === "influxdb");
  let installation: Installation;

  beforeAll(async () => {
    installation = await Installation.make({ factor: "real", homesPerDma: 1, gasCustomers: 0 });
  });

  afterAll(() => installation?.close());

  const startUp = (config = installation.configFile) => runNightflow(["up", "--config", config]);

  it("since its file is damaged, is named with the way out and left as it is", async () => {
    const file = join(installation.dataDir, "readings.duckdb");
    const whole = readFileSync(file);
    const damaged = Buffer.from(whole);
    damaged.fill(0x5a, 0, 12_288);
    writeFileSync(file, damaged);
    const { code, stderr } = await startUp();
    expect(code).toBe(1);
    expect(stderr).toContain(file);
    expect(stderr).toContain("code: STORE_CORRUPT");
    expect(stderr).toMatch(/what to do: .*nightflow store/);
    expect(readFileSync(file).equals(damaged)).toBe(true);
    writeFileSync(file, whole);
  });

  it.runIf(influx?.isThere)("since InfluxDB refuses the token, is named with the token's file", async () => {
    const place = await influx?.place();
    if (place?.kind !== "influxdb") throw new Error("there is no InfluxDB");
    const { url, org, bucket } = place;
    writeFileSync(join(installation.folder, "wrong-token"), "not-the-token", { mode: 0o600 });
    const settings = parse(readFileSync(installation.configFile, "utf8")) as object;
    const config = join(installation.folder, "wrong-token.yaml");
    const influxdb = { url, org, bucket, tokenFile: "wrong-token" };
    writeFileSync(config, stringify({ ...settings, store: "influxdb", influxdb }));
    const { code, stderr } = await startUp(config);
    expect(code).toBe(1);
    expect(stderr).toContain("code: STORE_REFUSED");
    expect(stderr).toMatch(/what to do: .*token/);
  });

  it("since a newer program has migrated the database, is named, and says to use that program", async () => {
    await installation.withHeadEnd(({ db }) =>
      db.query("insert into schema_migration (no, name, checksum) values (9999, 'of a newer program', '')"),
    );
    const { code, stderr } = await startUp();
    expect(code).toBe(1);
    expect(stderr).toContain("code: STORE_TOO_NEW");
    expect(stderr).toContain("what to do:");
  });
});

describe("a registry with broken rows", () => {
  it("changes nothing and names file, line and fault of each", async () => {
    const registry = join(folder, "registry");
    mkdirSync(registry);
    writeFileSync(
      join(registry, "units.csv"),
      "code,parent,kind,name_zh,name_en,zone,currency\nC1,,company,甲,One,Mars/Base,CNY\n",
    );
    writeFileSync(
      join(registry, "meters.csv"),
      "id,model,purpose,commodity,period_s,unit\nM 1,X,customer,water,3600,C1\nM-2,X,customer,steam,0,NOBODY\n",
    );
    writeFileSync(join(registry, "metres.csv"), "id\nM-3\n");
    const { code, stdout, stderr } = await runNightflow([
      "registry",
      "import",
      registry,
      "--config",
      await configFile("registry.yaml"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/nothing was changed/);
    const faults = stdout.split("\n").filter((line) => line.startsWith("fault: "));
    for (const words of [
      /metres\.csv.*not a registry file/,
      /units\.csv.*2.*zone/,
      /meters\.csv.*2.*id/,
      /meters\.csv.*3.*commodity/,
      /meters\.csv.*3.*period_s/,
    ])
      expect(
        faults.some((fault) => words.test(fault)),
        `${words} in\n${faults.join("\n")}`,
      ).toBe(true);
  });
});

describe("a port in use", () => {
  let holder: Server | undefined;

  afterEach(async () => {
    await new Promise<void>((resolve) => (holder === undefined ? resolve() : holder.close(() => resolve())));
    holder = undefined;
  });

  const hold = async (): Promise<number> => {
    const server = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    holder = server;
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };

  it.each([
    { key: "broker", words: /MQTT/i },
    { key: "api", words: /API|HTTP/ },
    { key: "postgres", words: /PostgreSQL/ },
  ])("of $key is named, and `up` ends and leaves nothing running", async ({ key, words }) => {
    const port = await hold();
    const { code, stderr } = await runNightflow([
      "up",
      "--config",
      await configFile(`${key}.yaml`, { [key]: { port } }),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(stderr).toContain(`127.0.0.1:${port}: the port is in use`);
    expect(stderr).toContain("code: PORT_BUSY");
    expect(stderr).toContain("what to do: stop the program that holds it, or give this one another port");
  });
});
