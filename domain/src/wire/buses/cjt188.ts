import { z } from "zod";
import { Quantity, Unit } from "../../units.ts";
import { Id } from "../text.ts";
import { Period } from "./period.ts";
import { SlowTransport } from "./slow-transport.ts";

const HexByte = z.string().regex(/^[0-9A-F]{2}$/, "must be two hex digits, such as 10");
const HexWord = z
  .string()
  .regex(/^[0-9A-F]{4}$/, "must be four hex digits in the order they go over the line, such as 1F90");

const DailyTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 02:00");

/** Where a number stands in the answer to "read meter data", counted from the first byte after length. */
export const Cjt188Register = z.strictObject({
  quantity: Quantity,
  at: z.int().min(3).max(250),
  bytes: z.int().min(1).max(6),
  decimals: z.int().min(0).max(8).default(0).meta({ description: "Digits right of the point." }),
  unitAt: z.int().min(3).max(250).optional().meta({ description: "Where its unit code stands; else `unit` holds." }),
  unit: Unit.optional(),
});
export type Cjt188Register = z.infer<typeof Cjt188Register>;

/** Bits of the status word that mean one thing; the first status byte is the low one. */
export const StatusBits = z.strictObject({
  mask: z.int().min(1).max(0xffff),
  equals: z.int().min(0).max(0xffff),
});
export type StatusBits = z.infer<typeof StatusBits>;

const HexBytes = z
  .string()
  .regex(/^[0-9A-F]{2}( [0-9A-F]{2})*$/, "must be bytes of two hex digits with blanks between");

/** What a meter answered once, and what its dial showed then. */
export const Cjt188Vector = z.strictObject({
  frame: HexBytes.meta({ description: "The whole frame, with or without wake-up bytes." }),
  values: z.record(z.string(), z.number()).meta({ description: "Register → value in the unit that the frame names." }),
  localTime: z
    .string()
    .nullable()
    .default(null)
    .meta({ description: "The meter's clock, such as 2026-01-31T23:59:59." }),
  valve: z.enum(["open", "closed", "fault", "unknown"]).optional(),
  batteryLow: z.boolean().optional(),
  source: z.string().min(1),
  verified: z.boolean().meta({ description: "False where the frame was computed and not captured." }),
});
export type Cjt188Vector = z.infer<typeof Cjt188Vector>;

/** Totals that a meter keeps of its last settlement days (结算日), one a month. */
export const Cjt188History = z.strictObject({
  register: Id.meta({ description: "The register whose total is kept: what its channel gets." }),
  newest: Id.meta({
    description: "The register that shows the total of the newest settlement day, beside the current one.",
  }),
  months: z.int().min(1).max(12).default(12).meta({ description: "Months kept: identifiers D120 to D12B." }),
  settlesAt: DailyTime.default("00:00").meta({
    description: "Local time of the settlement day at which the total is kept. The protocol does not say.",
  }),
});
export type Cjt188History = z.infer<typeof Cjt188History>;

/** How one make of meter speaks CJ/T 188: data, so that a new make is a new file and no code. */
export const Cjt188Dialect = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    model: z.string().min(1),
    source: z.strictObject({ document: z.string().min(1), pages: z.string().min(1), reference: z.string().min(1) }),
    verified: z.boolean().meta({ description: "False where no captured frame of such a meter proves it." }),
    notes: z.string().optional(),
    meterType: HexByte.meta({ description: "10 to 13 water, 30 gas; AA asks every kind." }),
    readDi: HexWord.default("1F90").meta({
      description: "Data identifier of the meter data, as it goes over the line.",
    }),
    valveDi: HexWord.default("A017").meta({ description: "Data identifier of the valve, as it goes over the line." }),
    echoesSer: z
      .boolean()
      .default(true)
      .meta({ description: "Whether answers repeat the serial number of the request." }),
    registers: z.record(Id, Cjt188Register),
    timeAt: z.int().min(3).max(250).optional().meta({ description: "Where the meter's clock stands, 7 BCD bytes." }),
    status: z
      .strictObject({
        at: z.int().min(3).max(250),
        open: StatusBits.optional(),
        closed: StatusBits.optional(),
        valveFault: StatusBits.optional(),
        batteryLow: StatusBits.optional(),
      })
      .optional(),
    history: Cjt188History.optional().meta({
      description: "The totals of settlement days that it keeps; without it nothing is read back.",
    }),
    vectors: z.array(Cjt188Vector),
  })
  .superRefine((dialect, context) => {
    const { history, registers } = dialect;
    for (const name of [history?.register, history?.newest])
      if (name !== undefined && registers[name] === undefined)
        context.addIssue({ code: "custom", path: ["history"], message: `there is no register ${name}` });
    for (const [name, register] of Object.entries(dialect.registers))
      if (register.unitAt === undefined && register.unit === undefined)
        context.addIssue({ code: "custom", message: `${name} has neither unitAt nor unit` });
  });
export type Cjt188Dialect = z.infer<typeof Cjt188Dialect>;

/** A daily span of local time, `HH:MM`; one that ends before it begins goes over midnight. */
export const DailyWindow = z.strictObject({ from: DailyTime, to: DailyTime });
export type DailyWindow = z.infer<typeof DailyWindow>;

/** One meter on a CJ/T 188 line. */
export const Cjt188Unit = z.strictObject({
  meter: Id,
  address: z
    .string()
    .regex(/^[0-9A-F]{14}$/, "must be the 14 digits of A6 to A0, such as 11110012345678")
    .meta({ description: "Maker's code and number as printed, high byte first." }),
  dialect: Id.default("standard-water").meta({ description: "Name of a dialect file, without its ending." }),
  periodS: Period,
  awake: DailyWindow.optional().meta({
    description: "When a battery meter answers; outside of it nothing is asked and nothing is missing.",
  }),
  settlementDay: z.int().min(1).max(31).optional().meta({
    description: "Day of the month at which it keeps its total; without it the meter is asked (8103).",
  }),
  channels: z.record(Id, Id).meta({
    description: "Register of the dialect, or `valve`, `battery`, `status` → channel id.",
  }),
});
export type Cjt188Unit = z.infer<typeof Cjt188Unit>;

/** A line of CJ/T 188 meters: RS-485, M-Bus or a gateway. One request is in flight on it at any time. */
export const Cjt188Bus = z.strictObject({
  id: Id,
  kind: z.literal("cjt188"),
  transport: SlowTransport,
  timeoutMs: z
    .int()
    .min(100)
    .max(60_000)
    .default(3000)
    .meta({ description: "Longest wait for one answer; at 2400 baud an answer alone takes 0.2 s.", unit: "ms" }),
  gapMs: z.int().min(0).max(10_000).default(100).meta({ description: "Pause between two requests.", unit: "ms" }),
  retries: z.int().min(0).max(10).default(1),
  preamble: z
    .int()
    .min(0)
    .max(64)
    .default(4)
    .meta({ description: "Wake-up bytes FE before each request; meters that sleep deeply need more." }),
  timeZone: z.string().min(1).default("Asia/Shanghai").meta({ description: "Zone that the meters' clocks show." }),
  clockToleranceS: z.int().min(1).max(86_400).default(300).meta({
    description:
      "A meter's clock that is off by more is not believed: its readings bear the agent's time and the flag clock_shift.",
    unit: "s",
  }),
  dialects: z.array(Cjt188Dialect).max(100).default([]).meta({
    description: "Own dialects; one of the same name goes before the bundled one.",
  }),
  units: z.array(Cjt188Unit).min(1).max(5000),
});
export type Cjt188Bus = z.infer<typeof Cjt188Bus>;
