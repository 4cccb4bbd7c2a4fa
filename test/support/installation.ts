import { chmodSync, createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Clock, countsToValue, realClock, ScaledClock } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import {
  ApiClient,
  Child,
  freePorts,
  type ImportPlace,
  importFile,
  type LoadedConfig,
  loadConfig,
  makeIdentity,
  parseConfig,
  RADIO_KEYS_FILE,
  radioKeys,
  readRegistryFolder,
  townAgentConfig,
  withOwnHeadEnd,
  writeClockAnchor,
  writeTownRegistry,
} from "@nightflow/nightflow";
import {
  buildTown,
  type Fault,
  isCounting,
  type Simulators,
  startSimulators,
  type Town,
  totalRegisterOf,
  townHistory,
} from "@nightflow/simulators";
import { type Database, importRegistry, removeEmbeddedPostgres, setPasswordHash } from "@nightflow/storage";
import pino from "pino";
import { stringify } from "yaml";
import { type CommandResult, runNightflow } from "./command.ts";
import { eventually } from "./eventually.ts";
import type { StorePlace } from "./stores.ts";

/** A logger that says nothing. */
export const silent = pino({ level: "silent" });

/** What an installation under test is made of; a small town at 24 simulated minutes a second where nothing is said. */
export interface InstallationOptions {
  readonly place?: StorePlace;
  readonly seed?: number;
  readonly homesPerDma?: number;
  readonly gasCustomers?: number;
  /** Homes that are read over CJ/T 188, M-Bus and wireless M-Bus, one each. */
  readonly otherProtocols?: boolean;
  /** Scaled seconds per real second; `real` leaves the machine's clock, and there is no anchor then. */
  readonly factor?: number | "real";
  /** Days of the past that are imported before the live part; none by default. */
  readonly historyDays?: number;
  readonly faults?: (town: Town, liveStartMs: number) => readonly Fault[];
  /** Further keys of nightflow.yaml. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** MQTT identities beside the town's agent. */
  readonly identities?: readonly {
    readonly name: string;
    readonly role: "agent" | "api" | "monitor" | "device";
    readonly sparkplug?: readonly { readonly group: string; readonly node: string }[];
  }[];
}

