import { join } from "node:path";
import { type BrokerDeps, createAuthority, Enrolment, openEnrolmentJournal } from "@nightflow/broker";
import { ensureSecret } from "./config/secrets.ts";
import type { ThreadSettings } from "./threads/settings.ts";

/** What the broker trusts, kept in the data folder. */
export interface BrokerSecurity {
  readonly deps: Pick<BrokerDeps, "authority" | "admission" | "tokenSecret">;
  close(): Promise<void>;
}

/**
 * Opens what the broker trusts: the secret that signs tokens and, where it has TLS, the platform's own authority with the
 * enrolment of agents (`<dataDir>/pki`). Without TLS no authority is made or loaded.
 *
 * @throws {AuthorityError} when half of the authority's root is missing.
 * @throws {JournalError} when a file of it is damaged.
 */
export async function openBrokerSecurity({ config, dataDir }: ThreadSettings): Promise<BrokerSecurity> {
  const tokenSecret = ensureSecret(dataDir, "mqtt-token");
  if (config.broker.tls === undefined) return { deps: { tokenSecret }, close: async () => {} };
  const folder = join(dataDir, "pki");
  const authority = await createAuthority(folder);
  const journal = await openEnrolmentJournal(join(folder, "enrolment.jsonl")).catch(async (error: unknown) => {
    await authority.close();
    throw error;
  });
  const admission = new Enrolment({ authority, journal, config: config.broker.enrolment });
  return {
    deps: { authority, admission, tokenSecret },
    async close() {
      await journal.close();
      await authority.close();
    },
  };
}
