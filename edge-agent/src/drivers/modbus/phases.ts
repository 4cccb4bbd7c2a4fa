import { createHash } from "node:crypto";

/**
 * When in its period a poll begins, as a share of `spread`: the same after every restart, and no matter which other meters
 * there are, so that not all buses of an agent ask in the same instant.
 */
export function phaseMs(name: string, periodMs: number, spread: number): number {
  const share = createHash("sha256").update(name).digest().readUInt32BE(0) / 2 ** 32;
  return Math.floor(share * spread * periodMs);
}
