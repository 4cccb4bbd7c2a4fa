import type { Clock } from "@nightflow/domain";
import type { FaultBook } from "./faults/fault-book.ts";
import type { Ledger } from "./ledger.ts";
import type { Town, TownMeter } from "./town/town.ts";
import type { TownRegisters } from "./town/town-registers.ts";

/** Protocols of meters that are asked a few times an hour. */
export type SlowKind = "cjt188" | "mbus" | "wmbus";

/** What the meters behind a slow line live in. */
export interface SlowWorld {
  readonly town: Town;
  readonly clock: Clock;
  readonly registers: TownRegisters;
  readonly faults: FaultBook;
  readonly ledger: Ledger;
}

/** The meters of a town on one protocol. */
export function metersOn<Kind extends SlowKind>(town: Town, kind: Kind) {
  type Access = Extract<TownMeter["access"], { kind: Kind }>;
  return town.meters.flatMap((meter) =>
    meter.access.kind === kind ? [{ meter, access: meter.access as Access }] : [],
  );
}

/** Wall clock of the town's zone as if it were UTC; what meters show. China has one zone and no summer time. */
export function wallClock(utcMs: number): Date {
  return new Date(utcMs + 8 * 3_600_000);
}

/** Two decimal digits in one byte. */
export function bcdByte(number: number): number {
  return Math.floor(number / 10) * 16 + (number % 10);
}

/** A number in so many bytes of two digits each, low byte first. */
export function bcdBytes(number: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, at) => bcdByte(Math.floor(number / 100 ** at) % 100));
}

/** Sum of bytes in one byte. */
export function sumByte(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return sum & 0xff;
}
