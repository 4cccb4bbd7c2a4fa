import { createPrivateKey, X509Certificate } from "node:crypto";
import { EnrolmentTrustError } from "../errors.ts";

/** What an agent needs to know of its certificate. */
export interface CertificateTimes {
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly validFrom: number;
  readonly expiresAt: number;
  /** When the agent begins to renew it. */
  readonly renewAt: number;
}

const LIFE_SHARE = 1 / 3;
const JITTER_SHARE = 1 / 12;

/**
 * The times of a certificate. It is renewed at two thirds of its life and up to a twelfth later, by its own fingerprint,
 * so that a fleet that joined in one hour does not renew in one.
 */
export function timesOf(certificatePem: string): CertificateTimes {
  const certificate = new X509Certificate(certificatePem);
  const fingerprint = fingerprintOf(certificatePem);
  const [validFrom, expiresAt] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const life = expiresAt - validFrom;
  const jitter = Number.parseInt(fingerprint.slice(0, 8), 16) / 0x1_0000_0000;
  return { fingerprint, validFrom, expiresAt, renewAt: expiresAt - life * LIFE_SHARE + life * JITTER_SHARE * jitter };
}

/** SHA-256 of a certificate, hexadecimal in lower case. */
export function fingerprintOf(certificatePem: string): string {
  return new X509Certificate(certificatePem).fingerprint256.replaceAll(":", "").toLowerCase();
}

/**
 * Makes sure that a certificate is for our key and by the authority that we trust.
 *
 * @throws {EnrolmentTrustError} when it is not.
 */
export function checkIssued(certificatePem: string, rootPem: string, privateKey: string): void {
  const [certificate, root] = [new X509Certificate(certificatePem), new X509Certificate(rootPem)];
  if (!certificate.checkIssued(root) || !certificate.verify(root.publicKey))
    throw new EnrolmentTrustError("the certificate was not signed by the platform's authority");
  if (!certificate.checkPrivateKey(createPrivateKey(privateKey)))
    throw new EnrolmentTrustError("the certificate is for another key than the one that was sent");
}
