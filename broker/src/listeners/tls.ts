import { createServer, type TLSSocket } from "node:tls";
import type { ClientNameRules } from "../config-listeners.ts";
import type { Listener, ListenerOptions } from "./arrival.ts";
import { bind, SOCKET_OPTIONS } from "./bind.ts";
import { shownCertificateOf } from "./peer-certificate.ts";
import type { TlsReload } from "./tls-reload.ts";

/** What a TLS listener needs beside. */
export interface TlsListenerOptions extends ListenerOptions {
  readonly reload: TlsReload;
  readonly needsCertificate: boolean;
  readonly clientNames: ClientNameRules;
}

/**
 * Listens for MQTT over TLS 1.2 or later. Clients are asked for a certificate; a bad one is judged at CONNECT, so that
 * its owner is told by CONNACK and the operator by name.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function listenTls(options: TlsListenerOptions): Promise<Listener> {
  const { reload, handshakeTimeoutMs: handshakeTimeout, needsCertificate, clientNames } = options;
  const server = createServer({ ...handshakeOptions(reload), handshakeTimeout }, (socket) =>
    options.onArrival(socket, {
      transport: "tls",
      remoteAddress: socket.remoteAddress ?? null,
      shown: shownCertificateOf(socket, clientNames),
      needsCertificate,
    }),
  );
  server.on("tlsClientError", (error, socket) => noteFailedHandshake(options, error, socket));
  const listener = await bind(server, "the MQTT broker with TLS", options);
  reload.follow(server);
  return listener;
}

/** What a server that asks for client certificates is made with. */
export function handshakeOptions(reload: TlsReload) {
  return { ...SOCKET_OPTIONS, ...reload.options, requestCert: true, rejectUnauthorized: false };
}

const TOO_OLD = new Set(["ERR_SSL_UNSUPPORTED_PROTOCOL", "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION"]);

/** Reports a handshake that failed; a peer that just went away is not worth a line. */
export function noteFailedHandshake(options: ListenerOptions, error: Error, socket: TLSSocket): void {
  const { code = "" } = error as NodeJS.ErrnoException;
  socket.destroy();
  if (code === "ECONNRESET" || code === "EPIPE") return;
  options.onRefusal({
    what: "connect",
    reason: TOO_OLD.has(code) ? "tls-too-old" : "tls-handshake",
    remoteAddress: socket.remoteAddress ?? null,
    detail: code || error.message,
  });
}
