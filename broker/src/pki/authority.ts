import { createPublicKey, randomBytes, X509Certificate } from "node:crypto";
import { chmod, mkdir, readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { AgentId, NightflowError, SiteId } from "@nightflow/domain";
import type { ListenerAuthority } from "../listeners/tls-material.ts";
import { OneAtATime } from "../one-at-a-time.ts";
import type { RevokedSerial, SignedCertificate, Signer } from "./certificates.ts";
import { writeDurably, writeOnce } from "./durable-file.ts";

export type { RevokedSerial, SignedCertificate } from "./certificates.ts";

/** The authority cannot do what it is asked for, or its files are not whole. */
export class AuthorityError extends NightflowError {
  readonly code = "AUTHORITY_INVALID";
  readonly retriable = false;
}

/** A certificate to be made for an agent, from its request (which proves that it holds the key) or a bare public key. */
export interface CertificateOrder {
  readonly agent: string;
  readonly site: string;
  /** PEM: a PKCS #10 request or an SPKI public key. */
  readonly key: { readonly request: string } | { readonly publicKey: string };
  readonly days: number;
}

/** The platform's own certification authority: one root, agents' certificates and the listener's. */
export interface Authority extends ListenerAuthority {
  /**
   * Signs a certificate for an agent; what the request itself says of its subject is not looked at. Nothing is noted:
   * what was issued is its caller's to keep.
   *
   * @throws {AuthorityError} when the request is not signed by its own key, or the key is too weak.
   */
  issue(order: CertificateOrder): Promise<SignedCertificate>;
  /** The public key of a PKCS #10 request as PEM; undefined when it is not signed by that key or the key is too weak. */
  keyOf(request: string): Promise<string | undefined>;
  /** The list of revoked certificates, PEM, for brokers that follow nothing else. */
  revocationList(revoked: readonly RevokedSerial[], days: number): Promise<string>;
}

const SERVER_DAYS = 397;
const RENEWED_BEFORE_MS = 30 * 86_400_000;
const LOCAL_NAMES = ["localhost", "127.0.0.1"];
const STRONG_CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const MIN_RSA_BITS = 2048;

/**
 * Opens the authority in a folder, and makes it there at the first call: an ECDSA P-256 root for ten years, its key
 * readable by its owner alone. Two processes that make it at once end with the same root.
 *
 * @throws {AuthorityError} when half of the root is missing.
 */
export async function createAuthority(dir: string, now: () => number = Date.now): Promise<Authority> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const certificates = await import("./certificates.ts");
  const { rootPem, privatePem } = await openRoot(dir, certificates, now);
  const signer = await certificates.Signer.open(rootPem, privatePem);
  return new FolderAuthority({ dir, now, certificates, signer, rootPem });
}

/**
 * The authority as far as a broker needs it that has a certificate of its own: the root's certificate alone. Undefined
 * where the folder has none, or has the key too.
 */
export async function openTrustedRoot(dir: string): Promise<ListenerAuthority | undefined> {
  const [rootPem, key] = await Promise.all(["root.crt.pem", "root.key.pem"].map((name) => readOr(join(dir, name))));
  if (rootPem === undefined || key !== undefined) return undefined;
  const root = new X509Certificate(rootPem);
  return {
    rootPem,
    isOwn: (der) => isSignedBy(root, der),
    serverCertificate: () => Promise.reject(new AuthorityError("without the root's key no certificate can be made")),
  };
}

function isSignedBy(root: X509Certificate, der: Uint8Array): boolean {
  const certificate = new X509Certificate(der);
  return certificate.checkIssued(root) && certificate.verify(root.publicKey);
}

type Certificates = typeof import("./certificates.ts");

interface AuthorityParts {
  readonly dir: string;
  readonly now: () => number;
  readonly certificates: Certificates;
  readonly signer: Signer;
  readonly rootPem: string;
}

class FolderAuthority implements Authority {
  readonly rootPem: string;
  readonly #parts: AuthorityParts;
  readonly #root: X509Certificate;
  readonly #queue = new OneAtATime();

  constructor(parts: AuthorityParts) {
    this.#parts = parts;
    this.rootPem = parts.rootPem;
    this.#root = new X509Certificate(parts.rootPem);
  }

