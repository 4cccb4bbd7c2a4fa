import { randomBytes } from "node:crypto";
import { type EnrolmentFault, newId } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import type { Principal } from "../access/principal.ts";
import { epochMs } from "../sql/filter.ts";
import { recordAudit } from "../system/record.ts";
import { type AgentName, type EnrolmentContext, nowOf, sha256 } from "./desk.ts";

const TOKEN_PREFIX = "nfe1.";
const HOUR_MS = 3_600_000;

/** A token to be made. */
export interface TokenOrder {
  readonly site: string;
  readonly agent?: string | undefined;
  readonly hours?: number | undefined;
  readonly uses: number;
  readonly note: string;
}

/** A token that was made; this is the only time that it can be read. */
export interface MadeToken {
  readonly id: string;
  readonly token: string;
  readonly expiresAt: number;
}

/** A token as it is kept. */
export interface TokenRow {
  readonly id: string;
  readonly site: string;
  readonly agent: string | null;
  readonly max_uses: number;
  readonly uses: number;
  readonly expires_at: number;
  readonly is_withdrawn: boolean;
  readonly created_by: string;
}

/** Makes a one-time token. */
export async function makeToken(context: EnrolmentContext, actor: Principal, order: TokenOrder): Promise<MadeToken> {
  const { db, clock, desk } = context;
  const { site, agent = null, hours = desk.config.tokenHours, uses, note } = order;
  const made = { id: newId(), token: TOKEN_PREFIX + randomBytes(32).toString("base64url") };
  const expiresAt = nowOf(desk) + hours * HOUR_MS;
  await db.transaction(async (tx) => {
    await tx.query(
      `insert into enrolment_token (id, hash, site, agent, note, max_uses, expires_at, created_by)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [made.id, tokenHash(made.token), site, agent, note, uses, new Date(expiresAt), actor.login],
    );
    const after = { site, agent, uses, expiresAt, note };
    await recordAudit(tx, clock, actor, { action: "enrolment.token.make", kind: "token", subject: made.id, after });
  });
  return { ...made, expiresAt };
}

/** Makes a token worthless; false when there is none of this id that still serves. */
export async function withdrawToken({ db, clock }: EnrolmentContext, actor: Principal, id: string): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const { rows } = await tx.query<{ site: string; agent: string | null }>(
      `update enrolment_token set withdrawn_at = now(), withdrawn_by = $2 where id = $1 and withdrawn_at is null
       returning site, agent`,
      [id, actor.login],
    );
    const [after] = rows;
    if (after === undefined) return false;
    await recordAudit(tx, clock, actor, { action: "enrolment.token.withdraw", kind: "token", subject: id, after });
    return true;
  });
}

/** The token behind a text; undefined when there is none. */
export async function findToken(tx: Sql, token: string): Promise<TokenRow | undefined> {
  const { rows } = await tx.query<TokenRow>(
    `select id, site, agent, max_uses, ${epochMs("expires_at")} as expires_at, withdrawn_at is not null as is_withdrawn,
            created_by, (select count(*)::int from enrolment_token_use u where u.token_id = t.id) as uses
       from enrolment_token t where hash = $1`,
    [tokenHash(token)],
  );
  return rows[0];
}

/** Whether this agent has used the token with this key before: its answer may have got lost. */
export async function hasUsed(tx: Sql, tokenId: string, { site, agent }: AgentName, keyHash: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    "select 1 from enrolment_token_use where token_id = $1 and key_hash = $2 and site = $3 and agent = $4",
    [tokenId, keyHash, site, agent],
  );
  return (rowCount ?? 0) > 0;
}

/** Notes that a token was used. */
export async function useToken(tx: Sql, tokenId: string, { site, agent }: AgentName, keyHash: string): Promise<void> {
  await tx.query("insert into enrolment_token_use (token_id, key_hash, site, agent) values ($1, $2, $3, $4)", [
    tokenId,
    keyHash,
    site,
    agent,
  ]);
}

/** Why a token does not serve an agent that has not used it yet; undefined when it does. */
export function faultOfToken(
  token: TokenRow,
  { site, agent }: AgentName,
  standing: "unknown" | "admitted" | "revoked",
  nowMs: number,
): EnrolmentFault | undefined {
  if (token.is_withdrawn) return "token-unknown";
  if (token.expires_at <= nowMs) return "token-expired";
  if (token.site !== site || (token.agent !== null && token.agent !== agent)) return "token-for-another-agent";
  if (token.uses >= token.max_uses) return "token-used";
  // A token for any new agent is none for one that is there, or was put out.
  if (token.agent !== null || standing === "unknown") return undefined;
  return standing === "revoked" ? "agent-revoked" : "agent-exists";
}

function tokenHash(token: string): Buffer {
  return Buffer.from(sha256(token), "hex");
}
