import { hashPassword, verifyPassword } from "@nightflow/domain/passwords";
import type { Sql } from "@nightflow/storage";
import { SignInRefusedProblem } from "../http/problems.ts";
import { newToken } from "./sessions.ts";

/** A person who may sign in. */
export interface KnownUser {
  readonly id: string;
  readonly login: string;
}

let decoy: Promise<string> | undefined;

/** A hash that no password matches, so that an unknown login costs as much time as a wrong password. */
function decoyHash(): Promise<string> {
  decoy ??= hashPassword(newToken());
  return decoy;
}

/**
 * The person that login and password belong to.
 *
 * @throws {SignInRefusedProblem} when they do not belong together, or the person is disabled; both take the same time.
 */
export async function checkPassword(sql: Sql, login: string, password: string): Promise<KnownUser> {
  const { rows } = await sql.query<KnownUser & { password_hash: string | null; is_disabled: boolean }>(
    "select id, login, password_hash, is_disabled from app_user where login = $1",
    [login],
  );
  const user = rows[0];
  const isRight = await verifyPassword(password, user?.password_hash ?? (await decoyHash()));
  if (user === undefined || user.password_hash === null || user.is_disabled || !isRight)
    throw new SignInRefusedProblem("login and password do not belong together", {
      remedy: "check both; after several failures wait a quarter of an hour",
    });
  return { id: user.id, login: user.login };
}
