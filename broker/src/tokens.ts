import { createHmac, timingSafeEqual } from "node:crypto";
import { AgentId, SiteId } from "@nightflow/domain";
import { z } from "zod";
import { BrokerRole } from "./config-identities.ts";

/** What a token says of its holder. Times are epoch seconds, as in other people's tokens. */
export const TokenClaims = z
  .strictObject({
    name: AgentId,
    role: BrokerRole,
    site: SiteId.optional(),
    exp: z.int().positive().meta({ description: "When it expires.", unit: "s" }),
  })
  .refine(({ role, site }) => role !== "agent" || site !== undefined, "an agent's token needs a site");
export type TokenClaims = z.infer<typeof TokenClaims>;

/** What became of a token. */
export type TokenVerdict =
  | { readonly claims: TokenClaims }
  | { readonly fault: "token-invalid" | "token-expired"; readonly name: string | null };

const PREFIX = "nft1";
const MAX_CHARS = 2048;

/** Whether a password is meant as a token. */
export function isToken(password: string): boolean {
  return password.startsWith(`${PREFIX}.`);
}

/**
 * Signs a token: `nft1.<payload>.<hmac>`, payload as base64url JSON, HMAC-SHA-256 over what comes before it.
 *
 * Whoever holds the secret can be anybody: it stays with the head-end.
 */
export function signToken(claims: z.input<typeof TokenClaims>, secret: string): string {
  const payload = Buffer.from(JSON.stringify(TokenClaims.parse(claims))).toString("base64url");
  const signed = `${PREFIX}.${payload}`;
  return `${signed}.${macOf(signed, secret).toString("base64url")}`;
}

/** Reads a token; its expiry is looked at only when its signature is right. */
export function readToken(token: string, secret: string, nowMs: number): TokenVerdict {
  const invalid = { fault: "token-invalid", name: null } as const;
  const [prefix, payload, mac, ...rest] = token.length > MAX_CHARS ? [] : token.split(".");
  if (prefix !== PREFIX || payload === undefined || mac === undefined || rest.length > 0) return invalid;
  const given = Buffer.from(mac, "base64url");
  const right = macOf(`${prefix}.${payload}`, secret);
  if (given.length !== right.length || !timingSafeEqual(given, right)) return invalid;
  const claims = TokenClaims.safeParse(parseJson(Buffer.from(payload, "base64url").toString("utf8")));
  if (!claims.success) return invalid;
  if (claims.data.exp * 1000 <= nowMs) return { fault: "token-expired", name: claims.data.name };
  return { claims: claims.data };
}

function macOf(signed: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(signed).digest();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
