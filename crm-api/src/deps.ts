import type { UsageCurveReport } from "@nightflow/analytics/pure";
import type { AgentConfig, Clock, ConfigFault, MeterProfile } from "@nightflow/domain";
import type { Database, FileStore, JobQueue, ReadingStore, StoredProcessReport } from "@nightflow/storage";
import type { Logger } from "pino";
import type { FirstAdminLink } from "./access/first-admin.ts";
import type { ApiConfig } from "./config.ts";
import type { RevocationFile } from "./enrolment/crl.ts";
import type { EnrolmentDesk } from "./enrolment/desk.ts";
import type { LiveFeed } from "./events/live-feed.ts";
import type { ApiMetrics } from "./http/api-metrics.ts";

/** Draws a report; filled by `dashboards/reports`. */
export interface ReportRenderer {
  usageCurve(
    report: UsageCurveReport,
    language: "zh" | "en",
  ): { html: string; csv: string } | Promise<{ html: string; csv: string }>;
}

/** How the processes of the platform fare, as each said last. */
export interface HeadEndHealth {
  reports(): Promise<readonly StoredProcessReport[]>;
}

/** What the API stands on. */
export interface ApiDeps {
  readonly db: Database;
  readonly store: ReadingStore;
  /** Business time. */
  readonly clock: Clock;
  readonly files: FileStore;
  readonly jobs: JobQueue;
  readonly config: ApiConfig;
  readonly logger: Logger;
  /** Live events of this process; without it the event stream answers 503. */
  readonly liveFeed?: LiveFeed | undefined;
  /** Open while no administrator can sign in. */
  readonly firstAdmin?: FirstAdminLink | undefined;
  /** Folder with the built pages. */
  readonly webRoot?: string | undefined;
  /** Signs agents' certificates; without it nobody enrols here. */
  readonly enrolment?: EnrolmentDesk | undefined;
  /** The list of revoked certificates for another broker. */
  readonly revocations?: RevocationFile | undefined;
  /** Default: what each process has written to the database. */
  readonly headEndHealth?: HeadEndHealth | undefined;
  /** What is wrong with an agent's configuration that only drivers and profiles know; without it the agent says so. */
  readonly checkConfig?: ((config: AgentConfig) => Promise<readonly ConfigFault[]>) | undefined;
  /** Meter profiles that come with the program, by name. */
  readonly meterProfiles?: ReadonlyMap<string, MeterProfile> | undefined;
  /** Counts requests and streams; without it nothing is counted. */
  readonly metrics?: ApiMetrics | undefined;
}
