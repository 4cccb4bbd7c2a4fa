import type { Sql } from "./database.ts";

/** NOTIFY channel that says: meters, channels, districts or tariffs have changed, read them again. */
export const REGISTRY_CHANNEL = "registry";

/** Tells every process, at the commit of the caller's transaction, that the registry has changed. */
export async function notifyRegistry(tx: Sql): Promise<void> {
  await tx.query("select pg_notify($1, '')", [REGISTRY_CHANNEL]);
}
