import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { bitString, commonNameOf, der, OID, pemOf, TAG } from "./der.ts";

/** A new private key on P-256, PEM (PKCS #8). */
export function makePrivateKey(): string {
  return String(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }));
}

/** SHA-256 of a key's public half, hexadecimal: what a person compares before approving. */
export function keyFingerprint(privateKey: string): string {
  return createHash("sha256").update(publicDer(privateKey)).digest("hex");
}

const ATTRIBUTES = 0xa0;

/**
 * A certificate request for a P-256 key, PEM, signed by that key.
 *
 * @see RFC 2986, section 4
 */
export function makeRequest(privateKey: string, commonName: string): string {
  const version = der(TAG.integer, Buffer.of(0));
  const info = der(TAG.sequence, version, commonNameOf(commonName), publicDer(privateKey), der(ATTRIBUTES));
  const signature = sign("sha256", info, createPrivateKey(privateKey));
  const algorithm = der(TAG.sequence, OID.ecdsaWithSha256);
  return pemOf("CERTIFICATE REQUEST", der(TAG.sequence, info, algorithm, bitString(signature)));
}

function publicDer(privateKey: string): Buffer {
  return createPublicKey(privateKey).export({ type: "spki", format: "der" });
}
