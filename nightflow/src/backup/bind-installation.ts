import { describeError } from "@nightflow/domain";
import type { Database, DuckDbReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";

/**
 * Writes the installation's id into its store, once both are there, and says loudly when the store is of another one. A
 * head-end starts all the same: collecting goes before everything, and a backup of the two is refused.
 */
export async function bindInstallation(
  store: Pick<DuckDbReadingStore, "installation">,
  db: Pick<Database, "query">,
  logger: Logger,
): Promise<void> {
  try {
    const { rows } = await db.query<{ id: string }>("select id from own_installation");
    const own = rows[0]?.id;
    if (own === undefined) return;
    const stored = await store.installation(own);
    if (stored !== own)
      logger.error(
        { store: stored, database: own },
        "the time-series store and PostgreSQL are of two installations: their numbers do not fit; look at dataDir and DATABASE_URL",
      );
  } catch (error) {
    logger.warn({ reason: describeError(error) }, "PostgreSQL was not there to say whose store this is");
  }
}
