import { BURST_SCHEMA } from "./detectors/burst.ts";
import { FLOOR_SCHEMA, FLOOR_WINDOW } from "./detectors/floor-record.ts";
import { RUN_SCHEMA } from "./detectors/run-record.ts";
import { USAGE_RING, USAGE_SCHEMA } from "./detectors/usage-change.ts";
import { CUSUM_SCHEMA } from "./detectors/volume-cusum.ts";
import { ZERO_SCHEMA } from "./detectors/zero-run.ts";
import { INTERVAL_SCHEMA } from "./intervals.ts";
import type { SlotView } from "./slot-table.ts";

/** Everything kept of one meter: 282 bytes. */
export const METER_SCHEMA = {
  ...INTERVAL_SCHEMA,
  ...RUN_SCHEMA,
  ...FLOOR_SCHEMA,
  floorRing: ["f32", FLOOR_WINDOW],
  ...BURST_SCHEMA,
  ...CUSUM_SCHEMA,
  ...ZERO_SCHEMA,
  /** The hour and the local day that are being gathered. */
  hourLitres: "f32",
  hourParts: "u8",
  dayLitres: "f32",
  dayGoodHours: "u8",
  day: "u32",
  lastGoodMs: "sec",
  /** First live reading, and newest imported one; 0 when there is none. */
  liveSinceMs: "sec",
  lastImportMs: "sec",
  /** One bit per rule: its open finding began in imported rows. */
  pastBits: "u8",
  silentOpenMs: "sec",
} as const;
export type MeterState = SlotView<typeof METER_SCHEMA>;

/** What is kept of a key account's meter beyond that: 241 bytes. */
export const KEY_ACCOUNT_SCHEMA = { ...USAGE_SCHEMA, usageRing: ["f32", USAGE_RING] } as const;
