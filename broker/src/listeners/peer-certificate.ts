import type { PeerCertificate, TLSSocket } from "node:tls";
import { isId } from "@nightflow/domain";
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
export function shownCertificateOf(socket: TLSSocket): ShownCertificate | undefined {
  const certificate = socket.getPeerCertificate();
  if (certificate === null || Object.keys(certificate).length === 0) return undefined;
  // The types say Error; what is there is OpenSSL's code.
  const code = socket.authorized ? undefined : String(socket.authorizationError);
  return judge(certificate, code);
}

/** What a certificate says, given OpenSSL's verdict on its chain; undefined is a good one. */
export function judge(certificate: PeerCertificate, verdict: string | undefined): ShownCertificate {
  const commonName = one(certificate.subject?.CN);
  const serial = certificate.serialNumber;
  const faulty = (fault: RefusalReason): ShownCertificate => ({ fault, commonName, serial });
  if (verdict !== undefined) return faulty(FAULTS[verdict] ?? "certificate-unknown");
  const site = siteOf(certificate, commonName);
  if (!isId(commonName ?? "") || commonName === null || site === undefined) return faulty("certificate-without-agent");
  const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
  return { claim: { agent: commonName, site, serial, fingerprint, expiresAt: Date.parse(certificate.valid_to) } };
}

// The SAN URI counts where there is one, and must be about the same agent; else the organisational unit is the site.
function siteOf(certificate: PeerCertificate, agent: string | null): string | undefined {
  const names = certificate.subjectaltname ?? "";
  // Node quotes a name that holds a comma; splitting one would let a DNS name pose as a URI.
  if (names.includes('"')) return undefined;
  const uris = names.split(", ").filter((name) => name.startsWith(`URI:${URI_SCHEME}`));
  if (uris.length === 0) return idOr(one(certificate.subject?.OU));
  const [site, named, ...rest] = (uris[0] ?? "").slice(`URI:${URI_SCHEME}`.length).split("/");
  return uris.length === 1 && named === agent && rest.length === 0 ? idOr(site) : undefined;
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
