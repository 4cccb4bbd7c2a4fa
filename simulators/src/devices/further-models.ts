import type { DeviceMap, MappedRegister, ReadRegister } from "./device.ts";
import { floatWords, int32Words, int64Words } from "./words.ts";

const COUNTS_PER_M3 = 1000;
const SECONDS_PER_HOUR = 3600;
const MILLILITRES_PER_COUNT = 1000;

function single(
  address: number,
  name: string,
  factor = 1,
  order: "high-first" | "low-first" = "high-first",
): MappedRegister {
  return { address, length: 2, words: (read) => floatWords(read(name) * factor, order) };
}

/** Whole m³ and what is over, of a total in litres. */
function split(read: ReadRegister, name: string): readonly [number, number] {
  const whole = Math.trunc(read(name) / COUNTS_PER_M3);
  return [whole, read(name) - whole * COUNTS_PER_M3];
}

function wholeAndLitres(address: number, name: string): MappedRegister {
  const words = (read: ReadRegister) => split(read, name).flatMap((part) => [...int32Words(part, "high-first")]);
  return { address, length: 4, words };
}

function word(address: number, value: (read: ReadRegister) => number): MappedRegister {
  return { address, length: 1, words: (read) => [value(read) & 0xffff] };
}

/** ABB AquaMaster 3: function 4 from number 5001 on, on the wire one less. @see DOMAIN 5.1 */
const ABB_AQUAMASTER3: DeviceMap = {
  model: "abb-aquamaster3",
  functions: [4],
  spans: [
    { from: 1000, to: 1100 },
    { from: 5000, to: 5060 },
  ],
  registers: [single(5016, "flow"), single(5024, "pressure", 0.01), word(1022, () => 1)],
};

/** Arkon MAGS1: numbers of 32 bits high word first; the flow's sign is a register of its own. @see DOMAIN 5.1 */
const ARKON_MAGS1: DeviceMap = {
  model: "arkon-mags1",
  functions: [3],
  spans: [{ from: 99, to: 129 }],
  registers: [
    { address: 99, length: 2, words: (read) => int32Words(Math.round(Math.abs(read("flow")) * 1000), "high-first") },
    { address: 101, length: 2, words: (read) => int32Words(read("flow") < 0 ? 1 : 0, "high-first") },
    wholeAndLitres(103, "net_total"),
    wholeAndLitres(107, "forward_total"),
    wholeAndLitres(111, "reverse_total"),
    { address: 127, length: 2, words: (read) => int32Words(Math.round(read("temperature") * 10), "high-first") },
  ],
};

/** Microsensor MFE600C: flow with its unit code (here L/s), totals in a low part, a fraction and a high part. @see DOMAIN 5.1 */
const MICROSENSOR_MFE600C: DeviceMap = {
  model: "microsensor-mfe600c",
  functions: [3],
  spans: [{ from: 0, to: 0x25 }],
  registers: [
    single(0, "flow", 1000 / SECONDS_PER_HOUR),
    word(2, () => 3),
    ...[[3, 0x1a, "forward_total"] as const, [8, 0x1c, "reverse_total"] as const].flatMap(([low, high, name]) => [
      { address: low, length: 2, words: (read: ReadRegister) => int32Words(split(read, name)[0] % 1e9, "high-first") },
      {
        address: low + 2,
        length: 2,
        words: (read: ReadRegister) => floatWords(split(read, name)[1] / COUNTS_PER_M3, "high-first"),
      },
      {
        address: high,
        length: 2,
        words: (read: ReadRegister) => int32Words(Math.floor(split(read, name)[0] / 1e9), "high-first"),
      },
    ]),
  ],
};

/** Lorric: function 4, at most 20 registers in a request; the total as a whole number of 1/100,000 m³. @see DOMAIN 5.1 */
const LORRIC: DeviceMap = {
  model: "lorric-fu-lt",
  functions: [4],
  spans: [{ from: 0, to: 0x1f }],
  registers: [
    single(0, "flow"),
    single(4, "forward_total", 1 / COUNTS_PER_M3),
    { address: 0x13, length: 4, words: (read) => int64Words(BigInt(read("forward_total")) * 100n) },
  ],
};

/** Thermal gas meter TMS: everything low word first. @see DOMAIN 5.1 */
const TMS_THERMAL_GAS: DeviceMap = {
  model: "tms-thermal-gas",
  functions: [3],
  spans: [{ from: 0, to: 56 }],
  registers: [
    single(0, "flow", 1, "low-first"),
    {
      address: 6,
      length: 4,
      words: (read) => {
        const [whole, litres] = split(read, "vb_total");
        return [...int32Words(whole, "low-first"), ...floatWords(litres / COUNTS_PER_M3, "low-first")];
      },
    },
    single(12, "temperature", 1, "low-first"),
  ],
};

/** Krohne ALTOSONIC V12: totals of 64 bits in millilitres. @see DOMAIN 5.1 */
const KROHNE_ALTOSONIC_V12: DeviceMap = {
  model: "krohne-altosonic-v12",
  functions: [3],
  spans: [{ from: 8004, to: 8020 }],
  registers: [8004, 8008].map((address, at) => ({
    address,
    length: 4,
    words: (read: ReadRegister) =>
      int64Words(BigInt(read(at === 0 ? "vm_total" : "reverse_total")) * BigInt(MILLILITRES_PER_COUNT)),
  })),
};

/** Spirax TVA: 16-bit numbers, the total's low word first, at most 12 registers in a request. @see DOMAIN 5.1 */
const SPIRAX_TVA: DeviceMap = {
  model: "spirax-tva",
  functions: [3],
  spans: [{ from: 0, to: 12 }],
  registers: [
    { address: 0, length: 2, words: (read) => int32Words(read("forward_total"), "low-first") },
    word(2, (read) => read("flow")),
    word(3, (read) => Math.round(read("pressure") * 100)),
    word(4, (read) => Math.round(read("temperature") * 10)),
    word(9, () => 0b0001_0000_0000_0010),
  ],
};

/** Meters beyond those of the town, each by itself on a line. Totals are in litres (of the TVA in kg), gauges in the channel's unit. */
export const FURTHER_MODELS: Readonly<Record<string, DeviceMap>> = Object.fromEntries(
  [ABB_AQUAMASTER3, ARKON_MAGS1, MICROSENSOR_MFE600C, LORRIC, TMS_THERMAL_GAS, KROHNE_ALTOSONIC_V12, SPIRAX_TVA].map(
    (map) => [map.model, map],
  ),
);

/** Models that leave a request for more words unanswered. */
export const SILENT_BEYOND: Readonly<Record<string, number>> = { "lorric-fu-lt": 20 };
