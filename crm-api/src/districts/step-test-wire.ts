import { z } from "zod";
import { Instant, named } from "../http/schema.ts";

/** A sub-zone that was closed, with what the inflow did. */
export const StepTestStep = named(
  "StepTestStep",
  z.strictObject({
    id: z.uuid(),
    subZone: z.string(),
    closedAt: Instant,
    openedAt: Instant.nullable(),
    beforeM3h: z.number().nullable(),
    afterM3h: z.number().nullable(),
    dropM3h: z.number().nullable().meta({ description: "null where the inflow was not measured on a side." }),
    uncertaintyM3h: z.number().nullable().meta({ description: "Half the width of the 95 % interval.", unit: "m3/h" }),
    intervalsBefore: z.int(),
    intervalsAfter: z.int(),
    isClear: z.boolean().meta({ description: "The drop is larger than its uncertainty." }),
  }),
);

/** A step test of a district. */
export const StepTest = named(
  "StepTest",
  z.strictObject({
    id: z.uuid(),
    dmaId: z.string(),
    note: z.string(),
    madeBy: z.string(),
    madeAt: Instant,
    steps: z.array(StepTestStep).meta({ description: "The largest drop first." }),
  }),
);
export type StepTest = z.infer<typeof StepTest>;

/** The step tests of a district, newest first. */
export const StepTestList = named("StepTestList", z.strictObject({ items: z.array(StepTest) }));

const LONGEST_CLOSED_MS = 2 * 86_400_000;

/** A valve that was turned. */
export const NewStep = named(
  "NewStepTestStep",
  z
    .strictObject({
      subZone: z.string().trim().min(1).max(100),
      closedAt: Instant,
      openedAt: Instant.optional().meta({ description: "When it was opened again." }),
    })
    .refine(({ closedAt, openedAt }) => openedAt === undefined || openedAt > closedAt, {
      path: ["openedAt"],
      error: "must be later than closedAt",
    })
    .refine(({ closedAt, openedAt }) => openedAt === undefined || openedAt - closedAt <= LONGEST_CLOSED_MS, {
      path: ["openedAt"],
      error: "must be at most two days after closedAt",
    }),
);
export type NewStep = z.infer<typeof NewStep>;

/** A step test to be recorded. */
export const NewStepTest = named(
  "NewStepTest",
  z.strictObject({ note: z.string().trim().max(500).default(""), steps: z.array(NewStep).max(100).default([]) }),
);
export type NewStepTest = z.infer<typeof NewStepTest>;
