import type { UnitHealth } from "@nightflow/domain";

/** A broker ends the connection of whoever sends more than 1 MiB at a time, and a status is sent at every connection. */
const MAX_BYTES = 512 * 1024;
/** The schema's bound. */
const MAX_UNITS = 5000;

/** The units that a status has room for: all of them where it has, else those that are not good before the others. */
export function unitsThatFit(units: readonly UnitHealth[]): UnitHealth[] {
  const bytesOf = (unit: UnitHealth) => Buffer.byteLength(JSON.stringify(unit)) + 1;
  const inOrder = [...units.filter(({ state }) => state !== "good"), ...units.filter(({ state }) => state === "good")];
  const chosen = new Set<UnitHealth>();
  let bytes = 0;
  for (const unit of inOrder.slice(0, MAX_UNITS)) {
    bytes += bytesOf(unit);
    if (bytes > MAX_BYTES) break;
    chosen.add(unit);
  }
  return units.filter((unit) => chosen.has(unit));
}
