import type { PeerCertificate, TLSSocket } from "node:tls";
import { isId } from "@nightflow/domain";
import type { ClientNameRules } from "../config-listeners.ts";
import type { RefusalReason } from "../refusals.ts";

/** Which agent a certificate names. */
export interface CertificateClaim {
  readonly agent: string;
  readonly site: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256 of the certificate, hexadecimal in lower case without colons. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** The certificate itself, DER. */
  readonly der: Uint8Array;
}

/** A certificate that a client has shown: whose it is, or what is wrong with it. */
export type ShownCertificate =
  | { readonly claim: CertificateClaim }
  | { readonly fault: RefusalReason; readonly commonName: string | null; readonly serial: string };

const FAULTS: Readonly<Record<string, RefusalReason>> = {
  CERT_HAS_EXPIRED: "certificate-expired",
  CERT_NOT_YET_VALID: "certificate-not-yet-valid",
  CERT_REVOKED: "certificate-revoked",
};

const URI_SCHEME = "nightflow:agent:";

/** The certificate of a peer that has finished its handshake; undefined when it has shown none. */
export function shownCertificateOf(socket: TLSSocket, rules: ClientNameRules): ShownCertificate | undefined {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return undefined;
  // The types say Error; what is there is OpenSSL's code.
  const code = socket.authorized ? undefined : String(socket.authorizationError);
  return judge(certificate, code, rules);
}

/** What a certificate says, given OpenSSL's verdict on its chain; undefined is a good one. */
export function judge(
  certificate: PeerCertificate,
  verdict: string | undefined,
  rules: ClientNameRules,
): ShownCertificate {
  const commonName = one(certificate.subject?.CN);
  const serial = certificate.serialNumber;
  const faulty = (fault: RefusalReason): ShownCertificate => ({ fault, commonName, serial });
  if (verdict !== undefined) return faulty(FAULTS[verdict] ?? "certificate-unknown");
  const agent = rules.agentFrom === "dns" ? (dnsNameOf(certificate) ?? commonName) : commonName;
  const site = siteOf(certificate, agent, rules);
  if (agent === null || !isId(agent) || site === undefined) return faulty("certificate-without-agent");
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  const expiresAt = Date.parse(certificate.valid_to);
  return { claim: { agent, site, serial, fingerprint, expiresAt, der: certificate.raw } };
}

// The certificates of other authorities name a gateway in their own way; ours carry the URI, which goes before it.
function dnsNameOf(certificate: PeerCertificate): string | null {
  const names = certificate.subjectaltname ?? "";
  if (names.includes('"') || names.includes(`URI:${URI_SCHEME}`)) return null;
  const found = names.split(", ").filter((name) => name.startsWith("DNS:"));
  return found.length === 1 ? (found[0] ?? "").slice("DNS:".length) : null;
}

// The SAN URI counts where there is one, and must be about the same agent; else the organisational unit is the site.
function siteOf(certificate: PeerCertificate, agent: string | null, rules: ClientNameRules): string | undefined {
  const names = certificate.subjectaltname ?? "";
  // Node quotes a name that holds a comma; splitting one would let a DNS name pose as a URI.
  if (names.includes('"')) return undefined;
  const uris = names.split(", ").filter((name) => name.startsWith(`URI:${URI_SCHEME}`));
  if (uris.length === 0) return mappedSite(certificate, rules) ?? idOr(one(certificate.subject?.OU));
  const [site, named, ...rest] = (uris[0] ?? "").slice(`URI:${URI_SCHEME}`.length).split("/");
  return uris.length === 1 && named === agent && rest.length === 0 ? idOr(site) : undefined;
}

// The first rule that fits counts.
function mappedSite({ subject, issuer }: PeerCertificate, { sites }: ClientNameRules): string | undefined {
  const fits = (wanted: string | undefined, field: string | string[] | undefined) =>
    wanted === undefined || wanted === one(field);
  const rule = sites.find(
    ({ issuer: by, unit, organisation }) =>
      fits(by, issuer?.CN) && fits(unit, subject?.OU) && fits(organisation, subject?.O),
  );
  return rule?.site;
}

/** The URI by which a certificate names its agent. */
export function agentUri(site: string, agent: string): string {
  return `${URI_SCHEME}${site}/${agent}`;
}

function idOr(text: string | null | undefined): string | undefined {
  return typeof text === "string" && isId(text) ? text : undefined;
}

// Node gives an array where a subject has the same field twice.
function one(field: string | string[] | undefined): string | null {
  return typeof field === "string" ? field : null;
}
