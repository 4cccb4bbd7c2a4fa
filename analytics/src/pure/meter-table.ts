import { BURST_SCHEMA } from "./detectors/burst.ts";
import { DUTY_SCHEMA } from "./detectors/duty.ts";
import { RUN_CELLS, RUN_SCHEMA } from "./detectors/flow-run.ts";
import { PROFILE_CELLS } from "./detectors/hour-profile.ts";
import { STILL_SCHEMA } from "./detectors/standstill.ts";
import { UNDER_SCHEMA } from "./detectors/under-registration.ts";
import { VOLUME_SCHEMA } from "./detectors/volume-cusum.ts";
import { INTERVAL_SCHEMA } from "./intervals.ts";
import type { SlotTable, SlotView } from "./slot-table.ts";

/**
 * Everything kept of one meter, at most 300 bytes. What every reading touches comes first, so that it lies side by side and a
 * reading between two hours is done with few cache lines.
 */
export const METER_SCHEMA = {
  ...INTERVAL_SCHEMA,
  lastGoodMs: "sec",
  /** First live reading, and newest imported one; 0 when there is none. */
  liveSinceMs: "sec",
  lastImportMs: "sec",
  ...BURST_SCHEMA,
  /** The hour that is being gathered. */
  hourLitres: "f32",
  hourParts: "u8",
  ...RUN_SCHEMA,
  ...RUN_CELLS,
  hourProfile: ["u8", PROFILE_CELLS],
  ...DUTY_SCHEMA,
  ...VOLUME_SCHEMA,
  ...UNDER_SCHEMA,
  ...STILL_SCHEMA,
  /** The local day that is being gathered. */
  dayLitres: "f32",
  dayGoodHours: "u8",
  dayFlowHours: "u8",
  /** The two highest hours of the day. */
  dayPeak: "f32",
  daySecond: "f32",
  day: "u16",
  /** One bit per rule: its open finding began in imported rows. */
  pastBits: "u16",
  silentOpenMs: "sec",
} as const;
export type MeterState = SlotView<typeof METER_SCHEMA>;

/** The small numbers of whichever meter the table's view stands on. */
export function cellsOf(table: SlotTable<typeof METER_SCHEMA>) {
  return {
    profile: table.ring("hourProfile"),
    runs: {
      score: table.ring("runScore"),
      record: table.ring("runRecord"),
      floor: table.ring("runFloor"),
      startMs: table.ring("runStart"),
      quiet: table.ring("runQuiet"),
      isOpen: table.ring("runIsOpen"),
    },
  };
}
