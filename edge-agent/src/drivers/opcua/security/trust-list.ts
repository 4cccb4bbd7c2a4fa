import { createHash, X509Certificate } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CertificateFingerprint, NightflowError, OpcUaCertificate } from "@nightflow/domain";
import { z } from "zod";

/** What lies in a certificate's file. */
const KeptCertificate = OpcUaCertificate.extend({ v: z.literal(1), der: z.string() });
type KeptCertificate = z.infer<typeof KeptCertificate>;

/** Where a certificate was shown. */
export interface ShownAt {
  readonly bus: string | null;
  readonly endpointUrl: string;
  /** Epoch ms. */
  readonly atMs: number;
}

/** A decision that could not be taken, as a code that does not change. */
export type DecisionOutcome = "done" | "unknown-certificate" | "ambiguous";

/** A hostile server may show another certificate each time; more than this are not kept undecided. */
const MAX_PENDING = 50;
/** `lastSeenAt` is not written more often than this: a gateway's flash wears. */
const SEEN_STEP_MS = 3_600_000;

/**
 * The certificates of servers that people have trusted or rejected, and those that nobody has looked at yet. One JSON
 * file each, so that the agent and the command line share it while the agent runs. Nothing is ever trusted by itself.
 */
export class TrustList {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** All of them, undecided ones first. */
  list(): OpcUaCertificate[] {
    const order = ["pending", "rejected", "trusted"];
    const kept = this.#all().map(({ v: _, der: __, ...certificate }) => certificate);
    return kept.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || b.lastSeenAt - a.lastSeenAt);
  }

  /** Looks up a certificate that a server shows; one that is new is kept for a person to decide. */
  seen(der: Buffer, { bus, endpointUrl, atMs }: ShownAt): OpcUaCertificate["state"] {
    const fingerprint = createHash("sha256").update(der).digest("hex");
    const known = this.#read(fingerprint);
    if (known === undefined) {
      this.#dropOldestPending();
      this.#write({
        ...describe(der),
        state: "pending",
        ...undecided(atMs),
        bus,
        endpointUrl: endpointUrl.slice(0, 300),
      });
      return "pending";
    }
    if (Math.abs(atMs - known.lastSeenAt) > SEEN_STEP_MS) this.#write({ ...known, lastSeenAt: atMs, endpointUrl, bus });
    return known.state;
  }

  /** What was decided about a certificate; undefined for one that no server has shown. */
  stateOf(der: Buffer): OpcUaCertificate["state"] | undefined {
    return this.#read(createHash("sha256").update(der).digest("hex"))?.state;
  }

  /**
   * Trusts or rejects a certificate from now on.
   *
   * Shape: `thumbprint` is the SHA-256 fingerprint or its beginning (8 digits at least), or the SHA-1 thumbprint; colons and
   * capitals do not matter.
   */
  decide(thumbprint: string, decision: "trust" | "reject", who: string, atMs: number): DecisionOutcome {
    const found = this.#matching(thumbprint);
    if (found.length > 1) return "ambiguous";
    const [certificate] = found;
    if (certificate === undefined) return "unknown-certificate";
    const state = decision === "trust" ? "trusted" : "rejected";
    this.#write({ ...certificate, state, decidedBy: who.slice(0, 200), decidedAt: atMs });
    return "done";
  }

  /** Trusts a certificate that was brought as a file, before any server has shown it. */
  add(der: Buffer, who: string, atMs: number): OpcUaCertificate {
    const certificate = describe(der);
    const decided = { decidedBy: who.slice(0, 200), decidedAt: atMs, firstSeenAt: atMs, lastSeenAt: atMs };
    const kept = { ...certificate, ...decided, state: "trusted" as const, bus: null, endpointUrl: "-" };
    this.#write(kept);
    const { v: _, der: __, ...shown } = kept;
    return shown;
  }

  #matching(thumbprint: string): KeptCertificate[] {
    const wanted = thumbprint.replaceAll(":", "").toLowerCase();
    if (wanted.length < 8) return [];
    return this.#all().filter(({ fingerprint, der }) => fingerprint.startsWith(wanted) || sha1Of(der) === wanted);
  }

  #all(): KeptCertificate[] {
    return this.#names().flatMap((name) => this.#read(name) ?? []);
  }

  #names(): string[] {
    try {
      return readdirSync(this.#folder).flatMap((file) => (file.endsWith(".json") ? [file.slice(0, -5)] : []));
    } catch {
      return [];
    }
  }

  /** A file that cannot be read counts as none: the certificate is then asked about again. */
  #read(fingerprint: string): KeptCertificate | undefined {
    if (!CertificateFingerprint.safeParse(fingerprint).success) return undefined;
    try {
      const parsed = KeptCertificate.parse(JSON.parse(readFileSync(this.#path(fingerprint), "utf8")));
      const isWhole = createHash("sha256").update(Buffer.from(parsed.der, "base64")).digest("hex") === fingerprint;
      return isWhole && parsed.fingerprint === fingerprint ? parsed : undefined;
    } catch {
      return undefined;
    }
  }

  #write(certificate: KeptCertificate): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#path(certificate.fingerprint);
    const draft = `${path}.${process.pid}.new`;
    writeFileSync(draft, `${JSON.stringify(certificate, undefined, 1)}\n`, { mode: 0o600, flush: true });
    renameSync(draft, path);
  }

  #dropOldestPending(): void {
    const pending = this.#all().filter(({ state }) => state === "pending");
    pending.sort((a, b) => a.lastSeenAt - b.lastSeenAt);
    for (const { fingerprint } of pending.slice(0, Math.max(0, pending.length + 1 - MAX_PENDING)))
      rmSync(this.#path(fingerprint), { force: true });
  }

  #path(fingerprint: string): string {
    return join(this.#folder, `${fingerprint}.json`);
  }
}

