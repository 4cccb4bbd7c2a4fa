import { z } from "zod";
import { WireError } from "./errors.ts";
import { AgentId, SiteId } from "./ids.ts";
import { parseJson } from "./wire/json.ts";

/** What happens to an agent that nobody has announced. */
export const UnknownAgentPolicy = z.enum(["refuse", "hold", "chain"]);
export type UnknownAgentPolicy = z.infer<typeof UnknownAgentPolicy>;

/** How agents join: the `enrolment` key of `nightflow.yaml`. */
export const EnrolmentConfig = z.strictObject({
  unknownAgents: UnknownAgentPolicy.default("refuse").meta({
    description:
      "An agent without a token, or with a certificate of somebody else's authority: refuse it, hold it for approval, or (chain) accept whom an authority of `broker.tls.caFile` has certified; without such a certificate chain refuses too.",
  }),
  certificateDays: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .meta({ description: "Life of an agent's certificate; the agent renews it at two thirds.", unit: "d" }),
  renewGraceDays: z.int().min(0).max(365).default(0).meta({
    description:
      "How long after its expiry a certificate still serves to be renewed, never to connect. 0: it does not.",
    unit: "d",
  }),
  tokenHours: z
    .int()
    .min(1)
    .max(8760)
    .default(72)
    .meta({ description: "Life of a one-time token when nothing else is said.", unit: "h" }),
  maxHeld: z
    .int()
    .min(1)
    .max(100_000)
    .default(500)
    .meta({ description: "Requests held for approval; further ones are refused." }),
  pollSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(15)
    .meta({ description: "How often a held agent asks whether it was approved.", unit: "s" }),
  joinsPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .default(30)
    .meta({ description: "Requests to join or renew taken from one address in a minute; ten times as many in all." }),
  crlFile: z.string().min(1).optional().meta({
    description: "Where the list of revoked certificates is written for another broker such as Mosquitto, PEM.",
  }),
});
export type EnrolmentConfig = z.infer<typeof EnrolmentConfig>;

/** Why an agent gets no certificate; stable words to translate by. */
export const EnrolmentFault = z.enum([
  "token-unknown",
  "token-expired",
  "token-used",
  "token-for-another-agent",
  "agent-exists",
  "agent-unknown",
  "agent-revoked",
  "agent-rejected",
  "too-many-held",
  "request-invalid",
  "proof-invalid",
  "certificate-unknown",
  "certificate-expired",
  "certificate-revoked",
  "too-early",
]);
export type EnrolmentFault = z.infer<typeof EnrolmentFault>;

/** A PEM text of bounded length. */
const pem = z.string().min(1).max(8192);

/** What an agent chose at random to ask by what became of its request: 32 bytes, base64url. */
export const PollSecret = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** What an agent sends to join. */
export const JoinRequest = z.strictObject({
  site: SiteId,
  agent: AgentId,
  request: pem.meta({ description: "PKCS #10 request, PEM; its subject is not looked at, its signature is." }),
  pollSecret: PollSecret.meta({ description: "32 random bytes, base64url, to ask later what became of this request." }),
  token: z.string().max(200).optional().meta({ description: "One-time token; without one the agent is unknown." }),
});
export type JoinRequest = z.infer<typeof JoinRequest>;

/** What an agent sends to get its next certificate. */
export const RenewRequest = z.strictObject({
  certificate: pem.meta({ description: "The certificate that it has, PEM." }),
  request: pem.meta({ description: "PKCS #10 request for the next one, PEM; better with a new key." }),
  signature: z
    .string()
    .max(1024)
    .meta({ description: "Base64: `renewalStatement` signed with SHA-256 by the key of the certificate." }),
});
export type RenewRequest = z.infer<typeof RenewRequest>;

/** The text that an agent signs with the key of its certificate to renew it. */
export function renewalStatement(certificate: string, request: string): string {
  return `nightflow renewal v1\n${certificate.trim()}\n${request.trim()}\n`;
}

/** What an agent is answered; a refusal is an API error `ENROLMENT_REFUSED` with `details.fault`. */
export const EnrolmentAnswer = z.discriminatedUnion("status", [
  z.strictObject({
    status: z.literal("issued"),
    certificate: z.string().meta({ description: "The agent's certificate, PEM." }),
    root: z.string().meta({ description: "The authority that signed it and the broker's, PEM." }),
  }),
  z.strictObject({
    status: z.literal("held"),
    requestId: z.uuid().meta({ description: "Ask by it, with the secret, what became of the request." }),
    pollAfterS: z.int().min(1).meta({ description: "When to ask again.", unit: "s" }),
  }),
]);
export type EnrolmentAnswer = z.infer<typeof EnrolmentAnswer>;

/** All that an installer at the gateway needs, shown once as one line or as a QR code. */
export const JoinText = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  token: z.string().min(1).max(200),
  ca: z.string().regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hexadecimal"),
});
export type JoinText = z.infer<typeof JoinText>;

const JOIN_TEXT_PREFIX = "nfj1.";

/** What an installer needs, as one word. */
export function encodeJoinText(text: JoinText): string {
  return JOIN_TEXT_PREFIX + Buffer.from(JSON.stringify(text)).toString("base64url");
}

/** What an installer needs, from that word. @throws {WireError} when it is none. */
export function decodeJoinText(word: string): JoinText {
  const json = Buffer.from(word.trim().slice(JOIN_TEXT_PREFIX.length), "base64url").toString("utf8");
  const parsed = word.trim().startsWith(JOIN_TEXT_PREFIX)
    ? JoinText.safeParse(parseJson(json, "join text"))
    : undefined;
  if (parsed?.success) return parsed.data;
  throw new WireError("this is not a join text: it begins with nfj1. and is shown where a token is made");
}

/** The authority that an agent has to trust; public, to be compared with a fingerprint from elsewhere. */
export const AuthorityInfo = z.strictObject({
  root: z.string().meta({ description: "The root certificate, PEM." }),
  fingerprint: z.string().meta({ description: "SHA-256 of it, hexadecimal in lower case." }),
  expiresAt: z.int().meta({ description: "Epoch milliseconds, UTC." }),
});
export type AuthorityInfo = z.infer<typeof AuthorityInfo>;

/** The code of an API error that refuses an enrolment. */
export const ENROLMENT_REFUSED = "ENROLMENT_REFUSED";

// Half of its life rather than the two thirds at which agents begin, so that clocks may differ.
const RENEWABLE_SHARE = 1 / 2;

/** From when on the platform renews a certificate, epoch ms. */
export function renewableFrom({ issuedAt, expiresAt }: { issuedAt: number; expiresAt: number }): number {
  return Math.ceil(expiresAt - (expiresAt - issuedAt) * RENEWABLE_SHARE);
}
