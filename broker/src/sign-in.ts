import type { Admission } from "./admission.ts";
import type { Authenticate } from "./authenticate.ts";
import type { CertificateClaim } from "./listeners/peer-certificate.ts";
import type { RefusalReason } from "./refusals.ts";
import { type Identity, isIdentityName } from "./rights.ts";
import { isToken, readToken } from "./tokens.ts";
import type { Visitor } from "./visitors.ts";

/** Who somebody is, and until when it holds; or why nobody can say so. */
export type SignInVerdict = { readonly identity: Identity; readonly expiry?: Expiry } | SignInFault;

/** Why somebody may not come in. */
export interface SignInFault {
  readonly fault: RefusalReason;
  readonly detail?: string | null;
  /** Who it claims to be, where that is not the user name. */
  readonly name?: string | null;
}

/** When a connection has to end, and the reason to give. */
export interface Expiry {
  /** Epoch ms. */
  readonly at: number;
  readonly reason: RefusalReason;
}

/** What a sign-in is checked against. */
export interface SignInRules {
  readonly authenticate: Authenticate;
  readonly admission: Admission | undefined;
  readonly tokenSecret: string | undefined;
  readonly now: () => number;
}

/** Finds the identity behind what a visitor has shown: a certificate, a token or a password, in this order. */
export async function signIn(
  rules: SignInRules,
  visitor: Visitor,
  password: Uint8Array | undefined,
): Promise<SignInVerdict> {
  const { shown, needsCertificate } = visitor.arrival;
  // [MQTT-3.1.3-8]: a session without a name cannot be found again.
  if (visitor.hasEmptyId) return { fault: "empty-client-id" };
  if (shown !== undefined && "fault" in shown)
    return { fault: shown.fault, name: shown.commonName, detail: `serial ${shown.serial}` };
  if (shown !== undefined) return byCertificate(rules, shown.claim, visitor.username);
  if (needsCertificate) return { fault: "certificate-missing" };
  if (!visitor.username || password === undefined) return { fault: "no-credentials" };
  if (!isIdentityName(visitor.username)) return { fault: "bad-name" };
  return admitted(rules, await bySecret(rules, visitor.username, password));
}

function byCertificate(rules: SignInRules, claim: CertificateClaim, username: string | undefined): SignInVerdict {
  const { agent, site, serial, expiresAt } = claim;
  const detail = `serial ${serial}`;
  if (username && username !== agent) return { fault: "certificate-not-for-user", detail: `${detail} of ${agent}` };
  const fault = rules.admission?.faultOf({ agent, site, certificate: claim });
  if (fault !== undefined) return { fault, name: agent, detail };
  return { identity: { name: agent, role: "agent", site }, expiry: { at: expiresAt, reason: "certificate-expired" } };
}

async function bySecret(rules: SignInRules, username: string, password: Uint8Array): Promise<SignInVerdict> {
  const text = Buffer.from(password).toString("latin1");
  if (rules.tokenSecret !== undefined && isToken(text)) return byToken(text, rules.tokenSecret, username, rules.now());
  try {
    const identity = await rules.authenticate({ username, password });
    return identity === undefined ? { fault: "wrong-password" } : { identity };
  } catch {
    return { fault: "login-failed" };
  }
}

function byToken(token: string, secret: string, username: string, nowMs: number): SignInVerdict {
  const verdict = readToken(token, secret, nowMs);
  if ("fault" in verdict) return { fault: verdict.fault };
  const { name, role, site, exp } = verdict.claims;
  if (name !== username) return { fault: "token-invalid", detail: `token of ${name}` };
  return { identity: { name, role, site }, expiry: { at: exp * 1000, reason: "token-expired" } };
}

// A revoked agent stays out whatever it shows; asked only now, because a password takes its time to check.
function admitted(rules: SignInRules, verdict: SignInVerdict): SignInVerdict {
  if ("fault" in verdict || verdict.identity.role !== "agent") return verdict;
  const { name, site = "" } = verdict.identity;
  const fault = rules.admission?.faultOf({ agent: name, site });
  return fault === undefined ? verdict : { fault };
}
