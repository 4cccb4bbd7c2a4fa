import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel } from "node:worker_threads";
import { ConfigError } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import type { Logger } from "pino";
import { readClockAnchor } from "./config/clock.ts";
import { lockFolder } from "./config/folder-lock.ts";
import { dataDirOf, type LoadedConfig, resolvePath } from "./config/load.ts";
import { ensureSecret } from "./config/secrets.ts";
import { openDatabasePlace } from "./database-place.ts";
import { IMPORT_IDENTITY } from "./identity.ts";
import { type OperatedUp, operateUp } from "./operate/index.ts";
import { RoomThread } from "./threads/room-thread.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** What the threads are given. @throws {ConfigError} when the InfluxDB token cannot be read. */
export async function threadSettings(loaded: LoadedConfig, databaseUrl: string): Promise<ThreadSettings> {
  const { config } = loaded;
  const dataDir = dataDirOf(loaded);
  mkdirSync(dataDir, { recursive: true });
  const anchorFile = config.clock.anchorFile;
  const passwordHash = await hashPassword(ensureSecret(dataDir, "mqtt-import"));
  return {
    config: {
      ...config,
      broker: brokerWithFiles(loaded),
      enrolment: enrolmentWithFiles(loaded),
    },
    dataDir,
    databaseUrl,
    anchor: anchorFile === undefined ? null : readClockAnchor(resolvePath(loaded, anchorFile)),
    ...influxTokens(loaded),
    ownIdentities: [{ name: IMPORT_IDENTITY as never, role: "agent", site: config.site, passwordHash }],
  };
}

/** The broker's configuration with its files found from the configuration's folder. */
function brokerWithFiles(loaded: LoadedConfig): LoadedConfig["config"]["broker"] {
  const { broker } = loaded.config;
  const found = (file: string | undefined) => (file === undefined ? undefined : resolvePath(loaded, file));
  const { tls, tokenSecretFile } = broker;
  return {
    ...broker,
    identities: broker.identities.map((one) => withFile(one, loaded)),
    tokenSecretFile: found(tokenSecretFile),
    tls: tls && { ...tls, certFile: found(tls.certFile), keyFile: found(tls.keyFile), caFile: found(tls.caFile) },
  };
}

function enrolmentWithFiles(loaded: LoadedConfig): LoadedConfig["config"]["enrolment"] {
  const { enrolment } = loaded.config;
  const { crlFile } = enrolment;
  return { ...enrolment, crlFile: crlFile === undefined ? undefined : resolvePath(loaded, crlFile) };
}

/** An identity whose file is found from the configuration's folder, wherever the program runs. */
function withFile<Identity extends { readonly passwordFile?: string | undefined }>(
  identity: Identity,
  loaded: LoadedConfig,
): Identity {
  return identity.passwordFile === undefined
    ? identity
    : { ...identity, passwordFile: resolvePath(loaded, identity.passwordFile) };
}

/** The tokens of InfluxDB, from the environment or their files; none with another store. @throws {ConfigError} */
export function influxTokens(loaded: LoadedConfig): Pick<ThreadSettings, "influxToken" | "influxReadToken"> {
  const { store, influxdb } = loaded.config;
  if (store !== "influxdb") return { influxToken: null, influxReadToken: null };
  const given = secretOf("NIGHTFLOW_INFLUXDB_TOKEN", influxdb?.tokenFile, loaded);
  const influxToken = given ?? secretOf("", setUpTokenFile(loaded, "write"), loaded);
  if (influxToken === null)
    throw new ConfigError(
      "influxdb",
      ["tokenFile: there is no token; name a file that holds it, or set NIGHTFLOW_INFLUXDB_TOKEN"],
      { remedy: "nightflow influx setup makes the tokens and the files" },
    );
  const readFile = influxdb?.readTokenFile ?? (given === null ? setUpTokenFile(loaded, "read") : undefined);
  return { influxToken, influxReadToken: secretOf("NIGHTFLOW_INFLUXDB_READ_TOKEN", readFile, loaded) };
}

