import { MeterDataError } from "../../../errors.ts";
import { MbusDataError } from "../errors.ts";
import { decodeMbusHeader, type MbusIdentity } from "../header.ts";
import { decodeMbusRecords, type MbusRecords } from "../records.ts";
import { CompactFormats } from "./compact-formats.ts";
import { crcOf, decodeWmbusLink, identityOf, type WmbusLink } from "./link-frame.ts";
import {
  DERIVED_FOR,
  decryptMode5,
  decryptMode7,
  decryptSession,
  derivedKey,
  encryptedBytes,
  isAuthentic,
  modeOf,
} from "./security.ts";

/** Finds the key of a meter; undefined where there is none. */
export type KeyOf = (identity: MbusIdentity) => Uint8Array | undefined;

/** What a telegram says, or why it cannot be read. Its meter is known in every case. */
export type WmbusTelegram = { readonly identity: MbusIdentity } & (
  | {
      readonly kind: "records";
      readonly accessNumber: number | null;
      /** Message counter where the telegram is authenticated: it only ever rises. */
      readonly counter: number | null;
      readonly status: number;
      /** Whether all of its records came encrypted or authenticated: nobody without the key can have made them. */
      readonly isSealed: boolean;
      readonly content: MbusRecords;
    }
  | { readonly kind: "no-key" }
  | { readonly kind: "wrong-key" }
  /** Encrypted or built in a way that is not decoded; in words for people. */
  | { readonly kind: "unsupported"; readonly what: string }
);

interface Layers {
  readonly link: WmbusLink;
  /** Bound to the key: the meter's own, also where a radio adapter sends for it. */
  readonly identity: MbusIdentity;
  readonly addressBytes: Uint8Array;
  readonly keyOf: KeyOf;
  readonly formats: CompactFormats;
  readonly authentication: Authentication | null;
  /** What is inside came encrypted as a whole. */
  readonly isSealed: boolean;
}

/** What the authentication layer brought: the counter, the code, and what was counted into it. */
interface Authentication {
  readonly counter: number | null;
  readonly mac: Uint8Array;
  readonly prefix: Uint8Array;
}

const ELL = { short: 0x8c, session: 0x8d, adapter: 0x8e } as const;
const AUTHENTICATION = 0x90;
const ADDRESS_BYTES = 8;

/**
 * A radio telegram, decrypted with the key that `keyOf` finds. `formats` remembers the fields of full telegrams, without
 * which the compact ones between them say nothing.
 *
 * @throws {MbusFrameError} when its length or a CRC is wrong.
 * @throws {MbusDataError} when what is inside is cut.
 * @see EN 13757-4 link layers, EN 13757-3 application, EN 13757-7 security
 */
export function decodeWmbusTelegram(
  bytes: Uint8Array,
  keyOf: KeyOf,
  formats: CompactFormats = new CompactFormats(),
): WmbusTelegram {
  const link = decodeWmbusLink(bytes);
  const { identity, addressBytes } = link;
  return readLayer(link.body, { link, identity, addressBytes, keyOf, formats, authentication: null, isSealed: false });
}

function readLayer(body: Uint8Array, layers: Layers): WmbusTelegram {
  const ci = body[0];
  const { identity } = layers;
  if (ci === ELL.short) return readLayer(need(body, 4).subarray(3), layers);
  if (ci === ELL.adapter) return readAdapter(need(body, 12), layers);
  if (ci === ELL.session) return readSession(need(body, 10), layers);
  if (ci === AUTHENTICATION) return readAuthentication(need(body, 3), layers);
  if (ci === 0x72 || ci === 0x7a || ci === 0x78) return readApplication(ci, body, layers);
  if (ci === 0x79) return readCompact(body.subarray(1), layers);
  const code = ci?.toString(16).toUpperCase() ?? "none";
  const what = `control information ${code}${ci !== undefined && ci >= 0xa0 && ci <= 0xb7 ? ", the maker's own" : ""}`;
  return { identity, kind: "unsupported", what };
}

