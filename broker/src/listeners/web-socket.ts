import { createServer as createHttpServer, type IncomingMessage, STATUS_CODES } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { ClientNameRules } from "../config-listeners.ts";
import type { Arrival, Listener, ListenerOptions } from "./arrival.ts";
import { bind, SOCKET_OPTIONS } from "./bind.ts";
import { shownCertificateOf } from "./peer-certificate.ts";
import { handshakeOptions, noteFailedHandshake } from "./tls.ts";
import type { TlsReload } from "./tls-reload.ts";

/** What a WebSocket listener needs beside. */
export interface WebSocketListenerOptions extends ListenerOptions {
  readonly path: string;
  /** Pages that may connect; `*` is any. A client that is no page sends no origin and is not asked. */
  readonly allowedOrigins: readonly string[];
  /** The largest message; MQTT packets may lie in it in any way. */
  readonly maxMessageBytes: number;
  /** With it the listener serves `wss`, else `ws`. */
  readonly reload?: TlsReload | undefined;
  readonly needsCertificate: boolean;
  readonly clientNames: ClientNameRules;
}

const SUBPROTOCOL = "mqtt";
const UNSUPPORTED_DATA = 1003;

/**
 * Listens for MQTT over WebSocket.
 *
 * @see MQTT 3.1.1, section 6: binary messages, subprotocol `mqtt`, packets across or within messages
 * @throws {PortBusyError} when the port is taken.
 */
export async function listenWebSocket(options: WebSocketListenerOptions): Promise<Listener> {
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: options.maxMessageBytes,
    handleProtocols: () => SUBPROTOCOL,
  });
  const server = makeServer(options);
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const fault = faultOf(request, options);
    if (fault !== undefined) turnAway(request, socket, fault, options);
    else sockets.handleUpgrade(request, socket, head, (client) => welcome(client, request, options));
  });
  const listener = await bind(server, "the MQTT broker over WebSocket", options);
  if (options.reload !== undefined && "setSecureContext" in server) options.reload.follow(server);
  return listener;
}

function makeServer(options: WebSocketListenerOptions) {
  const { reload, handshakeTimeoutMs } = options;
  const limits = { ...SOCKET_OPTIONS, headersTimeout: handshakeTimeoutMs, requestTimeout: handshakeTimeoutMs };
  const onRequest: Parameters<typeof createHttpServer>[1] = (_request, response) =>
    response.writeHead(426, { connection: "close", upgrade: "websocket" }).end();
  if (reload === undefined) return createHttpServer(limits, onRequest);
  const secure = { ...limits, ...handshakeOptions(reload), handshakeTimeout: handshakeTimeoutMs };
  const server = createHttpsServer(secure, onRequest);
  server.on("tlsClientError", (error, socket) => noteFailedHandshake(options, error, socket));
  return server;
}

interface UpgradeFault {
  readonly status: 400 | 403 | 404;
  readonly reason: "not-a-websocket" | "origin-not-allowed";
}

function faultOf(request: IncomingMessage, options: WebSocketListenerOptions): UpgradeFault | undefined {
  const { origin, "sec-websocket-protocol": protocols = "" } = request.headers;
  const [path] = (request.url ?? "").split("?");
  if (path !== options.path) return { status: 404, reason: "not-a-websocket" };
  const offered = protocols.split(",").map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL)) return { status: 400, reason: "not-a-websocket" };
  const isAllowed = origin === undefined || ["*", origin].some((one) => options.allowedOrigins.includes(one));
  return isAllowed ? undefined : { status: 403, reason: "origin-not-allowed" };
}

function turnAway(request: IncomingMessage, socket: Duplex, fault: UpgradeFault, options: ListenerOptions): void {
  const { origin } = request.headers;
  const remoteAddress = request.socket.remoteAddress ?? null;
  options.onRefusal({ what: "connect", reason: fault.reason, remoteAddress, detail: origin?.slice(0, 200) ?? null });
  socket.end(
    `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}

function welcome(client: WebSocket, request: IncomingMessage, options: WebSocketListenerOptions): void {
  // [MQTT-6.0.0-1]: text is no MQTT.
  client.on("message", (_data, isBinary) => {
    if (!isBinary) client.close(UNSUPPORTED_DATA);
  });
  options.onArrival(streamOf(client), arrivalOf(request, options));
}

function arrivalOf(
  { socket }: IncomingMessage,
  { needsCertificate, clientNames }: Pick<WebSocketListenerOptions, "needsCertificate" | "clientNames">,
): Arrival {
  const remoteAddress = socket.remoteAddress ?? null;
  if (!(socket instanceof TLSSocket)) return { transport: "websocket", remoteAddress };
  const shown = shownCertificateOf(socket, clientNames);
  return { transport: "secure-websocket", remoteAddress, shown, needsCertificate };
}

// A packet is written in pieces; corked pieces become one message instead of one each.
function streamOf(client: WebSocket): Duplex {
  return createWebSocketStream(client, {
    writev: (pieces, done) => client.send(Buffer.concat(pieces.map(({ chunk }) => chunk)), done),
  });
}
