import { bcdBytes, type SlowWorld, wallClock } from "../slow-world.ts";
import type { TownMeter } from "../town/town.ts";

/** QHE, the town's own maker, in three times five bits. */
export const MAKER = [0x05, 0x45] as const;
export const VERSION = 1;
export const COLD_WATER = 0x16;

/** Number, maker, version and medium, as a long header has them. */
export function identityBytes(number: string): number[] {
  return [...bcdBytes(Number(number), 4), ...MAKER, VERSION, COLD_WATER];
}

/** The records of a water meter: its clock, its total in litres, its flow in litres an hour. */
export function recordBytes(meter: TownMeter, { registers, ledger }: SlowWorld, atMs: number): number[] {
  const litres = registers.registerAt(meter.id, "forward_total", atMs);
  const flowLh = Math.round(registers.registerAt(meter.id, "flow", atMs) * 1000);
  ledger.append(atMs, meter.id, "forward_total", litres);
  ledger.append(atMs, meter.id, "flow", flowLh / 1000);
  const clock = wallClock(atMs);
  const year = clock.getUTCFullYear() % 100;
  const date = [clock.getUTCDate() | ((year & 7) << 5), (clock.getUTCMonth() + 1) | ((year >> 3) << 4)];
  return [
    ...[0x04, 0x6d, clock.getUTCMinutes(), clock.getUTCHours() | 0x20, ...date],
    ...[0x04, 0x13, ...littleEndian(litres, 4)],
    ...[0x02, 0x3b, ...littleEndian(flowLh, 2)],
  ];
}

function littleEndian(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => Math.floor(number / 256 ** at) & 0xff);
}