/** Data without the fields that say of what they are: those came in a full telegram before. */
function readCompact(body: Uint8Array, { identity, formats, isSealed }: Layers): WmbusTelegram {
  const expanded = formats.expand(body);
  if (expanded === undefined)
    return { identity, kind: "unsupported", what: "a compact telegram before the full one that it needs" };
  return {
    identity,
    kind: "records",
    accessNumber: null,
    counter: null,
    status: 0,
    isSealed,
    content: decodeMbusRecords(expanded),
  };
}

/** An adapter sends under its own address and names the meter in the extended layer. */
function readAdapter(body: Uint8Array, layers: Layers): WmbusTelegram {
  const addressBytes = body.subarray(3, 3 + ADDRESS_BYTES);
  return readLayer(body.subarray(3 + ADDRESS_BYTES), { ...layers, addressBytes, identity: identityOf(addressBytes) });
}

/** Session number with a mode in its three highest bits: 0 plain, 1 AES in counter mode. */
function readSession(body: Uint8Array, layers: Layers): WmbusTelegram {
  const { identity, addressBytes } = layers;
  const session = body.subarray(3, 7);
  const mode = (session[3] ?? 0) >> 5;
  const data = body.subarray(7);
  if (mode > 1) return { identity, kind: "unsupported", what: `a session in mode ${mode}` };
  // Some gateways decrypt the session and leave its mode as it was: then the CRC is right already.
  const asItCame = checked(data);
  if (asItCame !== undefined) return readLayer(asItCame, layers);
  if (mode === 0) throw new MbusDataError("the CRC of a session is wrong");
  const key = layers.keyOf(identity);
  if (key === undefined) return { identity, kind: "no-key" };
  const plain = checked(decryptSession(data, { key, addressBytes, header: { control: body[1] ?? 0, session } }));
  return plain === undefined ? { identity, kind: "wrong-key" } : readLayer(plain, { ...layers, isSealed: true });
}

/** What follows a CRC that is right; else undefined. */
function checked(data: Uint8Array): Uint8Array | undefined {
  const [low = 0, high = 0] = data;
  const rest = data.subarray(2);
  return crcOf(rest) === (low | (high << 8)) ? rest : undefined;
}

/** The authentication and fragmentation layer: which fields are there stands in two bytes of flags. */
function readAuthentication(body: Uint8Array, layers: Layers): WmbusTelegram {
  const length = body[1] ?? 0;
  const fields = need(body, 2 + length).subarray(2, 2 + length);
  const flags = (fields[0] ?? 0) | ((fields[1] ?? 0) << 8);
  if ((flags & 0x4000) !== 0)
    return { identity: layers.identity, kind: "unsupported", what: "a telegram in fragments" };
  let at = 2;
  const take = (isThere: boolean, count: number) => {
    at += isThere ? count : 0;
    return fields.subarray(isThere ? at - count : at, at);
  };
  const control = take((flags & 0x2000) !== 0, 1);
  take((flags & 0x0200) !== 0, 2);
  const counter = take((flags & 0x0800) !== 0, 4);
  const mac = take((flags & 0x0400) !== 0, macBytes(control[0] ?? 0));
  const messageLength = take((flags & 0x1000) !== 0, 2);
  const authentication = {
    counter: counter.length === 4 ? Buffer.from(counter).readUInt32LE() : null,
    mac,
    prefix: Uint8Array.of(...control, ...counter, ...messageLength),
  };
  return readLayer(body.subarray(2 + length), { ...layers, authentication });
}

function macBytes(control: number): number {
  return { 3: 2, 4: 4, 5: 8, 6: 12, 7: 16 }[control & 0x0f] ?? 0;
}

