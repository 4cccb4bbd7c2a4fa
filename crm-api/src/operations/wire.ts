import { ProcessPart } from "@nightflow/domain";
import { z } from "zod";
import { Instant, named, Words } from "../http/schema.ts";

const figure = (description: string, unit: string) => z.number().nullable().meta({ description, unit });
const realTime = Instant.meta({ description: "Real time, not the business clock." });

/** The pace of the collecting side; null where nobody says it. */
export const HeadEndFigures = named(
  "HeadEndFigures",
  z.strictObject({
    connections: figure("MQTT connections open now.", "connections"),
    receivedPerS: figure("Publishes received.", "1/s"),
    storedPerS: figure("Readings made durable.", "readings/s"),
    commitsPerS: figure("Commits made.", "1/s"),
    commitP50Ms: figure("Half of the last commits took at most this.", "ms"),
    commitP99Ms: figure("99 of 100 of the last commits took at most this.", "ms"),
    commitMaxMs: figure("The longest commit since the start.", "ms"),
    failedCommits: figure("Commits that the store did not take, since the start.", "commits"),
    pendingBatches: figure("Batches inside ingest: the windows of all agents together.", "batches"),
    pendingBytes: figure("Bytes inside ingest.", "bytes"),
    backlog: figure("Messages that wait in the broker.", "messages"),
    lastCommit: figure("Number of the last commit.", "commit"),
    stored: figure("Readings stored since the start.", "readings"),
    deadLetters: figure("Readings in the dead letter since the start.", "readings"),
    quarantined: figure("Readings in quarantine since the start.", "readings"),
    conflicts: figure("Second values for one instant since the start.", "readings"),
    repeats: figure("Readings that came again since the start.", "readings"),
    loopDelayP99Ms: figure("Delay of the event loop, 99 of 100 looks.", "ms"),
    diskFreeBytes: figure("Room left for the data.", "bytes"),
    diskBytes: figure("Size of its file system.", "bytes"),
  }),
);
export type HeadEndFigures = z.infer<typeof HeadEndFigures>;

/** How far the detectors are. */
export const AnalyticsFigures = named(
  "AnalyticsFigures",
  z.strictObject({
    lagCommits: figure("Commits that the detectors have not read; of the slowest where there are several.", "commits"),
    lagS: figure("How long the oldest of them has waited.", "s"),
    meters: figure("Meters that are watched.", "meters"),
    findings: figure("Findings opened since the start.", "findings"),
  }),
);
export type AnalyticsFigures = z.infer<typeof AnalyticsFigures>;

/** good; degraded: it says itself what is wrong; silent: it is not heard of; stopped: it said good-bye. */
export const ProcessState = z.enum(["good", "degraded", "silent", "stopped"]);

/** One part of the platform, in a thread or a process of its own. */
export const ProcessRow = named(
  "ProcessRow",
  z.strictObject({
    process: z.string(),
    part: ProcessPart,
    site: z.string(),
    state: ProcessState,
    startedAt: realTime,
    seenAt: realTime,
    ageS: z.number().meta({ description: "How long ago it was heard of.", unit: "s" }),
    reasons: z.array(z.string()).meta({ description: "What keeps it from its work, in its own words." }),
    figures: z.record(z.string(), z.number()),
  }),
);
export type ProcessRow = z.infer<typeof ProcessRow>;

/** Jobs of one queue that are not done. */
export const QueueRow = named(
  "QueueRow",
  z.strictObject({
    queue: z.string(),
    waiting: z.int(),
    running: z.int(),
    dead: z.int(),
    oldestDueS: z.number().meta({ description: "How long the oldest waiting job has been due.", unit: "s" }),
  }),
);

/** Something that happened to the platform itself. */
export const OperationsEventRow = named(
  "OperationsEventRow",
  z.strictObject({
    id: z.uuid(),
    kind: z.enum(["head_end_silent"]),
    subject: z.string().meta({ description: "The site." }),
    openedAt: realTime,
    lastSeenAt: realTime.nullable(),
    closedAt: realTime.nullable(),
  }),
);

/** What every page should show at its top. */
export const Banner = named("Banner", z.strictObject({ level: z.enum(["warning", "alarm"]), words: Words }));
export type Banner = z.infer<typeof Banner>;

/** How the head-end and what stands behind it fare. */
export const OperationsHealth = named(
  "OperationsHealth",
  z.strictObject({
    at: realTime,
    state: z.enum(["good", "degraded", "silent", "unknown"]).meta({
      description: "Of the collecting side; unknown where none has ever been heard of.",
    }),
    headEnd: HeadEndFigures.nullable(),
    analytics: AnalyticsFigures.nullable(),
    queues: z.array(QueueRow),
    processes: z.array(ProcessRow),
    events: z.array(OperationsEventRow).meta({ description: "Open ones first, then the newest closed ones." }),
    banner: Banner.nullable(),
  }),
);
export type OperationsHealth = z.infer<typeof OperationsHealth>;
