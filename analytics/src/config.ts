import { DEFAULT_TICKET_THRESHOLD_PER_DAY } from "@nightflow/domain";
import { z } from "zod";
import { DerivedConfig } from "./derived/config.ts";

/** Configuration of the analytics runner. */
export const AnalyticsConfig = z
  .strictObject({
    ticketThresholdPerDay: z.number().min(0).default(DEFAULT_TICKET_THRESHOLD_PER_DAY).meta({
      description: "Rank (money per day × confidence) from which a finding opens a ticket.",
      unit: "currency/day",
    }),
    pageReadings: z.int().min(100).max(1_000_000).default(20_000).meta({
      description: "Readings asked of the feed at once; longer pages catch up faster and hold the thread longer.",
      unit: "readings",
    }),
    pollMs: z
      .int()
      .min(50)
      .max(60_000)
      .default(1000)
      .meta({ description: "Longest wait before the feed is asked again without a wake-up.", unit: "ms" }),
    snapshotMs: z.int().min(100).max(3_600_000).default(15_000).meta({
      description:
        "Time between two snapshots of the detectors' state while readings come in; with very many meters twenty times what one takes, if that is longer.",
      unit: "ms",
    }),
    retryMs: z
      .int()
      .min(10)
      .max(60_000)
      .default(500)
      .meta({ description: "First wait after the store or the database failed; doubles up to 30 s.", unit: "ms" }),
    refreshHours: z
      .number()
      .min(1)
      .max(168)
      .default(6)
      .meta({ description: "How often an open finding's evidence is written again.", unit: "h of readings" }),
    shards: z.int().min(1).max(256).default(1).meta({
      description: "Parts that the meters are split into; as many analytics processes may share them.",
    }),
    leaseMs: z.int().min(1000).max(600_000).default(10_000).meta({
      description: "The parts of a process that has died are taken over by others after this time.",
      unit: "ms",
    }),
    silentAfterHours: z.number().min(1).max(720).default(24).meta({
      description: "Age of the last good reading from which a meter counts as silent (at least two periods).",
      unit: "h",
    }),
    late: z
      .strictObject({
        historyDays: z.int().min(30).max(3650).default(400).meta({
          description: "How far before its late readings the history of a meter begins that it is judged again by.",
          unit: "d",
        }),
        settleMs: z.int().min(0).max(600_000).default(5000).meta({
          description:
            "A meter is judged again when nothing more has come late for this long (after sixty times that in any case).",
          unit: "ms",
        }),
        budgetMs: z.int().min(1).max(10_000).default(50).meta({
          description:
            "Time given to judging meters again between two pages of the feed, a tenth of all time at most; five times that when no page waits.",
          unit: "ms",
        }),
      })
      .prefault({})
      .meta({ description: "Judging meters again whose readings came late." }),
    derived: DerivedConfig.prefault({}),
  })
  .meta({ id: "AnalyticsConfig", description: "Detectors and the runner that feeds them." });
export type AnalyticsConfig = z.infer<typeof AnalyticsConfig>;
