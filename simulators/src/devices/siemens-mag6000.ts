import type { DeviceMap, MappedRegister, ReadRegister } from "./device.ts";
import { doubleWords, floatWords } from "./words.ts";

const COUNTS_PER_M3 = 1000;
const SECONDS_PER_HOUR = 3600;

/**
 * Siemens MAG 6000 with the SITRANS F Modbus module: everything high word first, flow in m³/s, totals in m³ as
 * doubles at 3014 and 3018, as singles at 3022 and 3024.
 *
 * @see DOMAIN 5.1 (manual: "4:03003 = address 3002")
 */
export const SIEMENS_MAG6000: DeviceMap = {
  model: "siemens-mag6000",
  functions: [3],
  spans: [
    { from: 600, to: 604 },
    { from: 3000, to: 3030 },
    { from: 3200, to: 3210 },
  ],
  registers: [
    { address: 600, length: 1, words: () => [0x2a] },
    { address: 602, length: 1, words: () => [24] },
    {
      address: 3002,
      length: 2,
      words: (read) => floatWords(flowM3s(read), "high-first"),
      serves: { register: "flow", value: (read) => Math.fround(flowM3s(read)) },
    },
    doubleTotal(3014, "forward_total"),
    doubleTotal(3018, "reverse_total"),
    singleTotal(3022, "forward_total"),
    singleTotal(3024, "reverse_total"),
    {
      address: 3200,
      length: 1,
      words: (read) => [read("status")],
      serves: { register: "status", value: (read) => read("status") },
    },
    // 0xFFFF ends the list of errors: there are none.
    { address: 3201, length: 1, words: () => [0xffff] },
  ],
};

function flowM3s(read: ReadRegister): number {
  return read("flow") / SECONDS_PER_HOUR;
}

function doubleTotal(address: number, register: string): MappedRegister {
  return {
    address,
    length: 4,
    words: (read) => doubleWords(read(register) / COUNTS_PER_M3, "high-first"),
    serves: { register, value: (read) => read(register) },
  };
}

// A single cannot hold the counts, so reading it tells no register of the ledger.
function singleTotal(address: number, register: string): MappedRegister {
  return { address, length: 2, words: (read) => floatWords(read(register) / COUNTS_PER_M3, "high-first") };
}
