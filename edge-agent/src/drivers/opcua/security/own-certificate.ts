import { createHash, createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { OpcUaOwnCertificate } from "@nightflow/domain";
import { describe } from "./trust-list.ts";

/** What the agent shows to servers. */
export interface OwnCertificate {
  /** PEM. */
  readonly certificate: string;
  readonly privateKey: string;
}

const DAY_MS = 86_400_000;
const LIFE_DAYS = 2 * 365;
/** The next one is made so long before the end, for administrators need time to trust it. */
const NEXT_BEFORE_MS = 60 * DAY_MS;
/** … and is shown from so long before the end on. */
const SWITCH_BEFORE_MS = 2 * DAY_MS;

/**
 * The agent's own OPC UA certificate: made at the first need, kept in its folder, and followed by another in time. One
 * for all servers, so that an administrator sees one client. Real time, not the business clock, decides its end.
 */
export class OwnCertificates {
  readonly #folder: string;
  readonly #nowMs: () => number;
  #current: OwnCertificate | undefined;
  #next: OwnCertificate | undefined;
  #making: Promise<OwnCertificate> | undefined;

  constructor(dataDir: string, nowMs: () => number = Date.now) {
    this.#folder = join(dataDir, "opcua", "own");
    this.#nowMs = nowMs;
  }

  /** The one to show now. Several buses may ask at once. */
  get(): Promise<OwnCertificate> {
    this.#making ??= this.#look().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Makes the one that follows take over now: its servers trust it already. */
  async renew(): Promise<OwnCertificate> {
    await this.get();
    return await this.#switchTo(this.#next ?? (await makeCertificate(this.#nowMs())));
  }

  /** Path of the certificate, and of the one that follows it, for a person who has to give them to a server. */
  paths(): { readonly current: string; readonly next: string } {
    return { current: join(this.#folder, "certificate.pem"), next: join(this.#folder, "next-certificate.pem") };
  }

  async #look(): Promise<OwnCertificate> {
    // Read anew each time: the command line may have changed them.
    this.#current = await readPair(this.#folder, "");
    this.#next = await readPair(this.#folder, "next-");
    const current = this.#current ?? (await this.#keepFirst("", await makeCertificate(this.#nowMs())));
    this.#current = current;
    const leftMs = endOf(current) - this.#nowMs();
    if (leftMs < NEXT_BEFORE_MS) this.#next ??= await this.#keepFirst("next-", await makeCertificate(this.#nowMs()));
    return leftMs < SWITCH_BEFORE_MS && this.#next !== undefined ? await this.#switchTo(this.#next) : current;
  }

  async #switchTo(next: OwnCertificate): Promise<OwnCertificate> {
    this.#current = await this.#replace(next);
    this.#next = undefined;
    for (const file of ["next-key.pem", "next-certificate.pem"]) await rm(join(this.#folder, file), { force: true });
    return this.#current;
  }

  /**
   * Keeps a new pair, unless another bus or program was first: then that one counts. Key and certificate lie in one file,
   * so that they never belong to different pairs; the second file is for people.
   */
  async #keepFirst(prefix: string, pair: OwnCertificate): Promise<OwnCertificate> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, `${prefix}key.pem`);
    const draft = await writeDraft(path, both(pair), 0o600);
    const isFirst = await link(draft, path).then(
      () => true,
      () => false,
    );
    await rm(draft, { force: true });
    const kept = isFirst ? pair : ((await readPair(this.#folder, prefix)) ?? pair);
    await writeWhole(join(this.#folder, `${prefix}certificate.pem`), kept.certificate, 0o644);
    return kept;
  }

  async #replace(pair: OwnCertificate): Promise<OwnCertificate> {
    await writeWhole(join(this.#folder, "key.pem"), both(pair), 0o600);
    await writeWhole(join(this.#folder, "certificate.pem"), pair.certificate, 0o644);
    return pair;
  }
}

/** The application URI in a certificate, which the client has to call itself by. */
export function applicationUriOf({ certificate }: OwnCertificate): string {
  return describe(new X509Certificate(certificate).raw).applicationUri ?? "urn:nightflow:agent";
}

async function makeCertificate(nowMs: number): Promise<OwnCertificate> {
  const { crypto_utils } = await import("node-opcua-client");
  const { privateKey: key } = await crypto_utils.generateKeyPair(2048);
  const { privPem } = await crypto_utils.privateKeyToPEM(key);
  const host = hostname();
  const id = createHash("sha256").update(privPem).digest("hex").slice(0, 8);
  const { cert } = await crypto_utils.createSelfSignedCertificate({
    privateKey: key,
    // A server's clock may be some minutes behind ours.
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + LIFE_DAYS * DAY_MS),
    subject: `/CN=Nightflow agent ${host} ${id}/O=Nightflow`,
    dns: [host],
    applicationUri: `urn:${host}:nightflow:agent:${id}`,
    purpose: crypto_utils.CertificatePurpose.ForApplication,
  });
  return { certificate: ended(cert), privateKey: ended(privPem) };
}

async function readPair(folder: string, prefix: string): Promise<OwnCertificate | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, `${prefix}key.pem`), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  return pairOf(text);
}

/** Key and certificate out of one PEM text; undefined where it does not hold both, or they do not belong together. */
export function pairOf(text: string): OwnCertificate | undefined {
  const privateKey = /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/.exec(text)?.[0];
  const certificate = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0];
  if (privateKey === undefined || certificate === undefined) return undefined;
  try {
    const isPair = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
    return isPair ? { certificate: ended(certificate), privateKey: ended(privateKey) } : undefined;
  } catch {
    return undefined;
  }
}

/** What people are shown of the agent's own certificate. */
export function ownStandingOf(own: OwnCertificate, next: OwnCertificate | undefined): OpcUaOwnCertificate {
  const der = new X509Certificate(own.certificate).raw;
  const { fingerprint, subject, validFrom, expiresAt } = describe(der);
  return {
    fingerprint,
    sha1: createHash("sha1").update(der).digest("hex"),
    subject,
    applicationUri: applicationUriOf(own),
    validFrom,
    expiresAt,
    next: next === undefined ? null : describe(new X509Certificate(next.certificate).raw).fingerprint,
  };
}

function endOf({ certificate }: OwnCertificate): number {
  return Date.parse(new X509Certificate(certificate).validTo);
}

function ended(pem: string): string {
  return pem.endsWith("\n") ? pem : `${pem}\n`;
}

function both({ privateKey, certificate }: OwnCertificate): string {
  return `${privateKey}${certificate}`;
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  await rename(await writeDraft(path, text, mode), path);
}

async function writeDraft(path: string, text: string, mode: number): Promise<string> {
  const draft = `${path}.${randomUUID()}.new`;
  const file = await open(draft, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  return draft;
}
