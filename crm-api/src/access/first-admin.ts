import { timingSafeEqual } from "node:crypto";
import { newId } from "@nightflow/domain";
import { hashPassword } from "@nightflow/domain/passwords";
import type { Database, Sql } from "@nightflow/storage";
import { ConflictProblem, ForbiddenProblem } from "../http/problems.ts";
import { newToken, tokenHash } from "./sessions.ts";

/** The one-time link of a platform without an administrator. Valid in the process that made it, until there is one. */
export interface FirstAdminLink {
  /** What the link carries behind `#token=`; shown once, kept as a hash only. */
  readonly token: string;
  readonly tokenHash: Buffer;
}

/** A one-time link to make the first administrator; null when one can sign in already. */
export async function createFirstAdminLink(sql: Sql): Promise<FirstAdminLink | null> {
  if (await hasAdministrator(sql)) return null;
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
 * Makes the first administrator, who sees the whole installation, also companies that come later, and gives his id. A
 * user of that login without a password (from `users.csv`) becomes him.
 *
 * @throws {ForbiddenProblem} when the token is not that of the link.
 * @throws {ConflictProblem} when the platform has an administrator already.
 */
export async function createFirstAdmin(
  db: Database,
  link: FirstAdminLink | undefined,
  admin: FirstAdmin,
): Promise<string> {
  if (link === undefined || !timingSafeEqual(tokenHash(admin.token), link.tokenHash))
    throw new ForbiddenProblem("this one-time link is not valid", {
      remedy: "restart the platform: while no administrator can sign in, it prints a new link at each start",
    });
  const passwordHash = await hashPassword(admin.password);
  return db.transaction(async (tx) => {
    await tx.query("lock table app_user in exclusive mode");
    if (await hasAdministrator(tx)) throw alreadySetUp();
    const { rows } = await tx.query<{ id: string }>(
      `insert into app_user (id, login, password_hash, display_name, role, unit_id) values ($1, $2, $3, $2, 'admin', $4)
       on conflict (login) do update set password_hash = excluded.password_hash, role = 'admin',
         unit_id = excluded.unit_id, is_disabled = false returning id`,
      [newId(), admin.login, passwordHash, await installationUnit(tx)],
    );
    return rows[0]?.id ?? "";
  });
}

async function hasAdministrator(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query<{ is_there: boolean }>(
    `select exists (select 1 from app_user where role = 'admin' and password_hash is not null and not is_disabled)
       as is_there`,
  );
  return rows[0]?.is_there ?? false;
}

function alreadySetUp(): ConflictProblem {
  return new ConflictProblem("ALREADY_SET_UP", "the platform has an administrator already", { remedy: "sign in" });
}

// Above every company, so its path is the empty one that all others start with. It has no zone and no currency.
async function installationUnit(tx: Sql): Promise<string> {
  await tx.query(
    `insert into org_unit (id, code, kind, name_zh, name_en, path) values ($1, 'installation', 'group', '全部', 'All', '')
     on conflict (path) do nothing`,
    [newId()],
  );
  const { rows } = await tx.query<{ id: string }>("select id from org_unit where path = ''");
  return rows[0]?.id ?? "";
}
