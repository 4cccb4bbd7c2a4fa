import { z } from "zod";
import { Instant, named, Words } from "../http/schema.ts";
import { CollectionStatus } from "../meters/wire.ts";

/** A meter with what ran through it at night. */
export const MeterNight = named(
  "MeterNight",
  z.strictObject({
    id: z.string(),
    address: z.string(),
    customer: z.string().nullable(),
    status: CollectionStatus,
    lastValueAt: Instant.nullable(),
    nightBeforeM3h: z.number().nullable().meta({ description: "Least flow of a night, median of the nights before." }),
    nightNowM3h: z.number().nullable().meta({ description: "The same of the nights since, three at most." }),
    finding: z
      .strictObject({ id: z.uuid(), moneyPerDay: z.number() })
      .nullable()
      .meta({ description: "Its live finding of the highest rank." }),
  }),
);

/** The customers of a district and the districts beside it. */
export const DistrictSurroundings = named(
  "DistrictSurroundings",
  z.strictObject({
    customers: z.int().meta({ description: "Customers' meters with a register." }),
    measuredAtNight: z.int(),
    customersNightM3h: z.number().nullable().meta({ description: "Sum of their least flows of the last nights." }),
    worst: z.array(MeterNight).meta({ description: "By money of live findings, then by night flow; 20 at most." }),
    expectedInflow: z
      .strictObject({ startAt: z.array(Instant), flowM3h: z.array(z.number().nullable()) })
      .meta({ description: "Of the last seven days by hour: mean of the same local hour of the four weeks before." }),
    neighbours: z.array(
      z.strictObject({ id: z.string(), name: Words, relation: z.enum(["parent", "part", "sibling"]) }),
    ),
  }),
);
