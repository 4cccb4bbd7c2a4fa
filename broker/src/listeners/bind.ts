import type { Server, Socket } from "node:net";
import { asPortError } from "@nightflow/domain";
import type { Listener, ListenerOptions } from "./arrival.ts";

const TCP_KEEPALIVE_MS = 60_000;

/** Options of every server socket: a PUBACK waits for no other bytes, and a peer that vanished is noticed. */
export const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: TCP_KEEPALIVE_MS } as const;

/**
 * Listens with a server and follows its raw sockets, so that also those that are still shaking hands can be ended.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function bind(server: Server, what: string, options: ListenerOptions): Promise<Listener> {
  const { host, port, maxConnections } = options;
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.maxConnections = maxConnections;
  server.on("drop", (data) =>
    options.onRefusal({ what: "connect", reason: "too-many-connections", remoteAddress: data?.remoteAddress ?? null }),
  );
  await listen(server, host, port).catch((error: unknown) => {
    throw asPortError(error, what, host, port);
  });
  return listenerOf(server, sockets);
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function listenerOf(server: Server, sockets: ReadonlySet<Socket>): Listener {
  const address = server.address();
  const closed = new Promise<void>((resolve) => server.once("close", resolve));
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    stop: () => void server.close(),
    async end() {
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
