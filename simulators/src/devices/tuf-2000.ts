import type { DeviceMap, MappedRegister, ReadRegister } from "./device.ts";
import { floatWords, int32Words } from "./words.ts";

const COUNTS_PER_M3 = 1000;

/**
 * TUF-2000 ultrasonic meter: everything low word first, REG1 at PDU address 0; each total is whole m³ as LONG and
 * its fraction as REAL4 beside it. The multiplier n is 3, so the total is their sum.
 *
 * @see DOMAIN 5.1
 */
export const TUF_2000: DeviceMap = {
  model: "tuf-2000",
  functions: [3],
  spans: [{ from: 0, to: 100 }],
  registers: [
    {
      address: 0,
      length: 2,
      words: (read) => floatWords(read("flow"), "low-first"),
      serves: { register: "flow", value: (read) => Math.fround(read("flow")) },
    },
    // Speed of sound in the water, m/s.
    { address: 6, length: 2, words: () => floatWords(1482, "low-first") },
    total(8, "forward_total"),
    total(12, "reverse_total"),
    { address: 24, length: 4, words: (read) => totalWords(netCounts(read)) },
  ],
};

function total(address: number, register: string): MappedRegister {
  return {
    address,
    length: 4,
    words: (read) => totalWords(read(register)),
    serves: { register, value: (read) => read(register) },
  };
}

function netCounts(read: ReadRegister): number {
  return read("forward_total") - read("reverse_total");
}

function totalWords(counts: number): readonly number[] {
  const wholeM3 = Math.trunc(counts / COUNTS_PER_M3);
  const fractionM3 = (counts - wholeM3 * COUNTS_PER_M3) / COUNTS_PER_M3;
  return [...int32Words(wholeM3, "low-first"), ...floatWords(fractionM3, "low-first")];
}
