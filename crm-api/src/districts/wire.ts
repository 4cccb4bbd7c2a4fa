import { z } from "zod";
import { LocalDate, named, Words } from "../http/schema.ts";
import { Night } from "../overview/wire.ts";

const m3 = (description: string) => z.number().nullable().meta({ description, unit: "m3" });
const share = (description: string) => z.number().nullable().meta({ description });

/** Over which days a balance is asked for. */
export const BalanceQuery = z.strictObject({
  from: LocalDate.optional().meta({ description: "First local day; default 30 days before `to`." }),
  to: LocalDate.optional().meta({ description: "Last local day; default yesterday." }),
});

/** Why a day has no balance. */
export const NoDayBalance = z.enum([
  "no_inflow",
  "inflow_incomplete",
  "no_customers",
  "customers_incomplete",
  "children_incomplete",
]);
export type NoDayBalance = z.infer<typeof NoDayBalance>;

/** One local day of a district's balance. */
export const BalanceDay = named(
  "BalanceDay",
  z.strictObject({
    date: LocalDate,
    inflowM3: m3("What came in."),
    customersM3: m3("What its customers' meters measured."),
    childrenM3: m3("What flowed on into its parts whose inlets are not its outlets already."),
    differenceM3: m3("Inflow less customers and parts; null where `why` says why."),
    inflowCompleteness: share("Share of the inlets' time with a good reading."),
    customersCompleteness: share("Share of the customers' register-time with a good reading; null without any."),
    why: NoDayBalance.nullable(),
  }),
);

const Nrw = z
  .strictObject({
    inflowM3: z.number(),
    customersM3: z.number(),
    nrwM3: z.number(),
    nrwPercent: z.number(),
    unbilledM3: z.number(),
    apparentM3: z.number(),
    realLossM3: z.number(),
  })
  .meta({ description: "Over the days that have a balance." });

const NightAnalysis = z.strictObject({
  night: LocalDate,
  mnfM3h: z.number().meta({ unit: "m3/h" }),
  use: z
    .strictObject({ m3h: z.number(), basis: z.enum(["measured", "connections", "population"]) })
    .nullable()
    .meta({ description: "Legitimate night use; null while neither meters, connections nor population tell it." }),
  netM3h: z.number().nullable().meta({ description: "Night flow less legitimate use.", unit: "m3/h" }),
  netM3PerDay: m3("Leakage of a day by the net night flow."),
  litresPerConnectionDay: z.number().nullable(),
  backgroundM3h: z.number().nullable().meta({ description: "Leakage too small to be found.", unit: "m3/h" }),
  findableM3h: z.number().nullable().meta({ description: "Net night flow less background leakage.", unit: "m3/h" }),
});

const Ili = z.strictObject({
  ili: z.number(),
  carlLPerDay: z.number(),
  uarlLPerDay: z.number(),
  isOutsideRange: z.boolean().meta({ description: "Fewer than 3,000 connections or under 25 m: ILI is a hint here." }),
});

const Cjj92 = z.strictObject({
  grossPercent: z.number(),
  correctionPercent: z.number(),
  lossPercent: z.number(),
  grade: z
    .union([z.literal(1), z.literal(2)])
    .nullable()
    .meta({ description: "1 up to 10 %, 2 up to 12 %; null above, and where customers used more than was supplied." }),
});

/** What the utility knows of a district. */
export const DistrictFacts = named(
  "DistrictFacts",
  z.strictObject({
    mainsKm: z.number().nullable(),
    servicePipeKm: z.number().nullable(),
    connections: z.number().nullable(),
    population: z.number().nullable(),
    meanPressureM: z.number().nullable(),
    nightUseLph: z.number().nullable(),
    nightUseMonths: z
      .array(z.number())
      .readonly()
      .nullable()
      .optional()
      .meta({ description: "Night use of each month as a factor of the year's, from January." }),
    exceptionalNightM3h: z.number().nullable(),
    nightDayHours: z.number().nullable(),
    unbilledPercent: z.number().nullable(),
    apparentPercent: z.number().nullable(),
    cjj92CorrectionPercent: z.number().nullable(),
  }),
);

/** The balance of a district with what it is worked out from. */
export const DistrictBalance = named(
  "DistrictBalance",
  z.strictObject({
    id: z.string(),
    name: Words,
    commodity: z.enum(["water", "gas"]),
    volumeUnit: z.enum(["m3", "Sm3"]).meta({ description: "Sm3 for gas: base conditions." }),
    zone: z.string(),
    from: LocalDate,
    to: LocalDate,
    days: z.array(BalanceDay),
    daysTold: z.int().meta({ description: "How many of the days have a balance." }),
    total: Nrw.nullable(),
    why: NoDayBalance.nullable().meta({ description: "The commonest reason while `total` is null." }),
    perConnectionDayL: z.number().nullable().meta({ description: "Real losses of a connection in a day.", unit: "L" }),
    ili: Ili.nullable(),
    iliNeeds: z.array(z.string()).meta({ description: "Facts that are missing for ILI." }),
    cjj92: Cjj92.nullable(),
    night: NightAnalysis.nullable(),
    nights: z.array(Night).meta({ description: "The nights of these days, ascending, with their bands." }),
    facts: DistrictFacts,
    defaults: z.record(z.string(), z.number()).meta({ description: "What stands in for facts that are null." }),
    parts: z.array(
      z.strictObject({ id: z.string(), name: Words, inflowM3: z.number().nullable(), isOutlet: z.boolean() }),
    ),
  }),
);
