import type { AgentState, TokenState } from "./enrolment-state.ts";
import type { IssuedRecord } from "./register.ts";

/** Why nobody gets a certificate; stable words to translate by. */
export type EnrolmentFault =
  | "token-unknown"
  | "token-expired"
  | "token-used"
  | "token-for-another-agent"
  | "agent-exists"
  | "agent-unknown"
  | "agent-revoked"
  | "agent-rejected"
  | "too-many-held"
  | "request-invalid"
  | "certificate-unknown"
  | "certificate-expired"
  | "certificate-revoked"
  | "too-early";

/** Who wants to use a token, and what is known of that agent. */
export interface TokenUse {
  readonly agent: string;
  readonly site: string;
  readonly keyHash: string;
  readonly known: AgentState | undefined;
}

// The last third of its life is when a certificate can be renewed.
const RENEWABLE_SHARE = 1 / 3;

/** Why a token does not serve; undefined when it does. */
export function faultOfToken(token: TokenState, use: TokenUse, nowMs: number): EnrolmentFault | undefined {
  const { agent, site, known } = use;
  if (token.isWithdrawn) return "token-unknown";
  if (token.expiresAt <= nowMs) return "token-expired";
  if (token.used !== undefined) return faultOfSecondUse(token, use);
  if (token.site !== site || (token.agent !== undefined && token.agent !== agent)) return "token-for-another-agent";
  // A token for any new agent is none for one that is there, or was put out.
  if (token.agent !== undefined || known === undefined) return undefined;
  return known.revoked === undefined ? "agent-exists" : "agent-revoked";
}

// An agent whose answer got lost asks again with the same key, and gets a certificate for the same key.
function faultOfSecondUse({ used, site: at }: TokenState, { agent, site, keyHash, known }: TokenUse) {
  if (used?.agent !== agent || at !== site || used.keyHash !== keyHash) return "token-used";
  return known?.revoked === undefined ? undefined : "agent-revoked";
}

/** From when on a certificate can be renewed, epoch ms. */
export function renewableFrom({ issuedAt, expiresAt }: Pick<IssuedRecord, "issuedAt" | "expiresAt">): number {
  return Math.ceil(expiresAt - (expiresAt - issuedAt) * RENEWABLE_SHARE);
}

/** Why a certificate is not renewed; undefined when it is. */
export function faultOfRenewal(
  record: IssuedRecord,
  { isRevoked, known }: { isRevoked: boolean; known: AgentState | undefined },
  nowMs: number,
): EnrolmentFault | undefined {
  if (isRevoked) return "certificate-revoked";
  if (known?.revoked !== undefined) return "agent-revoked";
  if (record.expiresAt <= nowMs) return "certificate-expired";
  return nowMs < renewableFrom(record) ? "too-early" : undefined;
}
