import { createHash, randomBytes } from "node:crypto";
import { Role } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { permissionsOf } from "./permissions.ts";
import type { Principal } from "./principal.ts";

/** How long sessions live, in real time. */
export interface SessionLife {
  readonly idleHours: number;
  readonly daysAtMost: number;
}

/** Name of the session cookie. */
export const SESSION_COOKIE = "nightflow_session";

const TOKEN_BYTES = 32;
// A session's use is written down once a minute, not at every request.
const SEEN_EVERY = "1 minute";

/** What is stored of a session token or a one-time link: the token itself is never kept. */
export function tokenHash(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** A token that cannot be guessed: 256 random bits. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString("base64url");
}

/** Opens a session and gives its token, which only the person's cookie holds. */
export async function openSession(sql: Sql, userId: string, remoteAddress: string, life: SessionLife): Promise<string> {
  const token = newToken();
  await sql.query(
    `insert into session (token_hash, user_id, created_at, seen_at, expires_at, remote_address)
     values ($1, $2, now(), now(), now() + least($4::float8 * interval '1 day', $3::float8 * interval '1 hour'), $5)`,
    [tokenHash(token), userId, life.idleHours, life.daysAtMost, remoteAddress],
  );
  return token;
}

/** Ends a session at once. */
export async function revokeSession(sql: Sql, sessionHash: Buffer): Promise<void> {
  await sql.query("update session set revoked_at = now() where token_hash = $1 and revoked_at is null", [sessionHash]);
}

/** Ends every session of a person at once. */
export async function revokeSessionsOf(sql: Sql, userId: string): Promise<void> {
  await sql.query("update session set revoked_at = now() where user_id = $1 and revoked_at is null", [userId]);
}

interface SessionRow {
  user_id: string;
  login: string;
  display_name: string;
  role: string;
  unit_id: string;
  unit_path: string;
  is_whole: boolean;
  language: "zh" | "en" | null;
  is_seen_long_ago: boolean;
}

const LIVE_SESSION = `
  select u.id as user_id, u.login, u.display_name, u.role, u.unit_id, o.path as unit_path,
         o.parent_id is null as is_whole, u.language,
         s.seen_at < now() - interval '${SEEN_EVERY}' as is_seen_long_ago
    from session s join app_user u on u.id = s.user_id join org_unit o on o.id = u.unit_id
   where s.token_hash = $1 and s.revoked_at is null and s.expires_at > now() and not u.is_disabled`;

/** Who a session token stands for; null when it is unknown, ended or revoked, or its person is disabled. */
export async function principalOfToken(sql: Sql, token: string, life: SessionLife): Promise<Principal | null> {
  const hash = tokenHash(token);
  const { rows } = await sql.query<SessionRow>(LIVE_SESSION, [hash]);
  const row = rows[0];
  if (row === undefined) return null;
  if (row.is_seen_long_ago) await touch(sql, hash, life);
  return toPrincipal(row, hash);
}

/** Whether a session still stands. Does not count as its use, so that an open page alone keeps no session alive. */
export async function isSessionLive(sql: Sql, hash: Buffer): Promise<boolean> {
  const { rows } = await sql.query(LIVE_SESSION, [hash]);
  return rows.length > 0;
}

async function touch(sql: Sql, hash: Buffer, life: SessionLife): Promise<void> {
  await sql.query(
    `update session set seen_at = now(),
            expires_at = least(created_at + $3::float8 * interval '1 day', now() + $2::float8 * interval '1 hour')
      where token_hash = $1`,
    [hash, life.idleHours, life.daysAtMost],
  );
}

function toPrincipal(row: SessionRow, sessionHash: Buffer): Principal {
  const role = Role.parse(row.role);
  return {
    userId: row.user_id,
    login: row.login,
    displayName: row.display_name,
    role,
    permissions: permissionsOf(role),
    unitId: row.unit_id,
    scope: { path: row.unit_path, isWhole: row.is_whole },
    language: row.language,
    sessionHash,
  };
}
