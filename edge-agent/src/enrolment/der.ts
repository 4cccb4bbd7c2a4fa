/** Tags of the DER types that requests are made of. */
export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  utf8String: 0x0c,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Object identifiers, already in DER. */
export const OID = {
  commonName: Buffer.from("0603550403", "hex"),
  ecdsaWithSha256: Buffer.from("06082a8648ce3d040302", "hex"),
} as const;

/** One DER value of a tag, from its content in parts; at most 64 KiB. */
export function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

/** A name that has a common name and nothing else. */
export function commonNameOf(name: string): Buffer {
  const attribute = der(TAG.sequence, OID.commonName, der(TAG.utf8String, Buffer.from(name)));
  return der(TAG.sequence, der(TAG.set, attribute));
}

/** A bit string of whole bytes. */
export function bitString(bytes: Buffer): Buffer {
  return der(TAG.bitString, Buffer.of(0), bytes);
}

/** DER as PEM. */
export function pemOf(label: string, bytes: Buffer): string {
  const lines = bytes.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  return length < 0x100 ? Buffer.of(0x81, length) : Buffer.of(0x82, length >> 8, length & 0xff);
}