export const SITE = "town";
export const AGENT = "gw-1";
export const LOGINS = ["admin", "collector", "control", "manager", "desk", "desk-north"] as const;
export type Login = (typeof LOGINS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** The password of all people of a test. */
export const PASSWORD = "a password of the tests";

/**
 * A whole Nightflow in a temporary folder: the simulated town in this process, `up` and `agent` as child processes on
 * free ports, all on one scaled clock that runs from the first `runClock`.
 */
export class Installation {
  readonly folder: string;
  readonly town: Town;
  /** End of the imported past, start of the live part. */
  readonly liveStartMs: number;
  readonly clockFile: string;
  readonly configFile: string;
  readonly agentFile: string;
  readonly ports: { readonly api: number; readonly mqtt: number; readonly postgres: number };
  readonly #options: InstallationOptions;
  readonly #children: Child[] = [];
  #simulators: Simulators | undefined;

  private constructor(options: InstallationOptions, folder: string, ports: Installation["ports"]) {
    const { seed = 1, homesPerDma = 3, gasCustomers = 4, otherProtocols = false, historyDays = 0 } = options;
    this.#options = options;
    this.folder = folder;
    this.ports = ports;
    this.liveStartMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
    const historyStartMs = Math.floor((this.liveStartMs - Math.max(1, historyDays) * DAY_MS) / DAY_MS) * DAY_MS;
    this.town = buildTown({ seed, historyStartMs, homesPerDma, gasCustomers, otherProtocols });
    this.clockFile = join(folder, "clock.json");
    this.configFile = join(folder, "nightflow.yaml");
    this.agentFile = join(folder, "agent.yaml");
  }

  /** Writes all files, makes the database with the town's registry and people, imports the past. Nothing runs afterwards. */
  static async make(options: InstallationOptions = {}): Promise<Installation> {
    const folder = mkdtempSync(join(tmpdir(), "nightflow-chain-"));
    // As root PostgreSQL runs under a user of its own, who has to pass through.
    chmodSync(folder, 0o755);
    const [api = 0, mqtt = 0, postgres = 0] = await freePorts(3);
    const installation = new Installation(options, folder, { api, mqtt, postgres });
    await installation.#writeFiles();
    await installation.withHeadEnd((place) => installation.#fill(place));
    return installation;
  }

  get clock(): Clock {
    if (this.#options.factor === "real") return realClock;
    return new ScaledClock(JSON.parse(readFileSync(this.clockFile, "utf8")));
  }

  get dataDir(): string {
    return join(this.folder, "data");
  }

  /** Folder of the simulators' ledger. */
  get ledgerDir(): string {
    return join(this.folder, "simulators");
  }

  get mqttUrl(): string {
    return `mqtt://127.0.0.1:${this.ports.mqtt}`;
  }

  get simulators(): Simulators {
    if (this.#simulators === undefined) throw new Error("the simulators have not been started");
    return this.#simulators;
  }

  /** Password of an MQTT identity. */
  mqttPassword(name: string): string {
    return readFileSync(join(this.dataDir, "secrets", `mqtt-${name}`), "utf8").trim();
  }

  /** Lets the scaled clock run from `afterMs` of real time on; the town's past ends there. */
  runClock(afterMs = 0): void {
    const realAnchorAt = Date.now() + afterMs;
    const { factor = 1440 } = this.#options;
    if (factor === "real") return;
    writeClockAnchor(this.clockFile, { realAnchorAt, simAnchorAt: this.liveStartMs, factor });
  }

  /** Serves the town, and writes what the agent reads of it. */
  async startTown(): Promise<Simulators> {
    const faults = this.#options.faults?.(this.town, this.liveStartMs) ?? [];
    const { town, clock, ledgerDir: dataDir } = this;
    this.#simulators = await startSimulators({ town, clock, faults, dataDir, logger: silent });
    this.writeAgentConfig(townAgentConfig(town, this.#simulators.endpoints));
    this.#writeRadioKeys();
    return this.#simulators;
  }

  #writeRadioKeys(): void {
    const keys = radioKeys(this.town);
    if (keys === "") return;
    mkdirSync(join(this.folder, "agent"), { recursive: true });
    writeFileSync(join(this.folder, "agent", RADIO_KEYS_FILE), keys, { mode: 0o600 });
  }

  /** Ends the town; its ledger is whole afterwards. */
  async stopTown(): Promise<void> {
    await this.#simulators?.close();
    this.#simulators = undefined;
  }

  /** What the agent reads from its next start on. */
  writeAgentConfig(config: ReturnType<typeof townAgentConfig>): void {
    writeFileSync(join(this.folder, "agent-config.json"), JSON.stringify(config));
  }

  /** Starts `nightflow up` and waits until it is ready. */
  async startUp(): Promise<Child> {
    return await this.#start("up", ["up", "--config", this.configFile]);
  }

  /** Starts `nightflow agent` and waits until it collects. */
  async startAgent(): Promise<Child> {
    return await this.#start("agent", ["agent", this.agentFile]);
  }

  /** Ends whatever runs of `up`, in order. */
  async stopUp(): Promise<void> {
    await this.#stopAll("up");
  }

  /** Ends whatever runs of `agent`, in order. */
  async stopAgent(): Promise<void> {
    await this.#stopAll("agent");
  }

  async #stopAll(name: string): Promise<void> {
    for (const child of this.#children) if (child.name === name) await child.stop();
  }

  /** Imports a readings file by the command line, as customers of the town's zone. */
  async importByCommand(file: string, ...more: readonly string[]): Promise<CommandResult> {
    return await runNightflow(["import", file, "--time-zone", this.town.zone, "--config", this.configFile, ...more]);
  }

  /** Town, head-end and agent, with the clock running. */
  async startAll(): Promise<{ readonly up: Child; readonly agent: Child }> {
    this.runClock();
    await this.startTown();
    const [up, agent] = await Promise.all([this.startUp(), this.startAgent()]);
    return { up, agent };
  }

  /** The API as one of the town's people sees it. */
  async signIn(login: Login): Promise<ApiClient> {
    const client = new ApiClient(`http://127.0.0.1:${this.ports.api}`);
    await eventually(`signing in as ${login}`, async () => {
      await client.signIn(login, PASSWORD);
      return true;
    });
    return client;
  }

  /** Runs `work` on the database and the store, with nothing else of the installation running. */
  async withHeadEnd<Result>(work: (place: ImportPlace) => Promise<Result>): Promise<Result> {
    return await withOwnHeadEnd(this.#configForImport(), silent, work);
  }

  /** Imports a readings file while nothing else of the installation runs. */
  get importTarget(): { readonly site: string; readonly logger: typeof silent } {
    return { site: SITE, logger: silent };
  }

  /** Everything that the processes have written to their logs. */
  log(name: string): string {
    return readFileSync(join(this.folder, "logs", `${name}.log`), "utf8");
  }

  /** Ends all that still runs and removes the folder. */
  async close(): Promise<void> {
    for (const child of this.#children.toReversed()) await child.stop();
    await this.stopTown();
    await removeEmbeddedPostgres(join(this.dataDir, "postgres"));
    if (process.env.NIGHTFLOW_KEEP_TEST_DATA === undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  async #start(name: string, args: readonly string[]): Promise<Child> {
    const child = new Child(name, args, { logFolder: join(this.folder, "logs") });
    this.#children.push(child);
    // The folder goes when the test has failed, and its logs with it.
    await child.ready().catch((cause: unknown) => {
      throw new Error(`${name} did not start; its log ends with\n${this.log(name).slice(-2000)}`, { cause });
    });
    return child;
  }

  #configForImport(): LoadedConfig {
    const { config } = loadConfig(this.configFile);
    // The registry and the past come in on the machine's clock, before the scaled one runs.
    return {
      config: parseConfig({ ...config, clock: {}, log: { level: "silent" } }, this.configFile),
      folder: this.folder,
      path: this.configFile,
    };
  }

  async #writeFiles(): Promise<void> {
    const identities = await Promise.all(
      [{ name: AGENT, role: "agent" } as const, ...(this.#options.identities ?? [])].map(async (identity) => {
        const { hashFile } = await makeIdentity(this.dataDir, identity.name);
        const hasSite = identity.role === "agent" || identity.role === "device";
        return { ...identity, ...(hasSite ? { site: SITE } : {}), passwordFile: hashFile };
      }),
    );
    writeFileSync(this.configFile, stringify(this.#settings(identities)));
    writeFileSync(this.agentFile, stringify(this.#agentSettings()));
    writeTownRegistry(this.town, join(this.folder, "registry"));
  }

  #settings(identities: readonly object[]): object {
    const { place = { kind: "duckdb" }, settings } = this.#options;
    const { api, mqtt, postgres } = this.ports;
    const influx =
      place.kind === "influxdb"
        ? { influxdb: { url: place.url, org: place.org, bucket: place.bucket, tokenFile: "influx-token" } }
        : {};
    if (place.kind === "influxdb") writeFileSync(join(this.folder, "influx-token"), place.token, { mode: 0o600 });
    return {
      dataDir: "data",
      site: SITE,
      store: place.kind,
      ...influx,
      ...(this.#options.factor === "real" ? {} : { clock: { anchorFile: "clock.json" } }),
      postgres: { port: postgres },
      operate: { port: 0 },
      broker: { port: mqtt, identities },
      api: { port: api, collectionMaxAgeMs: 0 },
      ...settings,
    };
  }

  #agentSettings(): object {
    const { operate: { tracing } = {} } = (this.#options.settings ?? {}) as { operate?: { tracing?: object } };
    return {
      site: SITE,
      agent: AGENT,
      dataDir: "agent",
      configFile: "agent-config.json",
      ...(this.#options.factor === "real" ? {} : { clockFile: "clock.json" }),
      mqtt: {
        url: this.mqttUrl,
        username: AGENT,
        passwordFile: `data/secrets/mqtt-${AGENT}`,
        statusMs: 500,
        ackTimeoutMs: 3000,
      },
      outbox: { flushMs: 100 },
      operate: { port: 0, ...(tracing && { tracing }) },
    };
  }

  async #fill(place: ImportPlace): Promise<void> {
    await this.#fillRegistry(place.db);
    const { historyDays = 0 } = this.#options;
    if (historyDays === 0) return;
    const file = join(this.folder, "history.csv");
    await this.#writeHistory(file);
    const request = { file, kind: "customer", timeZone: this.town.zone, resolutionM3: 0.001 } as const;
    await importFile({ ...place, ...this.importTarget }, request);
  }

  async #fillRegistry(db: Database): Promise<void> {
    const { tables, faults } = readRegistryFolder(join(this.folder, "registry"));
    const result = await importRegistry(db, tables, { actor: "test", at: this.liveStartMs });
    const all = [...faults, ...result.faults];
    if (all.length > 0) throw new Error(`the town's registry has faults:\n${all.join("\n")}`);
    const hash = await hashPassword(PASSWORD);
    for (const login of LOGINS) await setPasswordHash(db, login, hash);
  }

  async #writeHistory(file: string): Promise<void> {
    const { town, liveStartMs } = this;
    const resolutions = new Map(
      town.meters.filter(isCounting).map((meter) => [meter.id, totalRegisterOf(meter).resolution]),
    );
    function* lines() {
      yield "meter,read_at,forward_total_m3\n";
      for (const { meter, readAtMs, counts } of townHistory(town, {
        fromMs: town.historyStartMs,
        toMs: liveStartMs + 1,
      }))
        yield `${meter},${new Date(readAtMs).toISOString()},${countsToValue(counts, resolutions.get(meter) ?? 0.001)}\n`;
    }
    await pipeline(Readable.from(lines()), createWriteStream(file));
  }
}
