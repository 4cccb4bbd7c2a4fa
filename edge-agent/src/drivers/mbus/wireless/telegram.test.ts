import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MeterDataError } from "../../../errors.ts";
import { findRecord, parseSelector } from "../selector.ts";
import { cmacOf } from "./cmac.ts";
import { CompactFormats } from "./compact-formats.ts";
import { decodeWmbusLink, encodeWmbusLink, withFormatACrcs } from "./link-frame.ts";
import { decryptSession } from "./security.ts";
import { decodeWmbusTelegram, type WmbusTelegram } from "./telegram.ts";

interface Vector {
  readonly name: string;
  readonly source: string;
  readonly verified: boolean;
  readonly telegram: string;
  readonly key: string | null;
  readonly meter: string;
  readonly shows: Readonly<Record<string, number>>;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(new URL("../testing/telegrams.json", import.meta.url), "utf8"),
);
const bytesOf = (hex: string) => Buffer.from(hex, "hex");
const withKey = (key: string | null) => () => (key === null ? undefined : bytesOf(key));
const WRONG_KEY = "4E5508544202058100DFEFA06B0934AF";

function read(telegram: WmbusTelegram, text: string): number | undefined {
  const selector = parseSelector(text);
  if (telegram.kind !== "records" || selector === undefined) return undefined;
  const record = findRecord(telegram.content.records, selector);
  if (record?.value.kind !== "integer") return undefined;
  return Number((Number(record.value.digits) * record.factor * 10 ** record.exponent).toPrecision(15));
}

describe.each(vectors)("the telegram of $name", ({ telegram, key, meter, shows }) => {
  const bytes = bytesOf(telegram);
  const decoded = decodeWmbusTelegram(bytes, withKey(key));

  it("says who the meter is", () => {
    expect(`${decoded.identity.maker}-${decoded.identity.number}`).toBe(meter);
  });

  it.each(Object.entries(shows))("shows %s", (selector, value) => {
    expect(decoded.kind).toBe("records");
    expect(read(decoded, selector)).toBe(value);
  });

  if (decoded.kind === "records")
    it(`is ${key === null ? "open: anybody could have sent it" : "sealed: only who has the key can have sent it"}`, () => {
      expect(decoded).toMatchObject({ isSealed: key !== null });
    });

  if (key !== null)
    it("says that a key is missing, or is not the meter's", () => {
      expect(decodeWmbusTelegram(bytes, () => undefined).kind).toBe("no-key");
      expect(decodeWmbusTelegram(bytes, withKey(WRONG_KEY)).kind).toBe("wrong-key");
    });
});

