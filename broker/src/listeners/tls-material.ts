import { readFile, stat } from "node:fs/promises";
import type { TlsConfig } from "../config-listeners.ts";

/** What a TLS server shows and trusts, as PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** The authorities whose client certificates are looked at. */
  readonly ca: readonly string[];
}

/** Where the material comes from. */
export interface TlsSource {
  load(): Promise<TlsMaterial>;
  /** Changes whenever `load` would give something else. */
  stamp(): Promise<string>;
}

/** The platform's own authority, as far as a listener needs it. */
export interface ListenerAuthority {
  readonly rootPem: string;
  /** Whether it has signed a certificate (DER) itself. */
  isOwn(der: Uint8Array): boolean;
  /** The listener's own certificate, made at the first call and again in time before it expires. */
  serverCertificate(names: readonly string[]): Promise<{ readonly cert: string; readonly key: string }>;
}

/** The material of a configuration: its files, or what the authority makes where no certificate file is named. */
export function tlsSourceOf(config: TlsConfig, host: string, authority: ListenerAuthority | undefined): TlsSource {
  const { certFile, keyFile, caFile } = config;
  const files = [certFile, keyFile, caFile].filter((file) => file !== undefined);
  const own = async () => await authority?.serverCertificate([host, ...config.serverNames]);
  return {
    async load() {
      const made = certFile === undefined ? await own() : undefined;
      const cert = made?.cert ?? (await readFile(certFile ?? "", "utf8"));
      const key = made?.key ?? (await readFile(keyFile ?? "", "utf8"));
      const others = caFile === undefined ? [] : [await readFile(caFile, "utf8")];
      return { cert, key, ca: authority === undefined ? others : [authority.rootPem, ...others] };
    },
    async stamp() {
      const made = certFile === undefined ? await own() : undefined;
      return [made?.cert ?? "", ...(await Promise.all(files.map(stampOf)))].join("|");
    },
  };
}

async function stampOf(file: string): Promise<string> {
  const { mtimeMs, size, ino } = await stat(file);
  return `${mtimeMs}/${size}/${ino}`;
}
