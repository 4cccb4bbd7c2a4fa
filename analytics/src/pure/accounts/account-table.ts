import { USAGE_RING, USAGE_SCHEMA } from "../detectors/usage-change.ts";
import type { SlotRing } from "../slot-cells.ts";
import type { SlotTable, SlotView } from "../slot-table.ts";
import { type LoadCells, PROFILE_SCHEMA } from "./load-profile.ts";

/** Hours that the meters of one account may be apart; what comes later than that is not added up any more. */
export const GATHER_HOURS = 20;

/** Rules that watch for hours out of the ordinary in a row; the number is the place of their cells. */
export const RUN_RULES = ["LOAD_HIGH", "LOAD_LOW", "OFF_HOURS_USE"] as const;
const RUNS = RUN_RULES.length;

/** Everything kept of a key account beyond its meters' own slots: 1,008 bytes, whatever the number of its meters. */
export const ACCOUNT_SCHEMA = {
  ...PROFILE_SCHEMA,
  ...USAGE_SCHEMA,
  usageRing: ["q12", USAGE_RING],
  /** Hours that some of its meters have told and others not yet: the first of them, hours since 1970. */
  gatherFirst: "u32",
  gatherLitres: ["f32", GATHER_HOURS],
  gatherTold: ["u8", GATHER_HOURS],
  gatherGood: ["u8", GATHER_HOURS],
  /** The local day that is being gathered. */
  accountDay: "u16",
  dayLitres: "f32",
  dayGoodHours: "u8",
  runStart: ["sec", RUNS],
  runLitres: ["f32", RUNS],
  runUsual: ["f32", RUNS],
  runHours: ["u8", RUNS],
  runQuiet: ["u8", RUNS],
  runIsOpen: ["u8", RUNS],
  peakStart: "sec",
  peakLitres: "f32",
  peakKind: "u8",
  peakQuiet: "u8",
  peakIsOpen: "u8",
  /** Local month, and whether it was seen from its first day. */
  month: "u16",
  monthIsWhole: "u8",
  monthLitres: "f32",
  budgetStart: "sec",
  budgetLitres: "f32",
  /** One bit per rule: its open finding began in imported rows. */
  accountPastBits: "u8",
} as const;
export type AccountState = SlotView<typeof ACCOUNT_SCHEMA>;

/** The small numbers of whichever account the table's view stands on. */
export interface AccountCells {
  readonly profile: LoadCells;
  readonly usage: SlotRing;
  readonly runs: RunCells;
  readonly gather: { readonly litres: SlotRing; readonly told: SlotRing; readonly good: SlotRing };
}

/** Hours out of the ordinary in a row, one place for each of RUN_RULES. */
export interface RunCells {
  readonly start: SlotRing;
  /** The last hour that was out of the ordinary, and what was usual or allowed then, litres. */
  readonly litres: SlotRing;
  readonly usual: SlotRing;
  readonly hours: SlotRing;
  readonly quiet: SlotRing;
  readonly isOpen: SlotRing;
}

/** The rings of an account table. */
export function accountCellsOf(table: SlotTable<typeof ACCOUNT_SCHEMA>): AccountCells {
  const ring = (name: keyof typeof ACCOUNT_SCHEMA & string) => table.ring(name);
  return {
    profile: { level: ring("loadLevel"), spread: ring("loadSpread") },
    usage: ring("usageRing"),
    runs: {
      start: ring("runStart"),
      litres: ring("runLitres"),
      usual: ring("runUsual"),
      hours: ring("runHours"),
      quiet: ring("runQuiet"),
      isOpen: ring("runIsOpen"),
    },
    gather: { litres: ring("gatherLitres"), told: ring("gatherTold"), good: ring("gatherGood") },
  };
}
