import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { afterAll, describe, expect, it } from "vitest";
import { loadConfig, resolvePath } from "./load.ts";

const folder = mkdtempSync(join(tmpdir(), "nf-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

function configOf(yaml: string) {
  const path = join(folder, "nightflow.yaml");
  writeFileSync(path, yaml);
  return loadConfig(path);
}

function faultsOf(yaml: string): readonly string[] {
  try {
    configOf(yaml);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

describe("nightflow.yaml", () => {
  it("may be empty: every key has a default", () => {
    const { config } = configOf("");
    expect(config).toMatchObject({
      store: "duckdb",
      api: { port: 8480 },
      broker: { port: 1883 },
      postgres: { port: 5480 },
    });
  });

  it("changes its store by one line", () => {
    expect(faultsOf("store: influxdb\n")).toEqual([
      "influxdb: store is influxdb, so url, org and bucket must be given here",
    ]);
    expect(
      configOf("store: influxdb\ninfluxdb: { url: 'http://127.0.0.1:8086', org: o, bucket: b }\n").config.store,
    ).toBe("influxdb");
  });

  it("lists all its faults at once, each with its path", () => {
    const faults = faultsOf("stor: duckdb\nbroker: { port: 99999 }\napi: { port: http }\nlog: { level: loud }\n");
    expect(faults).toHaveLength(4);
    expect(faults.map((fault) => fault.split(":")[0]).sort()).toEqual([
      "(file)",
      "api.port",
      "broker.port",
      "log.level",
    ]);
    expect(faults.join("\n")).toContain("unknown key stor: did you mean store?");
  });

  it("says where its YAML is broken", () => {
    expect(faultsOf("api: { port: 1\nlog: x").join("\n")).toMatch(/line \d/);
  });

  it("is named when it is not there", () => {
    expect(() => loadConfig(join(folder, "nowhere.yaml"))).toThrow(/nowhere\.yaml[\s\S]*there is no such file/);
  });

  it("finds relative paths from its own folder", () => {
    expect(resolvePath(configOf("dataDir: ./data\n"), "./data")).toBe(join(folder, "data"));
  });
});
