import { createDecipheriv, timingSafeEqual } from "node:crypto";
import { MbusDataError } from "../errors.ts";
import { cmacOf } from "./cmac.ts";

const BLOCK = 16;
/** Decrypted data begins so; with a wrong key it does once in 65,536. */
const IDLE = 0x2f;
const ZERO_IV = Buffer.alloc(BLOCK);

/** Bits 8 to 12 of the configuration: how the data are encrypted. @see EN 13757-7 */
export function modeOf(configuration: number): number {
  return (configuration >> 8) & 0x1f;
}

/** Bits 4 to 7: how many blocks of 16 bytes are encrypted. What follows them is open to everybody. */
export function encryptedBytes(configuration: number, available: number): number {
  const bytes = ((configuration >> 4) & 0x0f) * BLOCK;
  if (bytes > available) throw new MbusDataError(`${bytes} encrypted bytes are announced and ${available} came`);
  return bytes;
}

/**
 * The data of mode 5: AES-128 in CBC mode, its start from the meter's address and the access number.
 * Null when the key is not the meter's.
 *
 * Shape: `addressBytes` are maker and address as the radio has them.
 *
 * @see EN 13757-7, OMS volume 2 security profile A
 */
export function decryptMode5(
  data: Uint8Array,
  {
    key,
    addressBytes,
    accessNumber,
    configuration,
  }: {
    readonly key: Uint8Array;
    readonly addressBytes: Uint8Array;
    readonly accessNumber: number;
    readonly configuration: number;
  },
): Uint8Array | null {
  const iv = Buffer.from([...addressBytes, ...new Array<number>(8).fill(accessNumber)]);
  return decryptCbc(data, { key, iv, bytes: encryptedBytes(configuration, data.length) });
}

/** The data of mode 7: the same with a key of the message's own, and a start of zeros. */
export function decryptMode7(
  data: Uint8Array,
  { key, configuration }: { readonly key: Uint8Array; readonly configuration: number },
): Uint8Array | null {
  return decryptCbc(data, { key, iv: ZERO_IV, bytes: encryptedBytes(configuration, data.length) });
}

/** What a derived key is for. */
export const DERIVED_FOR = { encryption: 0x00, authentication: 0x01 } as const;

/** The key for one message, from the meter's key, its message counter and its number. @see OMS volume 2, 9.6.2 */
export function derivedKey(
  masterKey: Uint8Array,
  purpose: (typeof DERIVED_FOR)[keyof typeof DERIVED_FOR],
  { counter, numberBytes }: { readonly counter: number; readonly numberBytes: Uint8Array },
): Buffer {
  const message = Buffer.alloc(BLOCK, 0x07);
  message[0] = purpose;
  message.writeUInt32LE(counter, 1);
  message.set(numberBytes.subarray(0, 4), 5);
  return cmacOf(masterKey, message);
}

/** Whether the first bytes of the message's CMAC are those that came. */
export function isAuthentic(key: Uint8Array, message: Uint8Array, mac: Uint8Array): boolean {
  return mac.length >= 2 && timingSafeEqual(cmacOf(key, message).subarray(0, mac.length), mac);
}

/**
 * The data of an extended link layer with a session number: AES-128 in counter mode. Its first two bytes are the CRC of the rest.
 *
 * @see EN 13757-4, extended link layer with control information 8D
 */
export function decryptSession(
  data: Uint8Array,
  {
    key,
    addressBytes,
    header,
  }: {
    readonly key: Uint8Array;
    readonly addressBytes: Uint8Array;
    /** Communication control and session number. */
    readonly header: { readonly control: number; readonly session: Uint8Array };
  },
): Uint8Array {
  const iv = Buffer.from([...addressBytes, header.control, ...header.session, 0, 0, 0]);
  return createDecipheriv("aes-128-ctr", key, iv).update(data);
}

function decryptCbc(
  data: Uint8Array,
  { key, iv, bytes }: { readonly key: Uint8Array; readonly iv: Uint8Array; readonly bytes: number },
): Uint8Array | null {
  const decipher = createDecipheriv("aes-128-cbc", key, iv).setAutoPadding(false);
  const plain = decipher.update(data.subarray(0, bytes));
  if (bytes > 0 && (plain[0] !== IDLE || plain[1] !== IDLE)) return null;
  return Uint8Array.of(...plain, ...data.subarray(bytes));
}
