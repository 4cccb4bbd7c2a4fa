import { OutcomeCode } from "@nightflow/domain";
import { z } from "zod";
import { MeterNight } from "../districts/around-wire.ts";
import { named, Words } from "../http/schema.ts";
import { AnomalyRow } from "./wire.ts";

const share = z.number().nullable();

/** What is around a finding: why it probably is, what was like it, and how its neighbours are. */
export const AnomalyContext = named(
  "AnomalyContext",
  z.strictObject({
    causes: z
      .array(
        z.strictObject({
          side: z.enum(["customer", "network", "meter", "comms"]),
          confidence: z.number(),
          reasons: z.array(Words),
          pointsTo: z.string().nullable().meta({ description: "The customer's meter or the agent." }),
        }),
      )
      .meta({ description: "The likeliest first; empty where the facts speak for nothing." }),
    facts: z.strictObject({
      districtRiseM3h: share.meta({ description: "Minimum night flow of the district above what was expected." }),
      districtBandM3h: share,
      dayRiseM3h: share,
      customersChange: share,
      pressureChange: share,
      customersMeasured: z.int(),
      customers: z.int(),
      risenCustomers: z.int(),
      agent: z.strictObject({ id: z.string(), silent: z.int(), meters: z.int() }).nullable(),
    }),
    similar: z
      .array(AnomalyRow)
      .meta({ description: "Ended findings of the same rule and kind, of like size and nearest first; 8 at most." }),
    outcomes: z
      .array(z.strictObject({ outcome: OutcomeCode, count: z.int() }))
      .meta({ description: "What the similar ones with an outcome turned out to be, the commonest first." }),
    neighbours: z.array(MeterNight).meta({ description: "Meters of the same street, then of the same district." }),
  }),
);
