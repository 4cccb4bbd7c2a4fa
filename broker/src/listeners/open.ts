import { ConfigError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { BrokerConfig } from "../config.ts";
import type { TlsConfig, WebSocketConfig } from "../config-listeners.ts";
import type { Listener, ListenerOptions } from "./arrival.ts";
import { listenTcp } from "./tcp.ts";
import { listenTls } from "./tls.ts";
import { type ListenerAuthority, tlsSourceOf } from "./tls-material.ts";
import { reloadTls, type TlsReload } from "./tls-reload.ts";

/** What the listeners of a broker are opened with. */
export interface OpenOptions extends Pick<ListenerOptions, "onArrival" | "onRefusal"> {
  readonly config: BrokerConfig;
  readonly authority: ListenerAuthority | undefined;
  readonly logger: Logger;
}

/** The listeners of a broker. */
export interface Listeners {
  readonly tcp: Listener;
  readonly tls: Listener | undefined;
  readonly webSocket: Listener | undefined;
  /** When the certificate in use expires, epoch ms; null without TLS. */
  certificateExpiresAt(): number | null;
  stop(): void;
  end(): Promise<void>;
}

/**
 * Opens every listener of the configuration, or none.
 *
 * @throws {PortBusyError} when a port is taken.
 * @throws {ConfigError} when a certificate or key cannot be used.
 */
export async function openListeners(options: OpenOptions): Promise<Listeners> {
  const { config, authority, logger } = options;
  const reloads = await openReloads(config, authority, logger);
  const open: Listener[] = [];
  const add = async <L extends Listener | undefined>(listener: Promise<L>): Promise<L> => {
    const opened = await listener;
    if (opened !== undefined) open.push(opened);
    return opened;
  };
  const stop = () => {
    for (const reload of reloads) reload.stop();
    for (const listener of open) listener.stop();
  };
  const end = async () => void (await Promise.all(open.map((listener) => listener.end())));
  try {
    const tcp = await add(listenTcp(listenerOptions(options, config)));
    const tls = await add(openTls(options, reloads[0]));
    const webSocket = await add(openWebSocket(options, reloads[1]));
    return { tcp, tls, webSocket, certificateExpiresAt: () => reloads[0]?.expiresAt() ?? null, stop, end };
  } catch (error) {
    stop();
    await end();
    throw error;
  }
}

// Each secure listener follows the files on its own.
async function openReloads(config: BrokerConfig, authority: ListenerAuthority | undefined, logger: Logger) {
  const { tls, webSocket, host } = config;
  if (tls === undefined) return [];
  if (tls.certFile === undefined && authority === undefined)
    throw new ConfigError("broker.tls", ["certFile: there is neither a certificate nor an authority that makes one"]);
  const source = tlsSourceOf(tls, tls.host ?? host, authority);
  const reloads: TlsReload[] = [await reloadTls(source, tls.reloadMs, logger)];
  if (webSocket?.secure) reloads.push(await reloadTls(source, tls.reloadMs, logger));
  return reloads;
}

async function openTls(options: OpenOptions, reload: TlsReload | undefined): Promise<Listener | undefined> {
  const { tls } = options.config;
  if (tls === undefined || reload === undefined) return undefined;
  return await listenTls({ ...listenerOptions(options, tls), reload, ...clientRules(tls) });
}

async function openWebSocket(options: OpenOptions, reload: TlsReload | undefined): Promise<Listener | undefined> {
  const { webSocket, tls, limits } = options.config;
  if (webSocket === undefined) return undefined;
  // HTTP and WebSocket cost memory and a tenth of a second to load; most installations have neither.
  const { listenWebSocket } = await import("./web-socket.ts");
  return await listenWebSocket({
    ...listenerOptions(options, webSocket),
    path: webSocket.path,
    allowedOrigins: webSocket.allowedOrigins,
    maxMessageBytes: limits.maxPacketBytes + 64 * 1024,
    ...(tls !== undefined && webSocket.secure ? clientRules(tls) : NO_CLIENT_CERTIFICATES),
    reload,
  });
}

const NO_CLIENT_CERTIFICATES: ReturnType<typeof clientRules> = {
  needsCertificate: false,
  clientNames: { agentFrom: "cn", sites: [] },
};

function clientRules({ requireClientCert: needsCertificate, clientNames }: TlsConfig) {
  return { needsCertificate, clientNames };
}

function listenerOptions(
  { config, onArrival, onRefusal }: OpenOptions,
  { host = config.host, port }: { host?: string | undefined; port: number } | TlsConfig | WebSocketConfig,
): ListenerOptions {
  const { maxConnections, connectTimeoutMs: handshakeTimeoutMs } = config.limits;
  return { host, port, maxConnections, handshakeTimeoutMs, onArrival, onRefusal };
}
