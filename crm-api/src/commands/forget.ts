import type { Sql } from "@nightflow/storage";

/**
 * Forgets what commands brought after 90 days, and plain commands after 400. Orders for valves stay, with who asked and who
 * approved; the audit trail keeps that every command was given.
 */
export async function forgetOldCommands(sql: Sql): Promise<void> {
  await sql.query(
    "update command set reply = null where reply is not null and deliver_until < now() - interval '90 days'",
  );
  await sql.query("delete from command where kind <> 'valve' and deliver_until < now() - interval '400 days'");
}
