import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock } from "@nightflow/domain";
import { openDuckDbStore } from "@nightflow/storage";
import { silentLogger } from "@nightflow/storage/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePorts } from "../commands/free-ports.ts";
import { Program } from "../testing/program.ts";

let folder: string;
let ports: number[];
const holders: Server[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "nf-doctor-"));
  mkdirSync(join(folder, "data"));
  ports = await freePorts(5);
});

afterEach(async () => {
  for (const holder of holders.splice(0)) await new Promise((resolve) => holder.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

interface Report {
  readonly isWell: boolean;
  readonly findings: readonly {
    readonly level: string;
    readonly code: string;
    readonly text: string;
    readonly fix: string | null;
  }[];
}

async function doctor(more: object = {}): Promise<Report & { readonly exitCode: number | null }> {
  const [api = 0, mqtt = 0, postgres = 0, operate = 0] = ports;
  const broker = { port: mqtt, limits: { maxConnections: 100 } };
  const config = { api: { port: api }, broker, postgres: { port: postgres }, operate: { port: operate }, ...more };
  writeFileSync(join(folder, "nightflow.yaml"), JSON.stringify(config));
  const program = new Program(folder, ["doctor", "--json"]);
  const exitCode = await program.ended();
  return { exitCode, ...(JSON.parse(program.output) as Report) };
}

const failures = ({ findings }: Report) => findings.filter(({ level }) => level === "fail").map(({ code }) => code);

async function makeStore(path: string): Promise<void> {
  const store = await openDuckDbStore({
    path,
    memoryLimit: "128MB",
    threads: 1,
    clock: realClock,
    logger: silentLogger,
  });
  await store.close();
}

describe("nightflow doctor", { timeout: 30_000 }, () => {
  it("ends with 0 on a set-up that is in order, and has changed nothing in the store", async () => {
    await makeStore(join(folder, "data", "readings.duckdb"));
    const before = readFileSync(join(folder, "data", "readings.duckdb"));
    const report = await doctor();
    expect(failures(report)).toEqual([]);
    expect(report).toMatchObject({ exitCode: 0, isWell: true });
    expect(report.findings.map(({ code }) => code)).toContain("store.file");
    expect(readFileSync(join(folder, "data", "readings.duckdb")).equals(before)).toBe(true);
  });

  it("ends with 1 and names a busy port, an open secret and a wrong token, each with what to do", async () => {
    const [api = 0, , , , influxPort = 0] = ports;
    holders.push(createServer().listen(api, "127.0.0.1"));
    writeFileSync(join(folder, "token"), "secret", { mode: 0o644 });
    const influx = createServer((socket) => {
      socket.on("data", () =>
        socket.end("HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
      );
      socket.on("error", () => undefined);
    });
    holders.push(influx.listen(influxPort, "127.0.0.1"));
    const url = `http://127.0.0.1:${influxPort}`;
    const report = await doctor({ store: "influxdb", influxdb: { url, org: "o", bucket: "b", tokenFile: "token" } });
    expect(failures(report)).toEqual(["ports.busy", "influx.bad-token", "influx.bad-token", "rights.secret-open"]);
    expect(report).toMatchObject({ exitCode: 1, isWell: false });
    for (const finding of report.findings.filter(({ level }) => level === "fail")) expect(finding.fix).not.toBeNull();
  });

  it("tells a damaged store from one in use", async () => {
    const path = join(folder, "data", "readings.duckdb");
    const options = { path, memoryLimit: "128MB", threads: 1, clock: realClock, logger: silentLogger };
    const store = await openDuckDbStore(options);
    expect(failures(await doctor())).toEqual(["store.held"]);
    await store.close();
    writeFileSync(path, "this is no database");
    expect(failures(await doctor())).toEqual(["store.unreadable"]);
  });

  it("lists the faults of a configuration that cannot be read", async () => {
    const report = await doctor({ brokers: {} });
    expect(report).toMatchObject({ exitCode: 1, findings: [{ code: "config.faults" }] });
    expect(report.findings[0]?.text).toContain("brokers");
  });
});
