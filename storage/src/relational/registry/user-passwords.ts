import type { Sql } from "../database.ts";

/**
 * Sets a user's password by its hash (`hashPassword` of the domain) and ends the user's sessions; false when there is
 * no such user. The caller writes the audit entry: it knows who did it.
 */
export async function setPasswordHash(tx: Sql, login: string, hash: string): Promise<boolean> {
  const { rows } = await tx.query<{ id: string }>(
    "update app_user set password_hash = $2 where login = $1 returning id",
    [login, hash],
  );
  if (rows[0] === undefined) return false;
  await tx.query("update session set revoked_at = now() where user_id = $1 and revoked_at is null", [rows[0].id]);
  return true;
}
