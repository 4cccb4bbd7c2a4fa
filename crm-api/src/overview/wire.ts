import { CauseGroup, DEFAULT_PRICE_PER_M3 } from "@nightflow/domain";
import { z } from "zod";
import { Instant, LocalDate, named, Words } from "../http/schema.ts";

/** Price of a m³ lost in a district, which has no tariff of its own. */
export const DISTRICT_PRICE_PER_M3 = DEFAULT_PRICE_PER_M3;

/** What flows into a district now. */
export const FlowNow = named(
  "FlowNow",
  z
    .strictObject({
      flowM3h: z.number(),
      startAt: Instant,
      endAt: Instant,
      quality: z.enum(["good", "estimated", "suspect", "missing"]),
    })
    .meta({ description: "Flow of the last measured interval." }),
);

/** The pressure at a district's inlets. */
export const PressureNow = named(
  "PressureNow",
  z
    .strictObject({ lowestKpa: z.number(), highestKpa: z.number(), readAt: Instant, gauges: z.int() })
    .meta({ description: "Of the inlets' gauges: their last good values of the last day; `readAt` is the oldest." }),
);

/** One night of a district. */
export const Night = named(
  "Night",
  z.strictObject({
    night: LocalDate,
    mnfM3h: z.number().nullable().meta({ description: "Minimum night flow.", unit: "m3/h" }),
    expectedM3h: z.number().nullable(),
    bandLowM3h: z.number().nullable(),
    bandHighM3h: z.number().nullable(),
    inflowM3: z.number().nullable().meta({ description: "Inflow of the whole day before.", unit: "m3" }),
    customersM3: z.number().nullable().meta({ description: "What customers used on that day.", unit: "m3" }),
    completeness: z.number(),
    customersNightM3h: z.number().nullable().meta({ description: "What customers used from 02 to 05.", unit: "m3/h" }),
    customersCompleteness: z.number().nullable(),
    lossM3h: z
      .number()
      .nullable()
      .meta({ description: "Inflow of 02 to 05 less what customers used then.", unit: "m3/h" }),
    lossExpectedM3h: z.number().nullable(),
    lossBandHighM3h: z.number().nullable(),
    noBalance: z
      .enum(["no_customers", "inflow_incomplete", "customers_incomplete", "waiting"])
      .nullable()
      .meta({ description: "Why `lossM3h` is null." }),
    version: z.int().meta({ description: "One more with each time that late readings made another night of it." }),
  }),
);

const NightFigures = z.strictObject({
  mnfM3h: z.number().nullable().meta({ description: "Minimum night flow.", unit: "m3/h" }),
  lossM3h: z.number().nullable().meta({ description: "Inflow less customers from 02 to 05.", unit: "m3/h" }),
  completeness: z.number(),
});

/** A night that late readings made another one. */
export const RevisedNight = named(
  "RevisedNight",
  z.strictObject({
    night: LocalDate,
    revisedAt: Instant.meta({ description: "When it was judged again, the last time." }),
    version: z.int(),
    now: NightFigures,
    was: NightFigures.nullable().meta({ description: "The version before; null where it was not kept yet." }),
  }),
);

/** One district on the control room's board. */
export const DmaRow = named(
  "DmaRow",
  z.strictObject({
    id: z.string(),
    name: Words,
    status: z.enum(["WORK", "PAUSE", "RETIRE"]),
    inflow: FlowNow.nullable(),
    pressure: PressureNow.nullable(),
    lastNight: Night.nullable(),
    isNightOld: z.boolean().meta({ description: "Its last night is older than two days: it tells nothing of now." }),
    nightLossM3h: z
      .number()
      .nullable()
      .meta({ description: "Night flow above what was expected; null while no recent night tells.", unit: "m3/h" }),
    lossPerDay: z.number().nullable().meta({ description: "Money that this loss costs in a day." }),
    openEvents: z.int(),
    customers: z.int(),
    connections: z.int().nullable(),
    mainsKm: z.number().nullable(),
  }),
);
export type DmaRow = z.infer<typeof DmaRow>;

/** The control room in one look. */
export const Overview = named(
  "Overview",
  z.strictObject({
    at: Instant,
    currency: z.string(),
    dmas: z.array(DmaRow).meta({ description: "Worst first, by money lost in a day." }),
    totals: z.strictObject({
      inflowM3h: z.number().nullable().meta({
        description: "Sum over the districts with a measured flow; what a part takes from its whole counts once.",
      }),
      nightLossM3h: z.number().nullable().meta({ description: "Sum over the districts of which it is known." }),
      lossPerDay: z.number().nullable(),
      openEvents: z.int(),
      openEventsMoneyPerDay: z.number(),
      openEventsByGroup: z.partialRecord(CauseGroup, z.int()),
      openTickets: z.int(),
      overdueTickets: z.int(),
      unassignedTickets: z.int(),
      customers: z.int(),
      completeness: z.number().nullable().meta({ description: "Mean completeness of the last night's inflows." }),
    }),
  }),
);
export type Overview = z.infer<typeof Overview>;

/** One district with its nights and inflow. */
export const DmaDetail = named(
  "DmaDetail",
  DmaRow.extend({
    currency: z.string(),
    zone: z.string(),
    nights: z.array(Night).meta({ description: "Up to 60 nights, ascending." }),
    revisedNights: z.array(RevisedNight).meta({ description: "Those of them judged again, newest first, at most 20." }),
    inflowCurve: z
      .strictObject({
        stepMs: z.int(),
        startAt: z.array(Instant),
        flowM3h: z.array(z.number().nullable()).meta({ description: "null where a meter has no volume." }),
        quality: z.array(z.enum(["good", "estimated", "suspect", "missing"])),
      })
      .nullable(),
    meters: z.array(z.strictObject({ meterId: z.string(), sign: z.union([z.literal(1), z.literal(-1)]) })),
  }),
);