describe("a radio telegram", () => {
  const plain = bytesOf("1844AE4C4455223368077A55000000041389E20100023B0000");

  it("is the same with and without the CRCs of its blocks", () => {
    const key = () => undefined;
    expect(decodeWmbusTelegram(withFormatACrcs(plain), key)).toEqual(decodeWmbusTelegram(plain, key));
  });

  it("comes back from its bytes", () => {
    const link = decodeWmbusLink(plain);
    expect(Buffer.from(encodeWmbusLink(link)).toString("hex")).toBe(plain.toString("hex"));
  });

  it("with a damaged block is refused", () => {
    const damaged = withFormatACrcs(plain);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    expect(() => decodeWmbusTelegram(damaged, () => undefined)).toThrow("a CRC is wrong");
  });

  it("that is cut is refused", () => {
    expect(() => decodeWmbusTelegram(plain.subarray(0, 20), () => undefined)).toThrow("20 bytes came");
  });

  // Captured of a Kamstrup heat meter, as printed in the tests of wireless-mbus-parser: one full, one compact telegram.
  const FULL =
    "5C442D2C06357260190C8D207B70032F21271D7802F9FF15011104061765000004EEFF07BFA8000004EEFF08D24F00000414B1FB000002FD170000026CE919426CFF184406F76400004414E8FA0000043B0B0000000259DB11025D1C0B";
  const COMPACT =
    "3F442D2C06357260190C8D207C71032F21255C79DD829283011117650000BFA80000D24F0000B1FB00000000E919FF18F7640000E8FA00000B000000DB111C0B";
  const kamstrupKey = withKey(null);

  it("in its compact form is read by the full one before it", () => {
    const formats = new CompactFormats();
    expect(decodeWmbusTelegram(bytesOf(COMPACT), kamstrupKey, formats)).toMatchObject({ kind: "unsupported" });
    const full = decodeWmbusTelegram(bytesOf(FULL), kamstrupKey, formats);
    const compact = decodeWmbusTelegram(bytesOf(COMPACT), kamstrupKey, formats);
    for (const selector of ["volume", "volume.s1", "flow", "temperature", "return_temperature"])
      expect(read(compact, selector)).toBe(read(full, selector));
    expect(read(compact, "volume")).toBe(644.33);
  });

  it("of a stranger teaches nothing about the compact ones of a meter that has a key", () => {
    const formats = new CompactFormats();
    const key = withKey(WRONG_KEY);
    expect(decodeWmbusTelegram(bytesOf(FULL), key, formats)).toMatchObject({ isSealed: false });
    expect(decodeWmbusTelegram(bytesOf(COMPACT), key, formats)).toMatchObject({ kind: "unsupported" });
  });

  it("of a session is sealed where it came encrypted, and open where a gateway has decrypted it", () => {
    const open = bytesOf(FULL);
    const { addressBytes } = decodeWmbusLink(open);
    const header = { control: open[11] ?? 0, session: open.subarray(13, 17) };
    const sealed = decryptSession(open.subarray(17), { key: bytesOf(WRONG_KEY), addressBytes, header });
    const telegram = Buffer.concat([open.subarray(0, 17), sealed]);
    expect(decodeWmbusTelegram(telegram, withKey(WRONG_KEY))).toMatchObject({ kind: "records", isSealed: true });
    expect(decodeWmbusTelegram(open, withKey(WRONG_KEY))).toMatchObject({ kind: "records", isSealed: false });
  });

  it("of a maker's own kind is told apart", () => {
    // Techem's heat cost allocator: libmbus users' capture, whose layout only the maker knows.
    const own = bytesOf(
      "33446850942905119480a20f9f257500902d0000018e0a760a000000000000000000000000000000000000000000000000000000".slice(
        0,
        104,
      ),
    );
    expect(decodeWmbusTelegram(own, () => undefined)).toMatchObject({ kind: "unsupported" });
  });

  it("throws nothing but its own errors, whatever comes", () => {
    const seeds = vectors.map(({ telegram }) => bytesOf(telegram));
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(200), fc.integer({ min: 0, max: 255 })), { maxLength: 4 }),
      )
      .map(([seed, changes]) => {
        const bytes = Buffer.from(decodeSafe(seed));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        bytes[0] = bytes.length - 1;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 120 })), (bytes) => {
        try {
          decodeWmbusTelegram(bytes, withKey("000102030405060708090A0B0C0D0E0F"));
        } catch (error) {
          expect(error).toBeInstanceOf(MeterDataError);
        }
      }),
      { seed: 4, numRuns: 2000 },
    );
  });
});

/** The telegram without its CRCs, so that a change inside reaches the layers above. */
function decodeSafe(bytes: Uint8Array): Uint8Array {
  return encodeWmbusLink(decodeWmbusLink(bytes));
}

describe("AES-CMAC", () => {
  // RFC 4493, section 4, examples 1 to 4.
  const key = bytesOf("2b7e151628aed2a6abf7158809cf4f3c");
  const message =
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
  it.each([
    [0, "bb1d6929e95937287fa37d129b756746"],
    [16, "070a16b46b4d4144f79bdd9dd04a287c"],
    [40, "dfa66747de9ae63030ca32611497c827"],
    [64, "51f0bebf7e3b9d92fc49741779363cfe"],
  ])("of %d bytes is as in RFC 4493", (length, mac) => {
    expect(cmacOf(key, bytesOf(message.slice(0, length * 2))).toString("hex")).toBe(mac);
  });
});
