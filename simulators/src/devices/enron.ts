import type { ReadRegister } from "./device.ts";

const RUNS = 8;
const BYTES = 4;

/** What stands in a meter run's float registers from 7001 on, and in its longs from 5001 on; 7004 is the flow, 5007 the base volume. */
const FLOATS: Readonly<Record<number, string>> = { 1: "temperature", 2: "pressure", 4: "flow" };
const LONGS: Readonly<Record<number, string>> = { 7: "vb_total", 8: "vm_total" };

/**
 * The registers of an Enron flow computer from `address` on, four bytes each: an address holds 32 bits, and the quantity of a
 * request counts those. Undefined where it has no such register. `read` is asked by run: `run2.flow`; run 0 without its name.
 *
 * @see DOMAIN 5.2
 */
export function enronBytes(address: number, quantity: number, read: ReadRegister): Buffer | undefined {
  const bytes = Buffer.alloc(quantity * BYTES);
  for (let at = 0; at < quantity; at++) {
    const number = address + at;
    if (number > 7000 && number <= 7000 + 100 * RUNS)
      bytes.writeFloatBE(runValue(number - 7000, 100, FLOATS, read), at * BYTES);
    else if (number > 5000 && number <= 5000 + 10 * RUNS)
      bytes.writeUInt32BE(runValue(number - 5000, 10, LONGS, read), at * BYTES);
    else return undefined;
  }
  return bytes;
}

function runValue(number: number, perRun: number, names: Readonly<Record<number, string>>, read: ReadRegister): number {
  const run = Math.floor((number - 1) / perRun);
  const name = names[number - run * perRun];
  if (name === undefined) return 0;
  return read(run === 0 ? name : `run${run}.${name}`);
}
