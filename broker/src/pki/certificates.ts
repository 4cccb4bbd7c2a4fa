import "reflect-metadata";
import { createHash, randomBytes, type webcrypto } from "node:crypto";
import { isIP } from "node:net";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";
import { agentUri } from "../listeners/peer-certificate.ts";

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

// This file takes half a second and 20 MB to load: only what signs or reads a request imports it, and late.
cryptoProvider.set(crypto);

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;
const ROOT_DAYS = 3653;
// A gateway whose clock is a little slow must not find its new certificate "not yet valid".
const BACKDATED_MS = 3_600_000;

/** A signed certificate, and what to know it by. */
export interface SignedCertificate {
  readonly pem: string;
  /** Hexadecimal, upper case. */
  readonly serial: string;
  /** SHA-256, hexadecimal in lower case. */
  readonly fingerprint: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** A certificate that was revoked. */
export interface RevokedSerial {
  /** Hexadecimal. */
  readonly serial: string;
  /** Epoch ms. */
  readonly at: number;
}

/** A new key pair as PEM (PKCS #8 and SPKI). */
export interface KeyPem {
  readonly privatePem: string;
  readonly publicPem: string;
}

/** Makes a key pair on P-256. */
export async function makeKey(): Promise<KeyPem> {
  const pair = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const privateDer = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
  const publicDer = await crypto.subtle.exportKey("spki", pair.publicKey);
  return { privatePem: pem("PRIVATE KEY", privateDer), publicPem: pem("PUBLIC KEY", publicDer) };
}

/** Makes a root certificate for a key of `makeKey`: ten years, and no authority below it. */
export async function makeRoot(key: KeyPem, name: string, nowMs: number): Promise<SignedCertificate> {
  const keys = await importPair(key);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: newSerial(),
      name: `CN=${name}, O=Nightflow`,
      notBefore: new Date(nowMs - BACKDATED_MS),
      notAfter: new Date(nowMs + ROOT_DAYS * DAY_MS),
      signingAlgorithm: ECDSA,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    crypto,
  );
  return signed(certificate);
}

/** Signs certificates with one root. */
export class Signer {
  readonly #root: X509Certificate;
  readonly #key: CryptoKey;

  private constructor(root: X509Certificate, key: CryptoKey) {
    this.#root = root;
    this.#key = key;
  }

  static async open(rootPem: string, privatePem: string): Promise<Signer> {
    return new Signer(new X509Certificate(rootPem), await importPrivate(privatePem));
  }

  /** A client certificate: common name the agent, organisational unit the site, and both in a URI. */
  async signAgent(order: { agent: string; site: string; publicPem: string; days: number; nowMs: number }) {
    const { agent, site, publicPem, days, nowMs } = order;
    const names = new SubjectAlternativeNameExtension([{ type: "url", value: agentUri(site, agent) }]);
    const subject = `CN=${agent}, OU=${site}, O=Nightflow`;
    return await this.#sign(subject, publicPem, days, nowMs, [usage(ExtendedKeyUsage.clientAuth), names]);
  }

  /** A server certificate for names and addresses. */
  async signServer(order: { names: readonly string[]; publicPem: string; days: number; nowMs: number }) {
    const { names, publicPem, days, nowMs } = order;
    const alternatives = names.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
    const extensions = [usage(ExtendedKeyUsage.serverAuth), new SubjectAlternativeNameExtension(alternatives)];
    return await this.#sign("CN=Nightflow MQTT broker, O=Nightflow", publicPem, days, nowMs, extensions);
  }

  /** The list of revoked certificates as PEM, good for `days`. */
  async signCrl(order: { revoked: readonly RevokedSerial[]; days: number; nowMs: number }): Promise<string> {
    const { revoked, days, nowMs } = order;
    const list = await X509CrlGenerator.create(
      {
        issuer: this.#root.subject,
        thisUpdate: new Date(nowMs - BACKDATED_MS),
        nextUpdate: new Date(nowMs + days * DAY_MS),
        signingAlgorithm: ECDSA,
        signingKey: this.#key,
        entries: revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: new Date(at) })),
        extensions: [await AuthorityKeyIdentifierExtension.create(this.#root)],
      },
      crypto,
    );
    // The library writes "CRL" into the PEM header, which OpenSSL does not know.
    return pem("X509 CRL", list.rawData);
  }

  async #sign(subject: string, publicPem: string, days: number, nowMs: number, extensions: readonly Extension[]) {
    const publicKey = new PublicKey(publicPem);
    const certificate = await X509CertificateGenerator.create(
      {
        serialNumber: newSerial(),
        subject,
        issuer: this.#root.subject,
        notBefore: new Date(nowMs - BACKDATED_MS),
        notAfter: new Date(Math.min(nowMs + days * DAY_MS, this.#root.notAfter.getTime())),
        signingAlgorithm: ECDSA,
        publicKey,
        signingKey: this.#key,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          await SubjectKeyIdentifierExtension.create(publicKey),
          await AuthorityKeyIdentifierExtension.create(this.#root),
          ...extensions,
        ],
      },
      crypto,
    );
    return signed(certificate);
  }
}

/** The public key of a certificate request, as PEM; undefined when it is none or its signature is not by that key. */
export async function keyOfRequest(requestPem: string): Promise<string | undefined> {
  try {
    const request = new Pkcs10CertificateRequest(requestPem);
    return (await request.verify(crypto)) ? request.publicKey.toString("pem") : undefined;
  } catch {
    return undefined;
  }
}

function usage(purpose: ExtendedKeyUsage): Extension {
  return new ExtendedKeyUsageExtension([purpose]);
}

// Positive, 126 random bits, and of one length with any reader: the first byte is neither zero nor above 0x7f.
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function signed(certificate: X509Certificate): SignedCertificate {
  return {
    pem: `${certificate.toString("pem")}\n`,
    serial: certificate.serialNumber.toUpperCase(),
    fingerprint: createHash("sha256").update(Buffer.from(certificate.rawData)).digest("hex"),
    expiresAt: certificate.notAfter.getTime(),
  };
}

async function importPair({ privatePem, publicPem }: KeyPem): Promise<CryptoKeyPair> {
  const publicKey = await crypto.subtle.importKey("spki", der(publicPem), ECDSA, true, ["verify"]);
  return { privateKey: await importPrivate(privatePem), publicKey };
}

function importPrivate(privatePem: string): Promise<CryptoKey> {
  return crypto.subtle.importKey("pkcs8", der(privatePem), ECDSA, false, ["sign"]);
}

function der(text: string): Buffer {
  return Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}

function pem(label: string, bytes: ArrayBuffer): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
