import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { MqttAccess } from "./config.ts";
import { MqttAwayError } from "./errors.ts";

const PORTS: Readonly<Record<string, number>> = { "mqtt:": 1883, "mqtts:": 8883 };

/** A socket to the broker, through TLS where its address says so. @throws {MqttAwayError} when none comes up in time. */
export async function dial(access: MqttAccess): Promise<Socket> {
  const { url, connectTimeoutMs } = access.config;
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, "");
  const at = { host, port: port === "" ? (PORTS[protocol] ?? 1883) : Number(port) };
  const socket = protocol === "mqtts:" ? dialTls(at, access) : connect(at);
  try {
    const signal = AbortSignal.timeout(connectTimeoutMs);
    await once(socket, protocol === "mqtts:" ? "secureConnect" : "connect", { signal });
    return socket.setNoDelay(true);
  } catch (cause) {
    // An error of the socket after this is of no interest, and would end the process if nobody listened.
    socket.on("error", () => undefined).destroy();
    throw new MqttAwayError(`no connection to ${url}: ${wordsOf(cause)}`, { cause });
  }
}

function dialTls(at: { readonly host: string; readonly port: number }, access: MqttAccess): TLSSocket {
  const { caPem, certPem, keyPem } = access;
  return connectTls({
    ...at,
    minVersion: "TLSv1.2",
    ...(/^[\d.:]+$/.test(at.host) ? {} : { servername: at.host }),
    ...(caPem !== undefined && { ca: caPem }),
    ...(certPem !== undefined && { cert: certPem }),
    ...(keyPem !== undefined && { key: keyPem }),
  });
}

function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return cause.name === "AbortError" ? "no answer in time" : cause.message;
}
