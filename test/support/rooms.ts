import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiClient, Child } from "@nightflow/nightflow";
import { parse, stringify } from "yaml";
import { MOSQUITTO_PASSWORD, startDeployedMosquitto } from "./deployed-mosquitto.ts";
import { eventually } from "./eventually.ts";
import { AGENT, Installation, type InstallationOptions, type Login, PASSWORD, SITE } from "./installation.ts";
import type { TestMosquitto } from "./mosquitto.ts";

/** Rooms of a test, each a process: two of a kind. */
export const ROOMS = ["ingest-a", "ingest-b", "analytics-a", "analytics-b", "api-a", "api-b"] as const;
export type Room = (typeof ROOMS)[number];

const PASSWORD_FILE = "mosquitto-password";

/**
 * An installation without `up`: its rooms as processes of their own, two of each, on a Mosquitto with the deployed files,
 * an InfluxDB and the PostgreSQL that DATABASE_URL names. No Aedes anywhere.
 */
export class Rooms {
  readonly installation: Installation;
  readonly mosquitto: TestMosquitto;
  readonly #running = new Map<Room, Child>();
  readonly #secondApiPort: number;

  private constructor(installation: Installation, mosquitto: TestMosquitto) {
    this.installation = installation;
    this.mosquitto = mosquitto;
    // The broker of `up` does not run, so that its port is free.
    this.#secondApiPort = installation.ports.mqtt;
  }

  static async make(options: InstallationOptions): Promise<Rooms> {
    const mosquitto = await startDeployedMosquitto(["nightflow-ingest", `${SITE}/${AGENT}`]);
    const mqtt = { url: mosquitto.url, username: "nightflow-ingest", passwordFile: PASSWORD_FILE };
    const installation = await Installation.make({ ...options, settings: { ...options.settings, mqtt } });
    writeFileSync(join(installation.folder, PASSWORD_FILE), MOSQUITTO_PASSWORD, { mode: 0o600 });
    const agent = parse(readFileSync(installation.agentFile, "utf8")) as { mqtt: object };
    const access = { url: mosquitto.url, username: `${SITE}/${AGENT}`, passwordFile: PASSWORD_FILE };
    writeFileSync(installation.agentFile, stringify({ ...agent, mqtt: { ...agent.mqtt, ...access } }));
    return new Rooms(installation, mosquitto);
  }

  /** Starts a room; the first ingest has a name, so that the broker keeps its session, the second has none. */
  async start(room: Room): Promise<void> {
    const args: Record<Room, readonly string[]> = {
      "ingest-a": ["ingest", "--name", "a"],
      "ingest-b": ["ingest"],
      "analytics-a": ["analytics"],
      "analytics-b": ["analytics"],
      "api-a": ["api"],
      "api-b": ["api", "--port", String(this.#secondApiPort)],
    };
    const { folder, configFile } = this.installation;
    const child = new Child(room, [...args[room], "--config", configFile], { logFolder: join(folder, "logs") });
    this.#running.set(room, child);
    await child.ready().catch((cause: unknown) => {
      throw new Error(`${room} did not start; its log ends with\n${this.installation.log(room).slice(-2000)}`, {
        cause,
      });
    });
  }

  async startAll(): Promise<void> {
    await Promise.all(ROOMS.map((room) => this.start(room)));
  }

  /** Ends a room as a power cut would. */
  async kill(room: Room): Promise<void> {
    await this.#running.get(room)?.kill();
  }

  /** Ends all rooms in order. */
  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#running.values(), (child) => child.stop()));
  }

  /** Ports of the installation as its second API has them. */
  get secondApi(): Pick<Installation, "ports"> {
    return { ports: { ...this.installation.ports, api: this.#secondApiPort } };
  }

  /** The API of one of the two. */
  async signIn(login: Login, api: "api-a" | "api-b" = "api-a"): Promise<ApiClient> {
    const port = api === "api-a" ? this.installation.ports.api : this.#secondApiPort;
    const client = new ApiClient(`http://127.0.0.1:${port}`);
    await eventually(`signing in at ${api}`, async () => {
      await client.signIn(login, PASSWORD);
      return true;
    });
    return client;
  }

  async close(): Promise<void> {
    await this.stopAll();
    await this.installation.close();
    await this.mosquitto.close();
  }
}
