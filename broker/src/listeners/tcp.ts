import { createServer } from "node:net";
import type { Listener, ListenerOptions } from "./arrival.ts";
import { bind, SOCKET_OPTIONS } from "./bind.ts";

/** Listens for MQTT on plain TCP. @throws {PortBusyError} when the port is taken. */
export function listenTcp(options: ListenerOptions): Promise<Listener> {
  const server = createServer(SOCKET_OPTIONS, (socket) =>
    options.onArrival(socket, { transport: "tcp", remoteAddress: socket.remoteAddress ?? null }),
  );
  return bind(server, "the MQTT broker", options);
}
