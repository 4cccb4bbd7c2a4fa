import { createHash, createPublicKey, X509Certificate } from "node:crypto";
import { type Clock, ENROLMENT_REFUSED, type EnrolmentConfig, type EnrolmentFault } from "@nightflow/domain";
import type { Database } from "@nightflow/storage";
import { ConflictProblem, ForbiddenProblem } from "../http/problems.ts";

/** A certificate that was signed. */
export interface IssuedCertificate {
  readonly pem: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256, hexadecimal in lower case. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** What holds the key of the platform's own authority; filled by `broker`'s authority. */
export interface CertificateSigner {
  readonly rootPem: string;
  /** The public key of a PKCS #10 request as PEM; undefined when it is not signed by that key or the key is too weak. */
  keyOf(request: string): Promise<string | undefined>;
  issue(order: {
    readonly agent: string;
    readonly site: string;
    readonly key: { readonly publicKey: string };
    readonly days: number;
  }): Promise<IssuedCertificate>;
  revocationList(revoked: readonly { readonly serial: string; readonly at: number }[], days: number): Promise<string>;
}

/** What enrolment is done with. */
export interface EnrolmentDesk {
  readonly config: EnrolmentConfig;
  readonly signer: CertificateSigner;
  /** Real time in epoch ms, as certificates have it; default the machine's clock. */
  readonly now?: (() => number) | undefined;
}

/** What every step of enrolment is given. */
export interface EnrolmentContext {
  readonly db: Database;
  /** Business time, for the audit trail. */
  readonly clock: Clock;
  readonly desk: EnrolmentDesk;
}

/** An agent of a site. */
export interface AgentName {
  readonly site: string;
  readonly agent: string;
}

/** Who asks from where, without a sign-in. */
export interface Caller extends AgentName {
  readonly address: string;
}

const WORDS: Readonly<Record<EnrolmentFault, { readonly message: string; readonly remedy: string }>> = {
  "token-unknown": { message: "there is no such token", remedy: "have a new token made and copy all of it" },
  "token-expired": { message: "the token has expired", remedy: "have a new token made" },
  "token-used": { message: "the token has been used", remedy: "have a new token made for this agent" },
  "token-for-another-agent": {
    message: "the token is for another site or agent",
    remedy: "compare site and agent of agent.yaml with those of the token",
  },
  "agent-exists": {
    message: "an agent of this name has joined already",
    remedy: "have a token made for this agent by name: it replaces the gateway that is there",
  },
  "agent-unknown": { message: "the agent was not announced", remedy: "have a one-time token made for it" },
  "agent-revoked": { message: "the agent was revoked", remedy: "have a token made for this agent by name" },
  "agent-rejected": { message: "the agent was rejected", remedy: "ask whoever approves agents, and use a token" },
  "too-many-held": { message: "too many agents wait for approval", remedy: "approve or reject some, or use a token" },
  "request-invalid": {
    message: "the certificate request is not signed by its own key, or the key is too weak",
    remedy: "use P-256, P-384, P-521, Ed25519 or RSA from 2048 bits",
  },
  "proof-invalid": {
    message: "the request is not signed by the key of the certificate",
    remedy: "renew with the key that belongs to the certificate, or join with a new token",
  },
  "certificate-unknown": {
    message: "the certificate was not issued here",
    remedy: "join with a new token",
  },
  "certificate-expired": {
    message: "the certificate has expired",
    remedy: "have a token made for this agent by name, or set enrolment.renewGraceDays",
  },
  "certificate-revoked": {
    message: "the certificate was revoked",
    remedy: "have a token made for this agent by name",
  },
  "too-early": { message: "the certificate is still too new to be renewed", remedy: "renew it in its last half" },
};

/** An agent gets no certificate, and why; the fault is told to whoever holds the token or the key that it is about. */
export class EnrolmentRefusedProblem extends ForbiddenProblem {
  override readonly code = ENROLMENT_REFUSED;
  readonly fault: EnrolmentFault;

  constructor(fault: EnrolmentFault) {
    const { message, remedy } = WORDS[fault];
    super(message, { details: { fault }, remedy });
    this.fault = fault;
  }
}

/** The desk. @throws {ConflictProblem} when this platform has no authority of its own. */
export function deskOf(desk: EnrolmentDesk | undefined): EnrolmentDesk {
  if (desk !== undefined) return desk;
  throw new ConflictProblem("ENROLMENT_OFF", "this platform signs no certificates for agents", {
    remedy: "give the broker TLS (broker.tls in nightflow.yaml), or set enrolment.crlFile for another broker",
  });
}

/** Real time, epoch ms. */
export function nowOf({ now = Date.now }: EnrolmentDesk): number {
  return now();
}

/** SHA-256, hexadecimal. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

/** The public key of a request and its hash, by which a request is known when it is made again. */
export interface RequestKey {
  readonly publicPem: string;
  readonly keyHash: string;
}

/** The key of a request. @throws {EnrolmentRefusedProblem} when it is none that can be certified. */
export async function keyOfRequest({ signer }: EnrolmentDesk, request: string): Promise<RequestKey> {
  const publicPem = await signer.keyOf(request);
  if (publicPem === undefined) throw new EnrolmentRefusedProblem("request-invalid");
  return { publicPem, keyHash: sha256(createPublicKey(publicPem).export({ type: "spki", format: "der" })) };
}

/** SHA-256 of a root certificate and its end. */
export function describeRoot(rootPem: string) {
  const root = new X509Certificate(rootPem);
  const fingerprint = root.fingerprint256.replaceAll(":", "").toLowerCase();
  return { root: rootPem, fingerprint, expiresAt: Date.parse(root.validTo) };
}
