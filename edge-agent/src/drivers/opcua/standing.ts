import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { OpcUaOwnCertificate, OpcUaServerStanding, OpcUaStanding } from "@nightflow/domain";
import { ownStandingOf, pairOf } from "./security/own-certificate.ts";
import { TrustList, trustFolder } from "./security/trust-list.ts";

/** How an agent's OPC UA servers and certificates stand; undefined where it has none of either. */
export function opcUaStanding(dataDir: string, servers: readonly OpcUaServerStanding[]): OpcUaStanding | undefined {
  const certificates = new TrustList(trustFolder(dataDir)).list().slice(0, 100);
  if (servers.length === 0 && certificates.length === 0) return undefined;
  return { own: ownOf(dataDir), certificates, servers: servers.slice(0, 100) };
}

/** The agent's own certificate; null before it was made. */
export function ownOf(dataDir: string): OpcUaOwnCertificate | null {
  const own = readPair(dataDir, "");
  return own === undefined ? null : ownStandingOf(own, readPair(dataDir, "next-"));
}

function readPair(dataDir: string, prefix: string) {
  try {
    return pairOf(readFileSync(join(dataDir, "opcua", "own", `${prefix}key.pem`), "utf8"));
  } catch {
    return undefined;
  }
}
