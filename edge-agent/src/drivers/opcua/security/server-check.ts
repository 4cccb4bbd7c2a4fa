import { type StatusCode, StatusCodes } from "node-opcua-client";
import { describe, leafOf, type ShownAt, type TrustList } from "./trust-list.ts";

/** What was found of the certificate that a server has shown. */
export type Verdict =
  | { readonly kind: "trusted" | "pending" | "rejected"; readonly fingerprint: string; readonly subject: string }
  | { readonly kind: "expired" | "not-yet-valid"; readonly validFrom: number; readonly expiresAt: number };

/**
 * Judges a server's certificate by the trust list alone: by what it is, never by who has signed it, and by its time. What
 * node-opcua's own store does beyond that (watchers on folders, trust by first sight) is left out on purpose.
 */
export class ServerCheck {
  readonly #list: TrustList;
  readonly #shownAt: Omit<ShownAt, "atMs">;
  readonly #nowMs: () => number;
  referenceCounter = 0;
  /** The last answer; undefined until a server has shown a certificate. */
  verdict: Verdict | undefined;

  constructor(list: TrustList, shownAt: Omit<ShownAt, "atMs">, nowMs: () => number = Date.now) {
    this.#list = list;
    this.#shownAt = shownAt;
    this.#nowMs = nowMs;
  }

  async checkCertificate(certificate: Buffer | Buffer[]): Promise<StatusCode> {
    this.verdict = this.#judge(leafOf(Array.isArray(certificate) ? (certificate[0] ?? Buffer.of()) : certificate));
    if (this.verdict.kind === "trusted") return StatusCodes.Good;
    return "validFrom" in this.verdict ? StatusCodes.BadCertificateTimeInvalid : StatusCodes.BadCertificateUntrusted;
  }

  /** Asked of the agent's own certificate only, by a check that merely warns. */
  async verifyCertificate(): Promise<string> {
    return "Good";
  }

  async getTrustStatus(certificate: Buffer): Promise<StatusCode> {
    return this.#list.stateOf(leafOf(certificate)) === "trusted"
      ? StatusCodes.Good
      : StatusCodes.BadCertificateUntrusted;
  }

  async initialize(): Promise<void> {}
  async dispose(): Promise<void> {}
  async trustCertificate(): Promise<void> {}
  async rejectCertificate(): Promise<void> {}
  async addIssuer(): Promise<void> {}
  async addRevocationList(): Promise<void> {}

  #judge(der: Buffer): Verdict {
    const { fingerprint, subject, validFrom, expiresAt } = describe(der);
    const now = this.#nowMs();
    const kind = this.#list.seen(der, { ...this.#shownAt, atMs: now });
    if (kind !== "trusted") return { kind, fingerprint, subject };
    if (now > expiresAt) return { kind: "expired", validFrom, expiresAt };
    if (now < validFrom) return { kind: "not-yet-valid", validFrom, expiresAt };
    return { kind, fingerprint, subject };
  }
}
