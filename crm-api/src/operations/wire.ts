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
    refused: figure("Connections, publishes and subscriptions that the broker refused, since the start.", "refusals"),
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
    loopDelayP99Ms: figure("Delay of the event loop, 99 of 100 looks, of the slowest thread.", "ms"),
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

/** The store of readings; null where it does not say a figure: InfluxDB has no journal, the embedded store no canary. */
export const StoreHealth = named(
  "StoreHealth",
  z.strictObject({
    kind: z.enum(["duckdb", "influxdb"]),
    readings: figure("Readings held.", "readings"),
    fileBytes: figure("Size of the store's file.", "bytes"),
    journalBytes: figure("Size of the journal in front of it.", "bytes"),
    pendingReadings: figure("Durable in the journal and not yet in the file.", "readings"),
    unsortedReadings: figure("Readings that compaction has still to sort.", "readings"),
    memoryBytes: figure("Memory that the store takes.", "bytes"),
    syncMs: figure("How long the last sync to disk took.", "ms"),
    canaryMs: figure("How long InfluxDB took for a write of our own.", "ms"),
    failuresInARow: figure("Writes that InfluxDB refused since the last one that it took.", "writes"),
  }),
);
export type StoreHealth = z.infer<typeof StoreHealth>;

/**
 * good; degraded: it says itself what is wrong; silent: it is not heard of; replaced: the same, but another of its part
 * has begun on its host since; stopped: it said good-bye.
 */
export const ProcessState = z.enum(["good", "degraded", "silent", "replaced", "stopped"]);

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

/** A reader of the feed of stored readings. */
export const FeedConsumerRow = named(
  "FeedConsumerRow",
  z.strictObject({
    name: z.string().meta({ description: "analytics: the detectors; derived: the hourly series." }),
    cursor: z.int().meta({ description: "The last commit that it has read." }),
    lagCommits: z.int().meta({ description: "Commits behind it, which the store keeps for it.", unit: "commits" }),
    lagS: z.number().meta({ description: "How long the first of them has waited.", unit: "s" }),
  }),
);
export type FeedConsumerRow = z.infer<typeof FeedConsumerRow>;

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

/** Edge agents that were not put out. */
export const AgentsHealth = named(
  "AgentsHealth",
  z.strictObject({
    online: z.int(),
    offline: z.int(),
    away: z.array(z.string()).meta({ description: "`site/agent` of those offline, longest away first, at most ten." }),
    filling: z.array(z.string()).meta({ description: "`site/agent` whose outbox is at 80 % or above." }),
    clocksOff: z.array(z.string()).meta({ description: "`site/agent` of those online whose clock is off." }),
    waiting: z.int().meta({ description: "Requests to join that are held for approval." }),
    certificatesEnding: z.int().meta({ description: "Certificates that have expired or are in their last tenth." }),
  }),
);
export type AgentsHealth = z.infer<typeof AgentsHealth>;

/** What can be wrong with the platform, worst first. */
export const TroubleCode = z.enum([
  "head_end_silent",
  "head_end_unknown",
  "store_away",
  "commits_failing",
  "database_away",
  "disk_low",
  "broker_away",
  "not_ready",
  "process_silent",
  "feed_behind",
  "feed_held",
  "disk_filling",
  "dead_letters_growing",
  "outboxes_filling",
  "agents_silent",
  "clocks_off",
  "certificates_ending",
  "jobs_dead",
  "jobs_late",
]);
export type TroubleCode = z.infer<typeof TroubleCode>;

/** Something that is wrong now. */
export const Trouble = named(
  "Trouble",
  z.strictObject({
    code: TroubleCode,
    level: z.enum(["warning", "alarm"]).meta({ description: "alarm: readings are not stored, or soon will not be." }),
    subjects: z.array(z.string()).meta({ description: "Sites, processes, agents or queues, at most ten." }),
    count: z.number().nullable().meta({ description: "How many, of what the code counts: agents, readings, jobs." }),
    why: z.string().nullable().meta({ description: "In the process's own words." }),
    since: realTime,
    isSinceAtLeast: z.boolean().meta({ description: "It was there when this API began to look, and may be older." }),
  }),
);
export type Trouble = z.infer<typeof Trouble>;

const series = (description: string, unit: string) => z.array(z.number().nullable()).meta({ description, unit });

/** The last hour of some figures, as this API has seen them; null where nobody said one. */
export const HealthHistory = named(
  "HealthHistory",
  z.strictObject({
    at: z.array(realTime).meta({ description: "Instants, oldest first; each series has one value for each." }),
    storedPerS: series("Readings made durable.", "readings/s"),
    receivedPerS: series("Publishes received.", "1/s"),
    commitP99Ms: series("99 of 100 commits took at most this.", "ms"),
    pendingBatches: series("Batches inside ingest.", "batches"),
    lagS: series("How far the detectors are behind.", "s"),
    diskFreeBytes: series("Room left for the data.", "bytes"),
    loopDelayP99Ms: series("Delay of the slowest event loop.", "ms"),
    deadLetters: series("Readings in the dead letter since the start of who says it.", "readings"),
  }),
);
export type HealthHistory = z.infer<typeof HealthHistory>;

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
    store: StoreHealth,
    memoryBytes: figure("Memory of all processes that are heard of, each counted once.", "bytes"),
    agents: AgentsHealth,
    troubles: z.array(Trouble).meta({ description: "What is wrong now, worst first; empty when all is well." }),
    queues: z.array(QueueRow),
    feed: z.array(FeedConsumerRow).nullable().meta({
      description: "Readers of the feed; null where the store does not say it.",
    }),
    processes: z.array(ProcessRow),
    events: z.array(OperationsEventRow).meta({ description: "Open ones first, then the newest closed ones." }),
    banner: Banner.nullable(),
  }),
);
export type OperationsHealth = z.infer<typeof OperationsHealth>;