/** No certificate, or more than one, is meant by a thumbprint. */
export class OpcUaCertificateError extends NightflowError {
  readonly code = "OPCUA_CERTIFICATE_UNKNOWN";
  readonly retriable = false;
}

/** The same as `decide`, for callers to whom anything but done is a failure. @throws {OpcUaCertificateError} */
export function decideOrThrow(list: TrustList, thumbprint: string, decision: "trust" | "reject", who: string): void {
  const outcome = list.decide(thumbprint, decision, who, Date.now());
  if (outcome === "done") return;
  const what = outcome === "ambiguous" ? "more than one certificate begins with" : "no server has shown a certificate";
  throw new OpcUaCertificateError(`${what} ${thumbprint}`, {
    remedy: "give more digits of the fingerprint, as `nightflow-agent opcua certificates list agent.yaml` shows it",
  });
}

/** Where an agent keeps what it knows of OPC UA servers. */
export function trustFolder(dataDir: string): string {
  return join(dataDir, "opcua", "servers");
}

/** What people are shown of a certificate. */
export function describe(der: Buffer) {
  const certificate = new X509Certificate(der);
  return {
    v: 1 as const,
    der: der.toString("base64"),
    fingerprint: createHash("sha256").update(der).digest("hex"),
    subject: certificate.subject.replaceAll("\n", ", ").slice(0, 300),
    applicationUri: /URI:([^,\s]+)/.exec(certificate.subjectAltName ?? "")?.[1]?.slice(0, 300) ?? null,
    validFrom: Date.parse(certificate.validFrom),
    expiresAt: Date.parse(certificate.validTo),
  };
}

/** The first certificate of a chain as servers send it: one behind the other, each with its own length. */
export function leafOf(chain: Buffer): Buffer {
  const lengthOctets = (chain[1] ?? 0) & 0x7f;
  const isLong = ((chain[1] ?? 0) & 0x80) !== 0;
  const length = isLong ? chain.readUIntBE(2, Math.min(lengthOctets, 4)) + 2 + lengthOctets : lengthOctets + 2;
  return chain.subarray(0, length);
}

function sha1Of(derBase64: string): string {
  return createHash("sha1").update(Buffer.from(derBase64, "base64")).digest("hex");
}

function undecided(atMs: number) {
  return { firstSeenAt: atMs, lastSeenAt: atMs, decidedBy: null, decidedAt: null };
}
