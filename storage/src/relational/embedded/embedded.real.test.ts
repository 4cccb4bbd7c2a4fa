import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PortBusyError } from "@nightflow/domain";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger } from "../../testing/postgres.ts";
import { openDatabase } from "../pg-database.ts";
import { DataFolderBusyError, EmbeddedPostgresError } from "../relational-errors.ts";
import { findBinaries, programOf } from "./binaries.ts";
import { clusterOf, ensureCluster } from "./cluster.ts";
import { postmasterOf, stopOrphan } from "./orphan.ts";
import { findPlace } from "./place.ts";
import { canRun } from "./run-as.ts";
import { type EmbeddedPostgresOptions, removeEmbeddedPostgres, startEmbeddedPostgres } from "./start.ts";

const HOLDER = fileURLToPath(new URL("../../testing/hold-postgres.ts", import.meta.url));

let folder: string;
let dataDir: string;
const cleanUp: (() => unknown)[] = [];

// mkdtemp makes the folder 0700: as root, every test here runs where PostgreSQL's user may not enter.
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "nightflow-embedded-"));
  dataDir = path.join(folder, "postgres");
});

afterEach(async () => {
  for (const task of cleanUp.splice(0).reverse()) await task();
  await removeEmbeddedPostgres(dataDir);
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}) {
  const server = await startEmbeddedPostgres({ dataDir, port: 0, logger: silentLogger, isDurable: false, ...options });
  cleanUp.push(() => server.stop());
  const database = openDatabase({ url: server.url, logger: silentLogger, maxConnections: 2 });
  cleanUp.push(() => database.close());
  return { server, database };
}

