import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { asPortError } from "@nightflow/domain";

/** A listening TCP server of meters. */
export interface Listening {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Hands each connection to `serve` until closed. Port 0 takes a free one.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function listenTcp(
  what: string,
  at: { readonly host: string; readonly port: number },
  serve: (socket: Socket) => void,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    serve(socket);
  });
  server.listen(at.port, at.host);
  await once(server, "listening").catch((error: unknown) => {
    throw asPortError(error, what, at.host, at.port);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
