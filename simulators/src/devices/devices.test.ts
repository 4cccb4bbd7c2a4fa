import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DeviceMap, readMap } from "./device.ts";
import { SIEMENS_MAG6000 } from "./siemens-mag6000.ts";
import { TUF_2000 } from "./tuf-2000.ts";
import { VORTEX_GAS } from "./vortex-gas.ts";

const SEED = { seed: 20260601 };

function read(map: DeviceMap, address: number, count: number, shown: Readonly<Record<string, number>>) {
  const answer = readMap(map, { address, count }, (name) => shown[name] ?? 0);
  if (answer === undefined) throw new Error(`no such address ${address}`);
  return answer;
}

function hex(words: Uint16Array): string {
  return [...words].map((word) => word.toString(16).toUpperCase().padStart(4, "0")).join(" ");
}

/** Bytes as they travel; decoding below uses Buffer alone, not the encoders under test. */
function bytesOf(words: Uint16Array): Buffer {
  return Buffer.from([...words].flatMap((word) => [word >> 8, word & 0xff]));
}

function swapped(words: Uint16Array): Buffer {
  return bytesOf(words.toReversed());
}

describe("golden words of DOMAIN 5.5", () => {
  test("a MAG 6000 with 45 m³/h shows 0.0125 m³/s at 3002", () => {
    expect(hex(read(SIEMENS_MAG6000, 3002, 2, { flow: 45 }).words)).toBe("3C4C CCCD");
  });

  test("a MAG 6000 at 123456.789 m³ shows its double at 3014 and its single at 3022", () => {
    const shown = { forward_total: 123_456_789 };
    expect(hex(read(SIEMENS_MAG6000, 3014, 4, shown).words)).toBe("40FE 240C 9FBE 76C9");
    expect(hex(read(SIEMENS_MAG6000, 3022, 2, shown).words)).toBe("47F1 2065");
  });

  test("a TUF-2000 sends the low word first: 45.0, 123456 and .789", () => {
    expect(hex(read(TUF_2000, 0, 2, { flow: 45 }).words)).toBe("0000 4234");
    expect(hex(read(TUF_2000, 8, 4, { forward_total: 123_456_789 }).words)).toBe("E240 0001 FBE7 3F49");
  });
});

describe("what a client decodes is what the meter shows", () => {
  test("MAG 6000 totals are exact to the litre over nine digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999 }), (counts) => {
        const { words, served } = read(SIEMENS_MAG6000, 3014, 4, { forward_total: counts });
        expect(Math.round(bytesOf(words).readDoubleBE(0) * 1000)).toBe(counts);
        expect(served).toEqual([{ register: "forward_total", value: counts }]);
      }),
      SEED,
    );
  });

  test("TUF-2000 totals are exact to the litre, both directions", () => {
    fc.assert(
      fc.property(fc.nat(2_000_000_000), fc.nat(2_000_000_000), (forward, reverse) => {
        const { words } = read(TUF_2000, 8, 8, { forward_total: forward, reverse_total: reverse });
        const countsAt = (at: number) =>
          Math.round(
            1000 *
              (swapped(words.slice(at, at + 2)).readInt32BE(0) + swapped(words.slice(at + 2, at + 4)).readFloatBE(0)),
          );
        expect([countsAt(0), countsAt(4)]).toEqual([forward, reverse]);
      }),
      SEED,
    );
  });

  test("vortex gas totals are exact to 0.01 Sm³ over eight digits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999_999 }), (counts) => {
        const bytes = bytesOf(read(VORTEX_GAS, 8, 4, { vb_total: counts }).words);
        expect(Math.round((bytes.readFloatBE(0) * 100 + bytes.readFloatBE(4)) * 100)).toBe(counts);
      }),
      SEED,
    );
  });

  test("flows travel in the model's own unit, and the ledger keeps the number that travelled", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 500, noNaN: true }), (flowM3h) => {
        const mag = read(SIEMENS_MAG6000, 3002, 2, { flow: flowM3h });
        const gas = read(VORTEX_GAS, 6, 2, { flow: flowM3h });
        expect(bytesOf(mag.words).readFloatBE(0)).toBe(Math.fround(flowM3h / 3600));
        expect(bytesOf(gas.words).readFloatBE(0)).toBe(Math.fround(flowM3h / 3600));
        expect(mag.served).toEqual([{ register: "flow", value: bytesOf(mag.words).readFloatBE(0) }]);
      }),
      SEED,
    );
  });
});

describe("reading by other shapes", () => {
  test("half a total is served, but tells the ledger nothing", () => {
    const whole = read(TUF_2000, 8, 4, { forward_total: 5_400_321 });
    const half = read(TUF_2000, 10, 2, { forward_total: 5_400_321 });
    expect([...half.words]).toEqual([...whole.words.slice(2)]);
    expect(half.served).toEqual([]);
  });

  test("one request over the whole block gives every register of the same instant", () => {
    const { served } = read(SIEMENS_MAG6000, 3000, 26, { forward_total: 12, reverse_total: 3, flow: 36 });
    expect(served.map((value) => value.register)).toEqual(["flow", "forward_total", "reverse_total"]);
  });

  test("an address outside the model's map is refused, also by its last word", () => {
    expect(readMap(SIEMENS_MAG6000, { address: 3029, count: 2 }, () => 0)).toBeUndefined();
    expect(readMap(VORTEX_GAS, { address: 30, count: 1 }, () => 0)).toBeUndefined();
  });
});
