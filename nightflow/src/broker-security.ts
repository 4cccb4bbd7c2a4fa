import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type BrokerDeps,
  createAuthority,
  openAgentRoll,
  openRevocationList,
  openTrustedRoot,
  type TlsConfig,
} from "@nightflow/broker";
import type { EnrolmentDesk } from "@nightflow/crm-api";
import type { Database } from "@nightflow/storage";
import type { Logger } from "pino";
import { ensureSecret } from "./config/secrets.ts";
import { followEnrolment } from "./enrolment-feed.ts";
import { TOKEN_SECRET } from "./identity.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** What the broker trusts, kept in the data folder. */
export interface BrokerSecurity {
  readonly deps: Pick<BrokerDeps, "authority" | "admission" | "tokenSecret">;
  close(): Promise<void>;
}

/** File of `pki` with every revocation; in no backup, and kept where a restore replaces the rest. */
export const REVOCATIONS = "revoked.jsonl";

/** Folder of the platform's own authority and of the broker's roll of agents. */
export function pkiFolder(dataDir: string): string {
  return join(dataDir, "pki");
}

/**
 * Opens what the broker trusts: the secret that signs tokens, the roll of agents, which follows the database, and, where
 * it has TLS, the platform's own authority (`<dataDir>/pki`). Without TLS no authority is made or loaded.
 *
 * @throws {AuthorityError} when half of the authority's root is missing.
 * @throws {JournalError} when the roll or the list of revocations is damaged.
 */
export async function openBrokerSecurity(
  { config, dataDir }: Pick<ThreadSettings, "config" | "dataDir">,
  db: Database | undefined,
  logger: Logger,
): Promise<BrokerSecurity> {
  const tokenSecret = ensureSecret(dataDir, `mqtt-${TOKEN_SECRET}`);
  const folder = pkiFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await listenerAuthority(config.broker.tls, folder);
  const { unknownAgents: policy, maxHeld } = config.enrolment;
  const roll = await openAgentRoll({ path: join(folder, "roll.jsonl"), policy, authority, logger });
  const revocations = await openRevocationList(join(folder, REVOCATIONS));
  const stopFollowing = db && (await followEnrolment({ db, roll, revocations, maxHeld, logger }));
  return {
    deps: { ...(authority && { authority }), admission: roll, tokenSecret },
    async close() {
      await stopFollowing?.();
      await roll.close();
      await revocations.close();
    },
  };
}

// A broker away from the API has its certificate from files and only the root's certificate, never its key.
async function listenerAuthority(tls: TlsConfig | undefined, folder: string): Promise<BrokerDeps["authority"]> {
  if (tls === undefined) return undefined;
  return (tls.certFile && (await openTrustedRoot(folder))) || (await createAuthority(folder));
}

/**
 * What the API certifies agents with: the authority's key in the data folder, used by nobody else but the broker for its
 * own certificate. Undefined where agents come in by password alone.
 *
 * @throws {AuthorityError} when half of the authority's root is missing.
 */
export async function openEnrolmentDesk(
  { broker, enrolment }: Pick<ThreadSettings["config"], "broker" | "enrolment">,
  dataDir: string,
): Promise<EnrolmentDesk | undefined> {
  if (broker.tls === undefined && enrolment.crlFile === undefined) return undefined;
  return { config: enrolment, signer: await createAuthority(pkiFolder(dataDir)) };
}
