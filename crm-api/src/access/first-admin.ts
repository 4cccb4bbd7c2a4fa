import { timingSafeEqual } from "node:crypto";
import { newId } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import type { Database, Sql } from "@nightflow/storage";
import { ConflictProblem, ForbiddenProblem } from "../http/problems.ts";
import { newToken, tokenHash } from "./sessions.ts";

/** The one-time link of a platform without users. Valid in the process that made it, until the first user exists. */
export interface FirstAdminLink {
  /** What the link carries behind `#token=`; shown once, kept as a hash only. */
  readonly token: string;
  readonly tokenHash: Buffer;
}

/** A one-time link to make the first administrator; null when the platform has a user already. */
export async function createFirstAdminLink(sql: Sql): Promise<FirstAdminLink | null> {
  if (await hasUsers(sql)) return null;
  const token = newToken();
  return { token, tokenHash: tokenHash(token) };
}

/** Where the first administrator is made; the token stands behind `#`, so that no server or proxy logs it. */
export function firstAdminUrl(baseUrl: string, link: FirstAdminLink): string {
  return `${baseUrl}/setup#token=${link.token}`;
}

/** Who the first administrator is to be. */
export interface FirstAdmin {
  readonly token: string;
  readonly login: string;
  readonly password: string;
}

/**
 * Makes the first administrator, bound to the root of the organisation, and gives his id. Makes the root, a company,
 * where there is none yet.
 *
 * @throws {ForbiddenProblem} when the token is not that of the link.
 * @throws {ConflictProblem} when the platform has a user already.
 */
export async function createFirstAdmin(
  db: Database,
  link: FirstAdminLink | undefined,
  admin: FirstAdmin,
): Promise<string> {
  if (link === undefined || !timingSafeEqual(tokenHash(admin.token), link.tokenHash))
    throw new ForbiddenProblem("this one-time link is not valid", {
      remedy: "restart the platform: while it has no user, it prints a new link at each start",
    });
  const passwordHash = await hashPassword(admin.password);
  return db.transaction(async (tx) => {
    await tx.query("lock table app_user in exclusive mode");
    if (await hasUsers(tx)) throw alreadySetUp();
    const userId = newId();
    await tx.query(
      "insert into app_user (id, login, password_hash, display_name, role, unit_id) values ($1, $2, $3, $2, 'admin', $4)",
      [userId, admin.login, passwordHash, await rootUnit(tx)],
    );
    return userId;
  });
}

async function hasUsers(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ has_users: boolean }>("select exists (select 1 from app_user) as has_users");
  return rows[0]?.has_users ?? false;
}

function alreadySetUp(): ConflictProblem {
  return new ConflictProblem("ALREADY_SET_UP", "the platform has a user already", { remedy: "sign in" });
}

async function rootUnit(tx: Sql): Promise<string> {
  const { rows } = await tx.query<{ id: string }>(
    "select id from org_unit where parent_id is null order by path limit 1",
  );
  const existing = rows[0]?.id;
  if (existing !== undefined) return existing;
  const id = newId();
  await tx.query(
    `insert into org_unit (id, code, kind, name_zh, name_en, path, zone, currency)
     values ($1, 'company', 'company', '公司', 'Company', 'company/', 'Asia/Shanghai', 'CNY')`,
    [id],
  );
  return id;
}
