import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { asPortError, type Clock } from "@nightflow/domain";
import type { Logger } from "pino";
import { isActive } from "./faults/fault.ts";
import type { FaultBook } from "./faults/fault-book.ts";

/** The listening control port. */
export interface ControlServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * A small HTTP port for whoever plays the field crew: `GET /health`, `GET /faults`, and `POST /faults/{id}/repair`,
 * which ends a fault now. For the loopback interface only: it knows no users.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function startControlServer(options: {
  readonly faults: FaultBook;
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
}): Promise<ControlServer> {
  const server = createServer((request, response) => {
    request.resume();
    send(response, answerTo(request, options));
  });
  server.listen(options.port, options.host);
  await once(server, "listening").catch((error: unknown) => {
    throw asPortError(error, "simulators' control port", options.host, options.port);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host}:${port}`,
    close: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerTo(
  request: IncomingMessage,
  { faults, clock, logger }: { faults: FaultBook; clock: Clock; logger: Logger },
): Answer {
  const path = request.url ?? "/";
  const now = clock.now();
  if (request.method === "GET" && path === "/health") return { status: 200, body: { status: "ok", now } };
  if (request.method === "GET" && path === "/faults")
    return { status: 200, body: faults.list().map((fault) => ({ ...fault, active: isActive(fault, now) })) };
  const id = /^\/faults\/([\w.:-]+)\/repair$/.exec(path)?.[1];
  if (request.method !== "POST" || id === undefined) return unknown("no such page");
  const fault = faults.repair(id, now);
  if (fault === undefined) return unknown(`no fault ${id}`);
  logger.info({ fault: id, endMs: fault.endMs }, "fault repaired");
  return { status: 200, body: { ...fault, active: isActive(fault, now) } };
}

function unknown(message: string): Answer {
  return { status: 404, body: { code: "NOT_FOUND", message, remedy: "GET /faults lists the faults" } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}
