import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { connect as tlsConnect } from "node:tls";
import { agentTopics } from "@nightflow/domain";
import { generate, type Packet } from "mqtt-packet";

const KEEPALIVE_S = 60;
const PINGREQ = generate({ cmd: "pingreq" } as Packet);

/** Where agents connect to. */
export interface Place {
  readonly port: number;
  readonly transport: string;
}

/** Connects one agent as ours connect: clean session, its own topics, and a ping at every keep-alive. */
export async function connectAgent(no: number, { port, transport }: Place): Promise<Socket> {
  const options = { host: "127.0.0.1", port };
  const socket =
    transport === "tls" ? tlsConnect({ ...options, rejectUnauthorized: false }) : createConnection(options);
  socket.on("error", (error) => process.stderr.write(`agent ${no}: ${error.message}\n`));
  await once(socket, transport === "tls" ? "secureConnect" : "connect");
  socket.write(connectPacket(`a${no}`));
  await once(socket, "data");
  socket.write(subscribePacket(`a${no}`));
  await once(socket, "data");
  const timer = setInterval(() => socket.write(PINGREQ), KEEPALIVE_S * 1000);
  socket.once("close", () => clearInterval(timer));
  return socket.resume();
}

function connectPacket(name: string): Buffer {
  const will = {
    topic: agentTopics("bench", name).status,
    payload: Buffer.from("offline"),
    qos: 1 as const,
    retain: true,
  };
  return generate({
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: 4,
    clean: true,
    clientId: name,
    username: name,
    password: Buffer.from("secret"),
    keepalive: KEEPALIVE_S,
    will,
  });
}

function subscribePacket(name: string): Buffer {
  const { ack, config, commands } = agentTopics("bench", name);
  const subscriptions = [ack, config, commands].map((topic) => ({ topic, qos: 1 as const }));
  return generate({ cmd: "subscribe", messageId: 1, subscriptions });
}
