import type { DeviceMap, ReadRegister } from "./device.ts";
import { floatWords } from "./words.ts";

const COUNTS_PER_SM3 = 100;
const COUNTS_PER_HUNDRED = 100 * COUNTS_PER_SM3;
const SECONDS_PER_HOUR = 3600;

/**
 * Precession-vortex gas meter: every value a single, the total at base conditions split into hundreds-and-above and
 * the rest, the flow per second. The document behind it shows values as ModScan prints floats and does not name the
 * word order: high word first is assumed, unverified on a device.
 *
 * @see DOMAIN 5.2
 */
export const VORTEX_GAS: DeviceMap = {
  model: "vortex-gas",
  functions: [3],
  spans: [{ from: 0, to: 20 }],
  registers: [
    single(0, "temperature", (read) => read("temperature")),
    single(2, "pressure", (read) => read("pressure")),
    single(6, "flow", (read) => read("flow") / SECONDS_PER_HOUR),
    {
      address: 8,
      length: 4,
      words: (read) => totalWords(read("vb_total")),
      serves: { register: "vb_total", value: (read) => read("vb_total") },
    },
  ],
};

function single(address: number, register: string, value: (read: ReadRegister) => number) {
  return {
    address,
    length: 2,
    words: (read: ReadRegister) => floatWords(value(read), "high-first"),
    serves: { register, value: (read: ReadRegister) => Math.fround(value(read)) },
  };
}

function totalWords(counts: number): readonly number[] {
  const hundreds = Math.floor(counts / COUNTS_PER_HUNDRED);
  const restSm3 = (counts - hundreds * COUNTS_PER_HUNDRED) / COUNTS_PER_SM3;
  return [...floatWords(hundreds, "high-first"), ...floatWords(restSm3, "high-first")];
}
