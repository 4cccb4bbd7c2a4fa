import { AnalyticsConfig } from "@nightflow/analytics/config";
import { BrokerConfig } from "@nightflow/broker/config";
import { ApiConfig } from "@nightflow/crm-api/config";
import { EnrolmentConfig, Quantity, SiteId } from "@nightflow/domain";
import { IngestConfig } from "@nightflow/ingest/config";
import { MqttConfig } from "@nightflow/ingest/mqtt-config";
import { z } from "zod";
import { OperateConfig } from "../operate/config.ts";

function retentionDays(description: string) {
  return z.number().min(0).max(36_500).default(0).meta({ description, unit: "days" });
}

const InfluxConfig = z.strictObject({
  url: z.url().meta({ description: "Address of the InfluxDB 2 server." }),
  org: z.string().min(1),
  bucket: z.string().min(1),
  tokenFile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "File that holds the token that writes the bucket; NIGHTFLOW_INFLUXDB_TOKEN stands for it." }),
  readTokenFile: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "File that holds the token that reads it; where absent, the writing one reads too." }),
  rollUpBucket: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "Bucket of the hourly roll-ups; where absent they are computed from readings each time." }),
  retentionDays: retentionDays("How long `nightflow influx setup` lets InfluxDB keep readings; 0 for ever."),
  rollUpRetentionDays: retentionDays("How long it lets InfluxDB keep hourly roll-ups; 0 for ever."),
  engineDir: z
    .string()
    .min(1)
    .optional()
    .meta({ description: "InfluxDB's engine folder where it is on this machine: its free disk is watched." }),
});

const DuckDbConfig = z.strictObject({
  memoryLimitMb: z
    .int()
    .min(64)
    .max(1_048_576)
    .default(1024)
    .meta({ description: "Most memory the store may take.", unit: "MB" }),
  threads: z.int().min(1).max(64).default(1).meta({ description: "Threads for queries; one keeps ingest steady." }),
  maxTempGb: z
    .int()
    .min(1)
    .max(100_000)
    .default(10)
    .meta({ description: "Most that large queries may set down beside the store file for a while.", unit: "GB" }),
  compactAtHour: z.int().min(0).max(23).nullable().default(18).meta({
    description: "Hour of the UTC day in which readings are sorted and retention runs; null leaves it to their number.",
  }),
  compactAfterReadings: z
    .int()
    .min(100_000)
    .default(20_000_000)
    .meta({ description: "Readings that may lie unsorted; then they are sorted at once." }),
  retention: z
    .array(
      z.strictObject({
        quantities: z
          .array(Quantity)
          .min(1)
          .optional()
          .meta({ description: "Quantities that the rule is for; left out, it is for all that no other rule names." }),
        readingMonths: z
          .int()
          .min(1)
          .max(1200)
          .optional()
          .meta({ description: "Readings are kept so long.", unit: "months" }),
        rollUpMonths: z
          .int()
          .min(1)
          .max(1200)
          .optional()
          .meta({ description: "Hourly roll-ups are kept so long.", unit: "months" }),
      }),
    )
    .default([])
    .meta({ description: "How long readings are kept, by quantity. Without a rule nothing is deleted." }),
});

const PostgresConfig = z.strictObject({
  port: z.int().min(0).max(65_535).default(5480).meta({
    description: "Port of the embedded PostgreSQL; 0 takes a free one. DATABASE_URL replaces it by a server of yours.",
  }),
});

const LogConfig = z.strictObject({
  level: z
    .enum(["debug", "info", "warn", "error", "silent"])
    .default("info")
    .meta({ description: "The least that is logged." }),
  format: z
    .enum(["auto", "json", "text"])
    .default("auto")
    .meta({ description: "One JSON object a line, or words; auto: words on a terminal, JSON elsewhere." }),
});

/** The whole of `nightflow.yaml`: rooms as top keys. Secrets are never in it: they come from files or the environment. */
export const NightflowConfig = z
  .strictObject({
    dataDir: z.string().min(1).default("./data").meta({ description: "Folder for everything that is kept." }),
    site: SiteId.prefault("town").meta({ description: "Name of this head-end's site, the third level of its topics." }),
    store: z
      .enum(["duckdb", "influxdb"])
      .default("duckdb")
      .meta({ description: "Where readings rest: embedded DuckDB, or an InfluxDB 2 server." }),
    influxdb: InfluxConfig.optional(),
    duckdb: DuckDbConfig.prefault({}),
    postgres: PostgresConfig.prefault({}),
    clock: z
      .strictObject({
        anchorFile: z
          .string()
          .min(1)
          .optional()
          .meta({ description: "Anchor of a scaled clock; real time where absent." }),
      })
      .prefault({}),
    log: LogConfig.prefault({}),
    broker: BrokerConfig.prefault({}),
    enrolment: EnrolmentConfig.prefault({}).meta({ description: "How edge agents join, stay and leave." }),
    mqtt: MqttConfig.optional().meta({
      description: "A broker of yours, for nightflow ingest; nightflow up has its own (broker).",
    }),
    ingest: IngestConfig.prefault({}),
    analytics: AnalyticsConfig.prefault({}),
    api: ApiConfig.prefault({}),
    operate: OperateConfig.prefault({}),
  })
  .superRefine((config, context) => {
    if (config.store === "influxdb" && config.influxdb === undefined)
      context.addIssue({
        code: "custom",
        path: ["influxdb"],
        message: "store is influxdb, so url, org and bucket must be given here",
      });
  });
export type NightflowConfig = z.infer<typeof NightflowConfig>;
