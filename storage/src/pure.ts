/** What every reading store has in common, without any database: for a store that lives in memory. */
export * from "./ports.ts";
export * from "./readings/errors.ts";
export * from "./readings/last-values.ts";
export * from "./readings/local-days.ts";
export { MemorySetAside } from "./readings/memory-set-aside.ts";
export * from "./readings/reading-columns.ts";
export { type InstantKey, type StoredSoFar, withoutRepeats } from "./readings/repeats.ts";
export * from "./readings/roll-ups.ts";
export * from "./readings/roll-ups-by-curve.ts";
export { checkShape } from "./readings/shape.ts";
export { refuseStored } from "./readings/stored-batches.ts";
