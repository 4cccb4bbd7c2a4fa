import "reflect-metadata";
import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import type { CertificateClaim } from "../listeners/peer-certificate.ts";
import type { SignedCertificate } from "../pki/authority.ts";
import { makeKey, makeRoot, Signer } from "../pki/certificates.ts";

const ECDSA = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** A folder of its own for a test. */
export function tempFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "nightflow-broker-"));
}

/** A key pair and the request that an agent makes with it. */
export async function makeRequest(subject = "CN=anybody"): Promise<{ key: string; request: string }> {
  const keys = await crypto.subtle.generateKey(ECDSA, true, ["sign", "verify"]);
  const request = await Pkcs10CertificateRequestGenerator.create({ name: subject, keys, signingAlgorithm: ECDSA });
  const bytes = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return {
    key: `-----BEGIN PRIVATE KEY-----\n${bytes}\n-----END PRIVATE KEY-----\n`,
    request: request.toString("pem"),
  };
}

/** An authority that is not the platform's: its root, and a way to certify agents. */
export async function makeStrangeAuthority(nowMs = Date.now()) {
  const root = await makeKey();
  const { pem: rootPem } = await makeRoot(root, "Somebody else", nowMs);
  const signer = await Signer.open(rootPem, root.privatePem);
  return {
    rootPem,
    async certify(agent: string, site: string, days = 30) {
      const { privatePem, publicPem } = await makeKey();
      return { key: privatePem, cert: await signer.signAgent({ agent, site, publicPem, days, nowMs }) };
    },
    async certifyServer(names: readonly string[]) {
      const { privatePem, publicPem } = await makeKey();
      return { key: privatePem, cert: await signer.signServer({ names, publicPem, days: 30, nowMs }) };
    },
  };
}

/** What a listener reads from a certificate. */
export function claimOf(agent: string, site: string, certificate: SignedCertificate): CertificateClaim {
  const { serial, fingerprint, expiresAt } = certificate;
  return { agent, site, serial, fingerprint, expiresAt, der: derOf(certificate.pem) };
}

/** The fingerprint of a PEM certificate. */
export function fingerprintOf(pem: string): string {
  return createHash("sha256").update(derOf(pem)).digest("hex");
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
}