  async issue({ agent, site, key, days }: CertificateOrder): Promise<SignedCertificate> {
    const { signer, now } = this.#parts;
    const publicPem = "publicKey" in key ? key.publicKey : await this.keyOf(key.request);
    if (publicPem === undefined)
      throw new AuthorityError("the request is none, is not signed by its own key, or its key is too weak");
    if (!isStrong(publicPem))
      throw new AuthorityError("the key must be P-256, P-384, P-521, Ed25519 or RSA from 2048 bits");
    const who = { agent: AgentId.parse(agent), site: SiteId.parse(site) };
    return await signer.signAgent({ ...who, publicPem, days, nowMs: now() });
  }

  async keyOf(request: string): Promise<string | undefined> {
    const publicPem = await this.#parts.certificates.keyOfRequest(request);
    return publicPem !== undefined && isStrong(publicPem) ? publicPem : undefined;
  }

  revocationList(revoked: readonly RevokedSerial[], days: number): Promise<string> {
    return this.#parts.signer.signCrl({ revoked, days, nowMs: this.#parts.now() });
  }

  isOwn(der: Uint8Array): boolean {
    return isSignedBy(this.#root, der);
  }

  serverCertificate(names: readonly string[]): Promise<{ cert: string; key: string }> {
    return this.#queue.run(() => this.#serverCertificate([...new Set([...LOCAL_NAMES, ...names])]));
  }

  async #serverCertificate(names: readonly string[]): Promise<{ cert: string; key: string }> {
    const { dir, now, certificates, signer, rootPem } = this.#parts;
    const [certPath, keyPath] = [join(dir, "server.crt.pem"), join(dir, "server.key.pem")];
    const kept = await readBoth(certPath, keyPath);
    if (kept !== undefined && isServable(kept, names, now())) return { cert: kept.cert + rootPem, key: kept.key };
    const key = await certificates.makeKey();
    const { pem } = await signer.signServer({ names, publicPem: key.publicPem, days: SERVER_DAYS, nowMs: now() });
    await writeDurably(keyPath, key.privatePem);
    await writeDurably(certPath, pem);
    return { cert: pem + rootPem, key: key.privatePem };
  }
}

async function openRoot(dir: string, { makeKey, makeRoot }: Certificates, now: () => number) {
  const [certPath, keyPath] = [join(dir, "root.crt.pem"), join(dir, "root.key.pem")];
  const [kept, keptKey] = await Promise.all([readOr(certPath), readOr(keyPath)]);
  if (kept !== undefined && keptKey !== undefined) {
    await chmod(keyPath, 0o600);
    return { rootPem: kept, privatePem: keptKey };
  }
  if (kept !== undefined) {
    const remedy =
      "restore it from a backup; without it no certificate can be signed, and a new root means a new fleet";
    throw new AuthorityError(`${keyPath}: the key of the root is missing`, { remedy });
  }
  // A key alone is what a crash left between the two files, or another process that is a step behind: whose file is
  // there first counts for both.
  const key = await makeKey();
  const privatePem = await writeOnce(keyPath, key.privatePem);
  const publicPem = String(createPublicKey(privatePem).export({ type: "spki", format: "pem" }));
  const { pem } = await makeRoot({ privatePem, publicPem }, `Nightflow ${randomBytes(4).toString("hex")}`, now());
  return { rootPem: await writeOnce(certPath, pem), privatePem };
}

async function readBoth(certPath: string, keyPath: string) {
  const [cert, key] = await Promise.all([readOr(certPath), readOr(keyPath)]);
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function isServable({ cert, key }: { cert: string; key: string }, names: readonly string[], nowMs: number): boolean {
  const certificate = new X509Certificate(cert);
  const isWhole = certificate.publicKey.equals(createPublicKey(key));
  const isFresh = Date.parse(certificate.validTo) - nowMs > RENEWED_BEFORE_MS;
  const isFor = (name: string) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  return isWhole && isFresh && names.every(isFor);
}

function isStrong(publicPem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey(publicPem);
    if (asymmetricKeyType === "rsa") return (asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_RSA_BITS;
    return asymmetricKeyType === "ed25519" || STRONG_CURVES.has(asymmetricKeyDetails?.namedCurve ?? "");
  } catch {
    return false;
  }
}

async function readOr(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