async function hold(): Promise<{ program: ChildProcess; url: string; pid: number }> {
  const program = spawn(process.execPath, [HOLDER, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  cleanUp.push(() => end(program));
  const [line] = await once(createInterface({ input: program.stdout }), "line");
  return { program, ...JSON.parse(String(line)) };
}

async function end(program: ChildProcess): Promise<void> {
  const hasEnded = program.exitCode !== null || program.signalCode !== null;
  if (!hasEnded && program.kill("SIGKILL")) await once(program, "exit");
}

test("data written before an orderly stop is there after the next start, under the same password", async () => {
  const first = await start();
  await first.database.query("create table kept as select 1 as one");
  await first.database.close();
  await first.server.stop();
  const second = await start();
  expect((await second.database.query("select one from kept")).rows).toEqual([{ one: 1 }]);
  expect((await stat(path.join(dataDir, "superuser-password"))).mode & 0o777).toBe(0o600);
});

test("the real server writes with fsync and listens on the loopback address only", async () => {
  const { database } = await start({ isDurable: true });
  const { rows } = await database.query(
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('listen_addresses') as address",
  );
  expect(rows).toEqual([{ fsync: "on", commit: "on", address: "127.0.0.1" }]);
});

test("a server whose program was killed with SIGKILL is stopped at the next start, and what it committed is kept", async () => {
  const { program, url, pid } = await hold();
  const writer = openDatabase({ url, logger: silentLogger, maxConnections: 1 });
  await writer.query("create table kept as select 7 as seven");
  program.kill("SIGKILL");
  await once(program, "exit");
  expect(isRunning(pid)).toBe(true);
  await writer.close();
  const { server, database } = await start();
  expect(await server.pid()).not.toBe(pid);
  expect(isRunning(pid)).toBe(false);
  expect((await database.query("select seven from kept")).rows).toEqual([{ seven: 7 }]);
});

test("a program that simply exits takes its server with it", async () => {
  const { program, pid } = await hold();
  program.kill("SIGTERM");
  await once(program, "exit");
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
});

test("a second program on the same data folder is refused while the first one runs", async () => {
  const { pid } = await hold();
  await expect(start()).rejects.toThrow(DataFolderBusyError);
  expect(isRunning(pid)).toBe(true);
});

test("a server that crashes comes back on the same port with its data", async () => {
  const { server, database } = await start();
  await database.query("create table kept as select 1 as one");
  const crashed = await server.pid();
  process.kill(crashed ?? 0, "SIGKILL");
  const rows = () =>
    database.query("select one from kept").then(
      (result) => result.rows,
      () => "away",
    );
  // A connection may outlive the server that made it for a moment, and still answer.
  const next = () => server.pid().then((pid) => pid !== undefined && pid !== crashed);
  await expect.poll(next, { timeout: 20_000 }).toBe(true);
  await expect.poll(rows, { timeout: 20_000 }).toEqual([{ one: 1 }]);
});

test("a server that cannot stay up is given up with a reason that an operator can act on", async () => {
  const restart = { firstWaitMs: 1, longestWaitMs: 1, maxFailures: 3, stableMs: 60_000 };
  const { server } = await start({ restart });
  const end = new Promise<Error | undefined>((resolve) => server.onExit(resolve));
  const cluster = path.join(dataDir, "server", "cluster");
  await rm(path.join(cluster, "global"), { recursive: true });
  process.kill((await postmasterOf(cluster)) ?? 0, "SIGKILL");
  const error = await end;
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  expect(error?.message).toContain("3 times in a row");
});

test("a lost password file is named as the cause, and the server does not stay behind", async () => {
  const { server, database } = await start();
  await database.close();
  await server.stop();
  await rm(path.join(dataDir, "superuser-password"));
  await expect(start()).rejects.toThrow("superuser-password is not the one of its server");
  expect(await postmasterOf(path.join(dataDir, "server", "cluster"))).toBeUndefined();
});

test("a server that is told to stop while it comes back from a crash stops", async () => {
  const { server, database } = await start({
    restart: { firstWaitMs: 1, longestWaitMs: 1, maxFailures: 5, stableMs: 1 },
  });
  await database.close();
  process.kill((await server.pid()) ?? 0, "SIGKILL");
  await expect.poll(() => server.pid(), { interval: 1, timeout: 10_000 }).toBeUndefined();
  await server.stop();
  expect(await server.pid()).toBeUndefined();
});

test("a port in use is named in the error, and the data folder stays usable", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as { port: number };
  await expect(start({ port })).rejects.toThrow(PortBusyError);
  await expect(start({ port })).rejects.toThrow(`127.0.0.1:${port}`);
  holder.close();
  await once(holder, "close");
  expect((await start({ port })).server.port).toBe(port);
});

test("a start that was killed half-way through the first initialisation is made good by the next one", async () => {
  await mkdir(path.join(dataDir, "server", "draft-0000"), { recursive: true });
  await mkdir(path.join(dataDir, "server", "draft-0000", "cluster"));
  const { database } = await start();
  expect((await database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

test("a data folder that was emptied by hand starts anew, whatever is left of it elsewhere", async () => {
  const first = await start();
  await first.database.query("create table old as select 1 as one");
  await first.database.close();
  await first.server.stop();
  await rm(dataDir, { recursive: true });
  const { database } = await start();
  expect((await database.query("select to_regclass('old') as found")).rows).toEqual([{ found: null }]);
});

test("programs in a folder that PostgreSQL's user cannot enter run all the same", async () => {
  const shipped = await findBinaries();
  const hidden = { ...shipped, folder: path.join(folder, "native") };
  await cp(shipped.folder, hidden.folder, { recursive: true, verbatimSymlinks: true });
  const place = await findPlace(dataDir, hidden);
  expect(await canRun(programOf(place.binaries, "postgres"), place.runAs)).toBe(true);
  await ensureCluster(place, "not a secret", false);
  expect((await stat(path.join(clusterOf(place), "PG_VERSION"))).isFile()).toBe(true);
});

test("the process id of a stranger in an old pid file is left alone and does not hinder the start", async () => {
  const { server, database } = await start();
  await database.close();
  await server.stop();
  const cluster = path.join(dataDir, "server", "cluster");
  await writeFile(path.join(cluster, "postmaster.pid"), `${process.pid}\n${cluster}\n`);
  expect(await stopOrphan(cluster)).toBeUndefined();
  expect((await (await start()).database.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
