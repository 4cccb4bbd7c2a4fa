import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import type { EdgeAgentConfig } from "./config.ts";
import type { EnrolmentClientConfig } from "./enrolment/config.ts";
import { AgentEnrolment } from "./enrolment/enrolment.ts";
import { folderIdentityStore, identityFolder, joinedPlatform } from "./enrolment/identity-store.ts";
import { httpPlatform } from "./enrolment/platform.ts";
import type { TlsMaterial } from "./publisher/mqtt-uplink.ts";

/** What an agent gets its certificate with. */
export interface IdentityDeps {
  readonly config: EdgeAgentConfig;
  readonly joinToken?: string;
  readonly logger: Logger;
}

/**
 * What gets the agent its certificate and renews it, as the configuration says or as it was joined by hand; undefined
 * where it shows a password or a certificate that it was given.
 */
export function enrolmentOf(deps: IdentityDeps, onIdentity: () => void): AgentEnrolment | undefined {
  const { config, logger, joinToken } = deps;
  const { site, agent, dataDir } = config;
  const enrolment = config.enrolment ?? joinedByHand(config);
  if (enrolment === undefined) return undefined;
  const store = folderIdentityStore(identityFolder(dataDir));
  const token = () => joinToken ?? readIfThere(enrolment.tokenFile);
  return new AgentEnrolment({ site, agent, store, platform: httpPlatform(enrolment), token, onIdentity, logger });
}

type PlatformPlace = Pick<EnrolmentClientConfig, "url" | "caFile" | "caFingerprint" | "tokenFile">;

/** Where it was joined by hand; a certificate that the configuration names goes before that. */
function joinedByHand({ mqtt, dataDir }: EdgeAgentConfig): PlatformPlace | undefined {
  if (mqtt.certFile !== undefined || !mqtt.url.startsWith("mqtts:")) return undefined;
  return joinedPlatform(identityFolder(dataDir));
}

/** What the agent's connection trusts and shows now. */
export function tlsMaterialOf(mqtt: EdgeAgentConfig["mqtt"], enrolment: AgentEnrolment | undefined): TlsMaterial {
  const ca = textOf(mqtt.caFile);
  if (enrolment === undefined) return { ca, cert: textOf(mqtt.certFile), key: textOf(mqtt.keyFile) };
  const own = enrolment.credentials();
  return { ...own, ca: ca ?? own.ca };
}

/** The text of a file; undefined without a path. */
export function textOf(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readFileSync(path, "utf8").trim();
}

function readIfThere(path: string | undefined): string | undefined {
  try {
    return textOf(path);
  } catch {
    return undefined;
  }
}