function readApplication(ci: number, body: Uint8Array, layers: Layers): WmbusTelegram {
  const header = decodeMbusHeader(ci, body.subarray(1));
  const identity = header.identity ?? layers.identity;
  const addressBytes = header.identity === null ? layers.addressBytes : radioOrder(body.subarray(1, 9));
  const mode = modeOf(header.configuration);
  const opened = openBody(header, body, { ...layers, identity, addressBytes }, mode);
  if ("kind" in opened) return { identity, ...opened };
  const { data, isSealed } = opened;
  const content = decodeMbusRecords(data);
  // A stranger's telegram must not say how those of a meter with a key are to be read.
  if (isSealed || layers.keyOf(identity) === undefined) layers.formats.learn(content.records);
  return {
    identity,
    kind: "records",
    accessNumber: ci === 0x78 ? null : header.accessNumber,
    // Beside other modes nothing proves the counter: a stranger could send the highest one, and shut the meter out.
    counter: mode === 7 && isSealed ? (layers.authentication?.counter ?? null) : null,
    status: header.status,
    isSealed,
    content,
  };
}

interface Opened {
  readonly data: Uint8Array;
  readonly isSealed: boolean;
}

type Closed = { readonly kind: "no-key" | "wrong-key" } | { readonly kind: "unsupported"; readonly what: string };

function openBody(
  header: ReturnType<typeof decodeMbusHeader>,
  application: Uint8Array,
  layers: Layers,
  mode: number,
): Opened | Closed {
  const { accessNumber, configuration, body } = header;
  const { addressBytes, isSealed } = layers;
  if (mode === 0) return { data: body, isSealed };
  if (mode !== 5 && mode !== 7) return { kind: "unsupported", what: `encryption mode ${mode}` };
  const key = layers.keyOf(layers.identity);
  if (key === undefined) return { kind: "no-key" };
  if (mode === 7) return openMode7(header, application, layers, key);
  const data = decryptMode5(body, { key, addressBytes, accessNumber, configuration });
  if (data === null) return { kind: "wrong-key" };
  return { data, isSealed: isSealed || isWholeEncrypted(data, configuration) };
}

/** Mode 7 has one more byte of configuration, and a code over the whole application layer. */
function openMode7(
  { configuration, body }: ReturnType<typeof decodeMbusHeader>,
  application: Uint8Array,
  { authentication, addressBytes, isSealed }: Layers,
  master: Uint8Array,
): Opened | Closed {
  if (authentication?.counter == null) throw new MbusDataError("mode 7 without a message counter");
  const { counter, mac, prefix } = authentication;
  const numberBytes = addressBytes.subarray(2, 6);
  const macKey = derivedKey(master, DERIVED_FOR.authentication, { counter, numberBytes });
  const isProved = mac.length > 0;
  if (isProved && !isAuthentic(macKey, Uint8Array.of(...prefix, ...application), mac)) return { kind: "wrong-key" };
  const key = derivedKey(master, DERIVED_FOR.encryption, { counter, numberBytes });
  const data = decryptMode7(need(body, 1).subarray(1), { key, configuration });
  if (data === null) return { kind: "wrong-key" };
  return { data, isSealed: isSealed || isProved || isWholeEncrypted(data, configuration) };
}

/** Whether no record stands behind the encrypted blocks. A telegram may announce none, and say all openly. */
function isWholeEncrypted(data: Uint8Array, configuration: number): boolean {
  const bytes = encryptedBytes(configuration, data.length);
  return bytes > 0 && !holdsRecords(data.subarray(bytes));
}

function holdsRecords(data: Uint8Array): boolean {
  try {
    return decodeMbusRecords(data).records.length > 0;
  } catch (error) {
    if (error instanceof MeterDataError) return true;
    throw error;
  }
}

/** From the order of a header (number, maker, …) to that of the radio (maker, number, …). */
function radioOrder(identity: Uint8Array): Uint8Array {
  return Uint8Array.of(...identity.subarray(4, 6), ...identity.subarray(0, 4), ...identity.subarray(6, 8));
}

function need(body: Uint8Array, bytes: number): Uint8Array {
  if (body.length < bytes) throw new MbusDataError(`a layer of ${body.length} bytes is cut`);
  return body;
}
