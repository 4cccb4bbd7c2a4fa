import { constants, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import { ConfigError, describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { TlsSource } from "./tls-material.ts";

/** A server whose certificate can be changed while it serves. */
export interface SecureServer {
  setSecureContext(options: SecureContextOptions): void;
}

/** Keeps a server's certificate as new as its source. */
export interface TlsReload {
  /** What the server is started with. */
  readonly options: SecureContextOptions;
  /** When the certificate in use expires, epoch ms. */
  expiresAt(): number;
  /** Gives `server` every new certificate from now on; connections that are open keep theirs. */
  follow(server: SecureServer): void;
  stop(): void;
}

/**
 * Loads TLS material, and again whenever its source has changed.
 *
 * What cannot be used, a certificate without its key or half a file, is logged once; the last good one stays in use.
 *
 * @throws {ConfigError} when there is nothing usable at the start.
 */
export async function reloadTls(source: TlsSource, everyMs: number, logger: Logger): Promise<TlsReload> {
  let stamp = "";
  const first = await loadOptions(source).catch((error: unknown) => {
    throw new ConfigError("broker.tls", [describeError(error)], { cause: error });
  });
  stamp = await source.stamp();
  let current = first;
  let timer: NodeJS.Timeout | undefined;
  const look = async (server: SecureServer) => {
    const now = await source.stamp();
    if (now === stamp) return;
    stamp = now;
    current = await loadOptions(source);
    server.setSecureContext(current.options);
    logger.info({ expiresAt: new Date(current.expiresAt).toISOString() }, "the listener's certificate has changed");
  };
  return {
    options: first.options,
    expiresAt: () => current.expiresAt,
    follow(server) {
      const again = () =>
        void look(server)
          .catch((error: unknown) =>
            logger.error({ reason: describeError(error) }, "the new certificate cannot be used; the old one stays"),
          )
          .finally(() => timer?.refresh());
      timer = setTimeout(again, everyMs).unref();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

async function loadOptions(source: TlsSource) {
  const { cert, key, ca } = await source.load();
  const options: SecureContextOptions = {
    cert,
    key,
    ca: [...ca],
    minVersion: "TLSv1.2",
    // Without resumption every connection shows its certificate anew, so that none outlives its expiry by a ticket.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
  createSecureContext(options);
  return { options, expiresAt: Date.parse(new X509Certificate(cert).validTo) };
}
