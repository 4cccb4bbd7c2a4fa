import { z } from "zod";

/** Configuration of the HTTP API: the `api` key of `nightflow.yaml`. */
export const ApiConfig = z.strictObject({
  host: z.string().default("127.0.0.1").meta({ description: "Address that the API listens on." }),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .default(8480)
    .meta({ description: "Port of the API and the pages; 0 takes a free one." }),
  publicUrl: z.url().optional().meta({
    description: "Address that people open, where a proxy stands in front, for example https://water.example.",
  }),
  sessionHours: z.number().positive().default(12).meta({
    description: "A session ends after this long without use (real time).",
    unit: "h",
  }),
  sessionDaysAtMost: z.number().positive().default(7).meta({
    description: "A session ends this long after the sign-in, used or not (real time).",
    unit: "d",
  }),
  loginFailuresAllowed: z.int().min(1).default(8).meta({
    description:
      "Failed sign-ins for one login in 15 minutes before further ones are refused unread; ten times as many for one address.",
  }),
  heartbeatMs: z.int().min(50).default(15_000).meta({
    description:
      "Pause between the heartbeats of a live-event stream; a revoked session ends its stream at the next one.",
    unit: "ms",
  }),
  collectionMaxAgeMs: z.int().min(0).default(20_000).meta({
    description: "How old a survey of the collection may be before it is taken anew (real time).",
    unit: "ms",
  }),
  leakP2PerDay: z.number().nonnegative().default(50).meta({
    description: "Leaks that cost at least this much a day open as P2, smaller ones as P3.",
    unit: "currency/d",
  }),
  floodAlarms: z.int().min(1).default(10).meta({
    description:
      "More new alarms than this in ten minutes are shown by district and rule, to be acknowledged together.",
  }),
  eventsPerDay: z.int().min(1).default(40).meta({
    description: "Findings that a person can work through in a day; the ranked list draws its line there.",
  }),
  reportOrderDays: z.int().min(1).max(28).default(5).meta({
    description: "Last month's reports are ordered by themselves from the 1st to this day of the month.",
    unit: "d",
  }),
});
export type ApiConfig = z.infer<typeof ApiConfig>;
