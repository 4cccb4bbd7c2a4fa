import { getEventListeners, once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { generate, type Packet, parser } from "mqtt-packet";
import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { IngestConfig } from "../config.ts";
import { testBench } from "../testing/test-bench.ts";
import { MqttConfig } from "./config.ts";
import { type ConnectedIngest, connectIngest } from "./connect-ingest.ts";

const V5 = { protocolVersion: 5 };

/** A broker that grants everything; whoever has subscribed is `subscribed`, with its socket. */
class GrantingBroker {
  readonly server: Server = createServer((socket) => this.#serve(socket));
  readonly sockets: Socket[] = [];
  readonly #waiting: ((socket: Socket) => void)[] = [];

  subscribed(): Promise<Socket> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #serve(socket: Socket): void {
    this.sockets.push(socket);
    const reader = parser(V5);
    reader.on("packet", (packet: Packet) => {
      if (packet.cmd === "connect")
        socket.write(generate({ cmd: "connack", reasonCode: 0, sessionPresent: false }, V5));
      if (packet.cmd !== "subscribe") return;
      const granted = packet.subscriptions.map(() => 1);
      socket.write(generate({ cmd: "suback", messageId: packet.messageId ?? 0, granted }, V5), () => {
        for (const resolve of this.#waiting.splice(0)) resolve(socket);
      });
    });
    socket.on("data", (bytes) => void reader.parse(bytes));
    socket.on("error", () => undefined);
  }
}

let broker: GrantingBroker;
let connected: ConnectedIngest | undefined;
beforeEach(async () => {
  broker = new GrantingBroker();
  broker.server.listen(0, "127.0.0.1");
  await once(broker.server, "listening");
});
afterEach(async () => {
  await connected?.close();
  connected = undefined;
  vi.restoreAllMocks();
  for (const socket of broker.sockets) socket.destroy();
  broker.server.close();
});

async function connect(): Promise<ConnectedIngest> {
  const { store, registry, clock } = await testBench();
  const { port } = broker.server.address() as AddressInfo;
  const config = MqttConfig.parse({ url: `mqtt://127.0.0.1:${port}` });
  const parts = { store: store as never, registry, clock, config: IngestConfig.parse({}) };
  return await connectIngest({ ...parts, mqtt: { config }, logger: pino({ level: "silent" }) });
}

it("an ingest that loses its broker again and again waits on its own end once, not once for each connection", async () => {
  const waitedOn = vi.spyOn(AbortSignal.prototype, "addEventListener");
  let subscribed = broker.subscribed();
  connected = await connect();
  for (let loss = 0; loss < 3; loss++) {
    const socket = await subscribed;
    subscribed = broker.subscribed();
    socket.destroy();
  }
  await subscribed;
  const most = Math.max(
    0,
    ...waitedOn.mock.contexts.map((signal) => getEventListeners(signal as AbortSignal, "abort").length),
  );
  expect(most).toBeLessThanOrEqual(1);
}, 20_000);

it("an ingest that is closed leaves its broker, which has said nothing more", async () => {
  const subscribed = broker.subscribed();
  connected = await connect();
  const socket = await subscribed;
  const gone = once(socket, "close");
  await connected.close();
  connected = undefined;
  await gone;
});
