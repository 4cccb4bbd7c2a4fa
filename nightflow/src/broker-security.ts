import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type BrokerDeps, createAuthority, openAgentRoll } from "@nightflow/broker";
import type { Database } from "@nightflow/storage";
import type { Logger } from "pino";
import { ensureSecret } from "./config/secrets.ts";
import { followEnrolment } from "./enrolment-feed.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** What the broker trusts, kept in the data folder. */
export interface BrokerSecurity {
  readonly deps: Pick<BrokerDeps, "authority" | "admission" | "tokenSecret">;
  close(): Promise<void>;
}

/** Folder of the platform's own authority and of the broker's roll of agents. */
export function pkiFolder(dataDir: string): string {
  return join(dataDir, "pki");
}

/**
 * Opens what the broker trusts: the secret that signs tokens, the roll of agents, which follows the database, and, where
 * it has TLS, the platform's own authority (`<dataDir>/pki`). Without TLS no authority is made or loaded.
 *
 * @throws {AuthorityError} when half of the authority's root is missing.
 * @throws {JournalError} when the roll is damaged.
 */
export async function openBrokerSecurity(
  { config, dataDir }: Pick<ThreadSettings, "config" | "dataDir">,
  db: Database | undefined,
  logger: Logger,
): Promise<BrokerSecurity> {
  const tokenSecret = ensureSecret(dataDir, "mqtt-token");
  const folder = pkiFolder(dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = config.broker.tls === undefined ? undefined : await createAuthority(folder);
  const { unknownAgents: policy, maxHeld } = config.enrolment;
  const roll = await openAgentRoll({ path: join(folder, "roll.jsonl"), policy, authority, logger });
  const stopFollowing = db && (await followEnrolment({ db, roll, maxHeld, logger }));
  return {
    deps: { ...(authority && { authority }), admission: roll, tokenSecret },
    async close() {
      await stopFollowing?.();
      await roll.close();
    },
  };
}
