import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { accessSync, constants, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import { setUpInflux } from "../readings/influx/set-up.ts";

/**
 * Programs that some tests need and no package brings. A test that cannot find one is left out and says so; where
 * `NIGHTFLOW_REQUIRE_ALL=1` is set, as in CI, a missing one is a failure instead.
 */
export function findPeer(
  name: string,
  variable: string,
  programs: readonly string[],
  isRight: (path: string) => boolean = () => true,
): string | undefined {
  const given = process.env[variable];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = given ? [given] : programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  const found = candidates.find((path) => isProgram(path) && isRight(path));
  if (found === undefined) sayMissing(name, variable, given);
  return found;
}

function sayMissing(name: string, variable: string, given: string | undefined): void {
  const where = given
    ? `${variable} names ${given}, which is no program`
    : `it is not on the PATH and ${variable} is not set`;
  const message = `${name} was not found: ${where}`;
  if (process.env.NIGHTFLOW_REQUIRE_ALL === "1") throw new Error(`${message} (NIGHTFLOW_REQUIRE_ALL=1)`);
  process.stderr.write(`\n  LEFT OUT: the tests with ${name}; ${message}\n\n`);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The InfluxDB 2 server: `NIGHTFLOW_INFLUXD`, else `influxd` on the PATH. Says so when there is none. */
export function findInfluxd(): string | undefined {
  return findPeer("InfluxDB 2 (influxd)", "NIGHTFLOW_INFLUXD", ["influxd"], (path) => !isInflux1(path));
}

/** The InfluxDB 1 server: `NIGHTFLOW_INFLUXD1`, else an `influxd` of version 1 on the PATH. Says so when there is none. */
export function findInfluxd1(): string | undefined {
  return findPeer("InfluxDB 1 (influxd)", "NIGHTFLOW_INFLUXD1", ["influxd"], isInflux1);
}

// Debian's package `influxdb` is version 1 and its program has the same name. A build of version 2 may call itself `dev`.
function isInflux1(path: string): boolean {
  return /^InfluxDB v?1\./.test(spawnSync(path, ["version"], { encoding: "utf8" }).stdout ?? "");
}

/** Starts an InfluxDB 1 on a folder, without sign-in. */
export async function startInfluxd1(dir: string): Promise<BareInfluxd> {
  const program = findInfluxd1();
  if (program === undefined) throw new Error("there is no influxd of version 1; ask findInfluxd1 first");
  mkdirSync(dir, { recursive: true });
  const [port, rpcPort] = [await freePort(), await freePort()];
  const config = join(dir, "influxdb.conf");
  writeFileSync(config, influx1Config(dir, port, rpcPort));
  return await startServer(program, ["-config", config], `http://127.0.0.1:${port}`, "/ping");
}

function influx1Config(dir: string, port: number, rpcPort: number): string {
  return `reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
dir = "${join(dir, "meta")}"
[data]
dir = "${join(dir, "data")}"
wal-dir = "${join(dir, "wal")}"
[http]
bind-address = "127.0.0.1:${port}"
log-enabled = false
`;
}

/** A Chromium for the tests of pages: `NIGHTFLOW_CHROMIUM`, else one on the PATH. Says so when there is none. */
export function findChromium(): string | undefined {
  return findPeer("Chromium", "NIGHTFLOW_CHROMIUM", ["chromium", "chromium-browser", "google-chrome"]);
}

/** A running InfluxDB 2 that nobody has set up. */
export interface BareInfluxd {
  readonly url: string;
  /** Ends it orderly. */
  stop(): Promise<void>;
  /** Ends it with SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

/** A running InfluxDB 2 of a test, set up. */
export interface TestInfluxd extends BareInfluxd {
  /** May do everything. */
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
}

const OPERATOR = { token: "nightflow-test-operator-token", org: "nightflow", bucket: "readings" };

/**
 * Starts an InfluxDB 2 on a folder, set up with an organisation, a bucket and a token that stay the same when it is
 * started again on that folder. Port 0 takes a free one.
 */
export async function startInfluxd(dir: string, port = 0): Promise<TestInfluxd> {
  const server = await startBareInfluxd(dir, port);
  const { token: operatorToken, org, bucket } = OPERATOR;
  const setUp = { url: server.url, username: "nightflow", password: "nightflow-test", org, bucket, operatorToken };
  await setUpInflux(setUp).catch(ignoreSecondSetUp);
  return { ...server, ...OPERATOR };
}

/** Starts an InfluxDB 2 on a folder and leaves its set-up to the caller. Port 0 takes a free one. */
export async function startBareInfluxd(dir: string, port = 0): Promise<BareInfluxd> {
  const program = findInfluxd();
  if (program === undefined) throw new Error("there is no influxd; ask findInfluxd first");
  mkdirSync(dir, { recursive: true });
  const taken = port === 0 ? await freePort() : port;
  const url = `http://127.0.0.1:${taken}`;
  return await startServer(program, influxdArguments(dir, taken), url, "/health");
}

async function startServer(program: string, given: string[], url: string, path: string): Promise<BareInfluxd> {
  const child = spawn(program, given, { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
  });
  // A test run that is cut short leaves no server behind.
  process.once("exit", () => child.kill("SIGKILL"));
  await untilHealthy(`${url}${path}`, child);
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await ended;
  };
  return { url, stop: () => end("SIGTERM"), kill: () => end("SIGKILL") };
}

function influxdArguments(dir: string, port: number): string[] {
  return [
    `--http-bind-address=127.0.0.1:${port}`,
    `--bolt-path=${join(dir, "influxd.bolt")}`,
    `--sqlite-path=${join(dir, "influxd.sqlite")}`,
    `--engine-path=${join(dir, "engine")}`,
    "--reporting-disabled",
    "--pprof-disabled",
    "--log-level=error",
  ];
}

function ignoreSecondSetUp(error: { code?: string }): void {
  if (error.code !== "STORE_REFUSED") throw error;
}

async function untilHealthy(url: string, child: ChildProcess): Promise<void> {
  const endsAt = Date.now() + 60_000;
  while (Date.now() < endsAt) {
    if (child.exitCode !== null) throw new Error(`influxd ended at once with code ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  child.kill("SIGKILL");
  throw new Error("influxd was not healthy within a minute");
}

/**
 * A port of 127.0.0.1 that was free a moment ago, from below the ranges that systems give to outgoing connections, so
 * that no connection of another test holds it by the time a server listens.
 */
export async function freePort(): Promise<number> {
  const port = 16_000 + Math.floor(Math.random() * 16_000);
  return (await isFree(port)) ? port : freePort();
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
