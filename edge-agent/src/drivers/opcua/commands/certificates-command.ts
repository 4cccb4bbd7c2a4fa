import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import type { OpcUaCertificate } from "@nightflow/domain";
import { OwnCertificates } from "../security/own-certificate.ts";
import { decideOrThrow, TrustList, trustFolder } from "../security/trust-list.ts";
import { ownOf } from "../standing.ts";

/** Something to be done about certificates. */
export interface CertificateOrder {
  readonly verb: "list" | "approve" | "reject" | "add" | "renew";
  /** A fingerprint or its beginning; for `add` the path of a certificate. */
  readonly what?: string | undefined;
}

/** Does it, in an agent's data directory, also while the agent runs. Gives lines for a person. @throws {OpcUaCertificateError} */
export async function certificatesCommand(dataDir: string, { verb, what = "" }: CertificateOrder): Promise<string[]> {
  const list = new TrustList(trustFolder(dataDir));
  const own = new OwnCertificates(dataDir);
  if (verb === "list") {
    await own.get();
    return listed(dataDir, list.list(), own);
  }
  if (verb === "renew") {
    await own.renew();
    return [
      "the agent shows a new certificate from its next connection on; its servers have to trust it:",
      ...ownLines(dataDir, own),
    ];
  }
  if (verb === "add") {
    const { fingerprint, subject } = list.add(
      new X509Certificate(readFileSync(what)).raw,
      userInfo().username,
      Date.now(),
    );
    return [`trusted: ${fingerprint}  ${subject}`];
  }
  decideOrThrow(list, what, verb === "approve" ? "trust" : "reject", `${userInfo().username} at the gateway`);
  const said = verb === "approve" ? "trusted; the agent connects within half a minute" : "rejected";
  return [`${what}: ${said}`];
}

function listed(dataDir: string, certificates: readonly OpcUaCertificate[], own: OwnCertificates): string[] {
  const servers = certificates.flatMap(linesOf);
  return [
    "This agent (its servers have to trust this certificate):",
    ...ownLines(dataDir, own),
    "",
    servers.length > 0 ? "Servers:" : "No server has shown a certificate yet.",
    ...servers,
  ];
}

function ownLines(dataDir: string, own: OwnCertificates): string[] {
  const shown = ownOf(dataDir);
  if (shown === null) return [];
  const { current, next } = own.paths();
  return [
    `  SHA-256          ${shown.fingerprint}`,
    `  SHA-1            ${shown.sha1}`,
    `  subject          ${shown.subject}`,
    `  application URI  ${shown.applicationUri}`,
    `  good until       ${dayOf(shown.expiresAt)}`,
    `  file             ${current}`,
    ...(shown.next === null ? [] : [`  followed by      ${shown.next}  (${next})`]),
  ];
}

function linesOf(certificate: OpcUaCertificate): string[] {
  const { state, fingerprint, subject, applicationUri, expiresAt, endpointUrl, lastSeenAt } = certificate;
  const { decidedBy, decidedAt } = certificate;
  const decided = decidedAt === null ? [] : [`    ${state} by ${decidedBy} on ${dayOf(decidedAt)}`];
  const hint =
    state === "pending" ? ["    not approved: compare the fingerprint with the server's, then approve it"] : [];
  return [
    `  ${state.toUpperCase()}  ${fingerprint}`,
    `    ${subject}${applicationUri === null ? "" : `; ${applicationUri}`}`,
    `    good until ${dayOf(expiresAt)}; shown by ${endpointUrl} on ${dayOf(lastSeenAt)}`,
    ...decided,
    ...hint,
  ];
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