// Where `nightflow influx setup` puts a token for which the configuration names no file.
function setUpTokenFile(loaded: LoadedConfig, right: "write" | "read"): string | undefined {
  const file = join(dataDirOf(loaded), "influxdb", `${right}-token`);
  return existsSync(file) ? file : undefined;
}

function secretOf(variable: string, file: string | undefined, loaded: LoadedConfig): string | null {
  const fromEnv = process.env[variable];
  if (fromEnv !== undefined && fromEnv !== "") return fromEnv;
  if (file === undefined) return null;
  try {
    return readFileSync(resolvePath(loaded, file), "utf8").trim();
  } catch (cause) {
    throw new ConfigError("influxdb", [`${file} cannot be read; it should hold a token`], { cause });
  }
}

/** The whole head-end with analytics and API, in three threads beside PostgreSQL. */
export interface Up {
  readonly apiUrl: string;
  /** One-time link to make the first administrator; null when there is a user. */
  readonly setupUrl: string | null;
  readonly mqttPort: number;
  readonly databaseUrl: string;
  /** Where metrics and health are served; null where that is switched off. */
  readonly operateUrl: string | null;
  close(): Promise<void>;
}

const entry = (name: string) => new URL(`./threads/${name}.ts`, import.meta.url);

/**
 * Starts everything that `nightflow up` runs. A thread that ends by itself brings the whole process down through
 * `onFatal`: what supervises the process starts it again, and agents hold their readings until then.
 *
 * @throws {DataFolderBusyError} when another program works on the same data folder.
 */
export async function startUp(loaded: LoadedConfig, logger: Logger, onFatal: (reason: string) => void): Promise<Up> {
  const unlock = lockFolder(dataDirOf(loaded), "up");
  const database = await openDatabasePlace(loaded, logger).catch((error: unknown) => {
    unlock();
    throw error;
  });
  const threads: RoomThread[] = [];
  let operated: OperatedUp | undefined;
  const close = async () => {
    await operated?.close();
    for (const thread of threads.toReversed()) await thread.stop();
    await database.stop();
    unlock();
  };
  try {
    const settings = await threadSettings(loaded, database.url);
    const { headEnd, mqttPort } = await startHeadEndThread(settings, logger, threads);
    const [analytics, api] = await Promise.all([
      startWithStore("analytics", settings, headEnd, logger, threads),
      startWithStore("api", settings, headEnd, logger, threads),
    ]);
    wakeOnCommit(headEnd, analytics.thread);
    operated = await operateUp(loaded.config.operate, threads, logger);
    for (const thread of threads)
      thread.onUnexpectedExit((code) => onFatal(`thread ${thread.name} ended with ${code}`));
    database.onLost((error) => onFatal(error.message));
    const { url, setupUrl } = api.details;
    return {
      apiUrl: String(url),
      setupUrl: setupUrl === "" ? null : String(setupUrl),
      mqttPort,
      databaseUrl: database.url,
      operateUrl: operated.url,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startHeadEndThread(settings: ThreadSettings, logger: Logger, threads: RoomThread[]) {
  const headEnd = new RoomThread("head-end", entry("head-end"), { data: settings, logger });
  threads.push(headEnd);
  const details = await headEnd.ready();
  return { headEnd, mqttPort: Number(details.mqttPort) };
}

async function startWithStore(
  name: "analytics" | "api",
  settings: ThreadSettings,
  headEnd: RoomThread,
  logger: Logger,
  threads: RoomThread[],
) {
  const { port1, port2 } = new MessageChannel();
  headEnd.send({ type: "store", port: port1 }, [port1]);
  const field = name === "api" ? new MessageChannel() : undefined;
  if (field !== undefined) headEnd.send({ type: "field", port: field.port1 }, [field.port1]);
  const thread = new RoomThread(name, entry(name), {
    data: { ...settings, storePort: port2, fieldPort: field?.port2 },
    transfer: field === undefined ? [port2] : [port2, field.port2],
    logger,
  });
  threads.push(thread);
  return { thread, details: await thread.ready() };
}

function wakeOnCommit(headEnd: RoomThread, analytics: RoomThread): void {
  headEnd.onMessage((message) => {
    if (message.type === "committed") analytics.send({ type: "wake" });
  });
}
