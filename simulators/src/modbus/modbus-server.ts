import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { asPortError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Gateway } from "./gateway.ts";
import { MbapParser, type ModbusRequest } from "./mbap.ts";

/** A listening Modbus TCP gateway. */
export interface ModbusServer {
  readonly port: number;
  close(): Promise<void>;
}

// A client that asks faster than it is answered waits; it cannot fill this process.
const MAX_QUEUED_REQUESTS = 64;

/**
 * Serves a gateway over Modbus TCP: requests of one connection are answered in the order they came, a silent unit's
 * not at all. Port 0 takes a free one.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function startModbusServer(
  gateway: Gateway,
  options: { readonly host: string; readonly port: number; readonly responseDelayMs: number; readonly logger: Logger },
): Promise<ModbusServer> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", (error) => options.logger.debug({ bus: gateway.busId, error: error.message }, "client dropped"));
    serveConnection(socket, gateway, options.responseDelayMs);
  });
  server.listen(options.port, options.host);
  await once(server, "listening").catch((error: unknown) => {
    throw asPortError(error, `Modbus gateway ${gateway.busId}`, options.host, options.port);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function serveConnection(socket: Socket, gateway: Gateway, responseDelayMs: number): void {
  const parser = new MbapParser();
  const queue: ModbusRequest[] = [];
  let isServing = false;

  const serve = async () => {
    if (isServing) return;
    isServing = true;
    for (let request = queue.shift(); request !== undefined && !socket.destroyed; request = queue.shift()) {
      if (responseDelayMs > 0) await delay(responseDelayMs);
      const frame = gateway.answer(request);
      if (frame !== undefined && socket.writable) socket.write(frame);
      if (queue.length < MAX_QUEUED_REQUESTS) socket.resume();
    }
    isServing = false;
  };

  socket.on("data", (chunk) => {
    const requests = parser.push(chunk);
    if (requests === undefined) return socket.destroy();
    queue.push(...requests);
    if (queue.length >= MAX_QUEUED_REQUESTS) socket.pause();
    void serve();
  });
}
