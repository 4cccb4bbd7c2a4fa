import { expect, test } from "vitest";
import { ProfileRegister } from "../wire/profiles/modbus-register.ts";
import { decodeRegister } from "./decode-register.ts";
import { quickDecoder } from "./quick-register.ts";

const TYPES = ["uint16", "int16", "uint32", "int32", "float32"] as const;
const wide = (type: (typeof TYPES)[number]) => type.endsWith("32");

/** Words that are hard on decoders, and some by chance (fixed seed). */
function* words(): Generator<[number, number]> {
  const edges = [0, 1, 0x7f80, 0x7fff, 0x8000, 0xff80, 0xffff];
  for (const high of edges) for (const low of edges) yield [high, low];
  let seed = 12_345;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % 65_536;
  };
  for (let at = 0; at < 500; at++) yield [next(), next()];
}

const registerOf = (type: string, order: string, more: object) =>
  ProfileRegister.parse({ functionCode: 3, parts: [{ address: 0, type, order }], ...more });
const TOTAL = { quantity: "forward_total", unit: "m3", resolution: 0.001 };
const GAUGE = { quantity: "pressure", unit: "kPa" };

test.each(TYPES.flatMap((type) => ["ABCD", "CDAB"].map((order) => [type, order] as const)))(
  "%s in %s: the quick decoder says what the careful one says, for totals and gauges",
  (type, order) => {
    const targets = [
      [registerOf(type, order, TOTAL), { unit: "m3", resolution: 0.001 }],
      [registerOf(type, order, { ...TOTAL, scale: 0.001 }), { unit: "m3", resolution: 0.001 }],
      [registerOf(type, order, { ...TOTAL, scale: 0.01 }), { unit: "L", resolution: 1 }],
      [registerOf(type, order, { ...GAUGE, scale: 0.1, offset: -5 }), { unit: "kPa" }],
      [registerOf(type, order, GAUGE), { unit: "bar" }],
    ] as const;
    for (const [register, target] of targets) {
      const quick = quickDecoder(register, target);
      if (quick === undefined) continue;
      for (const [high, low] of words()) {
        const own = wide(type) ? [high, low] : [high];
        expect(quick([9, ...own, 9], 1)).toEqual(decodeRegister(register, [own], target));
      }
    }
  },
);

test("what is not plain is left to the careful decoder", () => {
  const target = { unit: "m3", resolution: 0.001 } as const;
  const parts = [
    { address: 0, type: "uint16" },
    { address: 1, type: "uint16" },
  ];
  const two = ProfileRegister.parse({ functionCode: 3, ...TOTAL, composition: "intPlusFraction", parts });
  expect(quickDecoder(two, target)).toBeUndefined();
  expect(quickDecoder(registerOf("float32", "ABCD", TOTAL), target)).toBeUndefined();
  expect(quickDecoder(registerOf("uint64", "ABCD", TOTAL), target)).toBeUndefined();
  expect(quickDecoder(registerOf("uint32", "DCBA", TOTAL), target)).toBeUndefined();
  const sentinel = ProfileRegister.parse({
    functionCode: 3,
    ...TOTAL,
    parts: [{ address: 0, type: "uint32", sentinels: ["FFFF FFFF"] }],
  });
  expect(quickDecoder(sentinel, target)).toBeUndefined();
});
