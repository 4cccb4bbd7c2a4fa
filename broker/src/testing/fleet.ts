import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { agentTopics } from "@nightflow/domain";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import pino from "pino";
import type { z } from "zod";
import type { Authenticate } from "../authenticate.ts";
import { startBroker } from "../broker.ts";
import { BrokerConfig } from "../config.ts";
import type { BrokerRole } from "../config-identities.ts";
import type { Identity } from "../rights.ts";
import type { BrokerDeps, RunningBroker } from "../running-broker.ts";

const ROLES: Readonly<Record<string, BrokerRole>> = { ingest: "ingest", api: "api", monitor: "monitor" };

/** Everybody's password is `right`; whoever is not named after a role is an agent of site `town`. */
export const anybodyWithTheRightPassword: Authenticate = async ({ username, password }) => {
  if (Buffer.from(password).toString() !== "right") return undefined;
  const role = ROLES[username];
  const identity: Identity = role ? { name: username, role } : { name: username, role: "agent", site: "town" };
  return identity;
};

/** A broker on a free port; `more` is further configuration. */
export function startTestBroker(
  deps: Omit<Partial<BrokerDeps>, "config"> = {},
  limits: Partial<BrokerConfig["limits"]> = {},
  more: z.input<typeof BrokerConfig> = {},
): Promise<RunningBroker> {
  const config = BrokerConfig.parse({ port: 0, limits, ...more });
  return startBroker({ authenticate: anybodyWithTheRightPassword, logger: pino({ level: "silent" }), ...deps, config });
}

/** The topics of an agent of site `town`. */
export const topicsOf = (agent: string) => agentTopics("town", agent);

/** A connected client with the right password; rejects when it is refused. What it hears is appended to `heard`. */
export function connect(
  { host, port }: RunningBroker,
  username: string,
  options: IClientOptions = {},
  heard: string[] = [],
): Promise<MqttClient> {
  return connected({ host, port, username, password: "right", ...options }, heard);
}

/** A connected client, however it comes in; rejects when it is refused. */
export async function connected(options: IClientOptions, heard: string[] = []): Promise<MqttClient> {
  const client = mqtt.connect({ reconnectPeriod: 0, ...options });
  client.on("message", (_topic, payload) => heard.push(payload.toString()));
  await new Promise<void>((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("error", (error) => {
      client.end(true);
      reject(error);
    });
    client.once("close", () => reject(new Error("closed before CONNACK")));
  });
  client.on("error", () => {});
  return client;
}

/** The next message that a client receives. */
export function nextMessage(client: MqttClient): Promise<{ topic: string; text: string; retain: boolean }> {
  return new Promise((resolve) => {
    client.once("message", (topic, payload, { retain }) => resolve({ topic, text: payload.toString(), retain }));
  });
}

/** When a client's connection has ended. */
export function closeOf(client: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    client.once("close", () => resolve());
  });
}

/** A socket that speaks MQTT by hand. */
export async function openSocket(broker: RunningBroker): Promise<Socket> {
  const socket = createConnection({ host: broker.host, port: broker.port });
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}
