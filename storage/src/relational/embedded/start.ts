import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { PortBusyError } from "@nightflow/domain";
import pg from "pg";
import type { Logger } from "pino";
import { sqlStateOf } from "../pg-errors.ts";
import { EmbeddedPostgresError } from "../relational-errors.ts";
import { findBinaries } from "./binaries.ts";
import { clusterOf, ensureCluster, ensurePassword, SUPERUSER } from "./cluster.ts";
import { postmasterOf, stopOrphan } from "./orphan.ts";
import { findPlace, outsideFolder, type Place } from "./place.ts";
import { choosePort } from "./ports.ts";
import { ServerProcess, type ServerSettings } from "./process.ts";
import { findRunAs } from "./run-as.ts";
import { DEFAULT_RESTART_POLICY, type RestartPolicy, Supervisor } from "./supervisor.ts";

/** Database that an embedded server offers. */
export const EMBEDDED_DATABASE = "nightflow";
/** Port of an embedded server when none is configured. */
export const DEFAULT_POSTGRES_PORT = 5480;

export interface EmbeddedPostgresOptions {
  /** Folder of the server's own; made when missing. */
  readonly dataDir: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** False gives up safety on power loss for speed; for tests only. */
  readonly isDurable?: boolean;
  readonly restart?: RestartPolicy;
}

/** A PostgreSQL that runs beside this process. */
export interface EmbeddedPostgres {
  /** Address with user and password, as `openDatabase` takes it. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server that runs now; undefined while it is down. */
  readonly pid: () => Promise<number | undefined>;
  /** Calls back once when the server is down for good: with the error, or undefined after `stop()`. */
  onExit(listener: (error: Error | undefined) => void): void;
  /** Ends every connection, stops the server in order and waits for its end. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL from npm as a child process and keeps it running. The data folder is made at the first start; a
 * server left over from a killed program is stopped first. As root it runs under the user `postgres`.
 *
 * @throws {PortBusyError} when the port is in use.
 * @throws {DataFolderBusyError} when another running program owns `dataDir`.
 * @throws {EmbeddedPostgresError} when it cannot be made or started.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { logger, host = "127.0.0.1", isDurable = true } = options;
  const dataDir = path.resolve(options.dataDir);
  const place = await findPlace(dataDir, await findBinaries());
  const password = await ensurePassword(dataDir);
  await takeOver(dataDir, place, logger);
  await ensureCluster(place, password, isDurable);
  const settings = { place, host, isDurable, maxConnections: options.maxConnections ?? 60, logger };
  const { supervisor, port } = await startOnPort(settings, options);
  await writeFile(supervisorFile(dataDir), `${process.pid}\n`);
  const url = (database: string) => `postgres://${SUPERUSER}:${password}@${host}:${port}/${database}`;
  await createDatabase(url("postgres")).catch(async (error: unknown) => {
    await supervisor.stop();
    throw asPasswordError(error, dataDir);
  });
  return {
    url: url(EMBEDDED_DATABASE),
    port,
    pid: () => postmasterOf(clusterOf(place)),
    onExit: (listener) => supervisor.onExit(listener),
    stop: () => supervisor.stop(),
  };
}

/** Stops whatever server runs on `dataDir` and removes the folder, with the data that root keeps outside it. */
export async function removeEmbeddedPostgres(dataDir: string): Promise<void> {
  const folder = path.resolve(dataDir);
  const outside = await outsideFolder(folder, await findRunAs());
  for (const one of [path.join(folder, "server"), outside]) {
    await stopOrphan(path.join(one, "cluster"), await supervisorOf(folder));
    await rm(`${one}.old`, { recursive: true, force: true });
  }
  await rm(outside, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/**
 * Moves the folder of an embedded server away, with the data that root keeps outside it; a server left over from a killed
 * program is stopped first. Started with `target`, the server goes on with its data.
 */
export async function moveEmbeddedPostgres(dataDir: string, target: string): Promise<void> {
  const folder = path.resolve(dataDir);
  await stopOrphan(path.join(folder, "server", "cluster"), await supervisorOf(folder));
  await mkdir(path.dirname(target), { recursive: true });
  await rename(folder, target);
  const link = path.join(target, "server");
  const outside = await readlink(link).catch(() => undefined);
  if (outside === undefined) return;
  const moved = await outsideFolder(target, await findRunAs());
  await rename(outside, moved);
  await rm(link);
  await symlink(moved, link);
}

async function takeOver(dataDir: string, place: Place, logger: Logger): Promise<void> {
  const orphan = await stopOrphan(clusterOf(place), await supervisorOf(dataDir));
  if (orphan !== undefined) logger.warn({ pid: orphan }, "stopped a PostgreSQL left over from a killed program");
}

async function supervisorOf(dataDir: string): Promise<number | undefined> {
  const pid = Number.parseInt(await readFile(supervisorFile(dataDir), "utf8").catch(() => ""), 10);
  return Number.isInteger(pid) ? pid : undefined;
}

function supervisorFile(dataDir: string): string {
  return path.join(dataDir, "supervisor.pid");
}

async function startOnPort(settings: Omit<ServerSettings, "port">, options: EmbeddedPostgresOptions) {
  const wanted = options.port ?? DEFAULT_POSTGRES_PORT;
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(settings.host, wanted);
    const launch = () => ServerProcess.start({ ...settings, port });
    const supervisor = new Supervisor(launch, options.restart ?? DEFAULT_RESTART_POLICY, settings.logger);
    try {
      await supervisor.start();
      return { supervisor, port };
    } catch (error) {
      if (!(error instanceof PortBusyError) || wanted !== 0 || attempt === 5) throw error;
    }
  }
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query("select 1 from pg_database where datname = $1", [EMBEDDED_DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${EMBEDDED_DATABASE}`);
  } finally {
    await client.end();
  }
}

function asPasswordError(error: unknown, dataDir: string): unknown {
  if (sqlStateOf(error) !== "28P01") return error;
  return new EmbeddedPostgresError(`the password in ${dataDir}/superuser-password is not the one of its server`, {
    cause: error,
    remedy: "put back that file from a backup of the same data folder",
  });
}
