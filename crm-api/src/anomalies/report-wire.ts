import { RuleCode } from "@nightflow/domain";
import { z } from "zod";
import { Instant, named } from "../http/schema.ts";
import { AnomalyDetail } from "./wire.ts";

/** What a person saw. */
export const ReportedEvent = named(
  "ReportedEvent",
  z.strictObject({
    subjectKind: z.enum(["meter", "dma"]),
    subject: z.string().trim().min(1).max(64),
    rule: RuleCode.meta({ description: "What it looks like." }),
    startsAt: Instant.meta({ description: "Not in the future, at most a year ago." }),
    note: z.string().trim().min(3).max(500).meta({ description: "What was seen, and by whom." }),
    rateM3h: z.number().positive().max(100_000).optional().meta({ description: "Estimated flow.", unit: "m3/h" }),
  }),
);
export type ReportedEvent = z.infer<typeof ReportedEvent>;

/** What became of a report. */
export const ReportAnswer = named(
  "ReportAnswer",
  z.strictObject({
    hasJoined: z.boolean().meta({ description: "It was added to a finding that was live already." }),
    finding: AnomalyDetail,
  }),
);
