import type { Duplex } from "node:stream";
import type { RefusalNote } from "../refusals.ts";
import type { ShownCertificate } from "./peer-certificate.ts";

/** How a connection came in. */
export type Transport = "tcp" | "tls" | "websocket" | "secure-websocket";

/** What is known of a connection before it says CONNECT. */
export interface Arrival {
  readonly transport: Transport;
  readonly remoteAddress: string | null;
  /** The certificate that it has shown; undefined when it has shown none. */
  readonly shown?: ShownCertificate | undefined;
  /** Whether nobody comes in here without a certificate. */
  readonly needsCertificate?: boolean;
}

/** What every listener is started with. */
export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  /** A connection that has not finished its TLS or HTTP part by then is closed. */
  readonly handshakeTimeoutMs: number;
  onArrival(connection: Duplex, arrival: Arrival): void;
  onRefusal(note: RefusalNote): void;
}

/** A place where clients come in. */
export interface Listener {
  readonly port: number;
  /** Takes no more connections. */
  stop(): void;
  /** Ends the connections that are left; resolves when all are gone. */
  end(): Promise<void>;
}
