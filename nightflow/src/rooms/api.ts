import { join } from "node:path";
import { ApiMetrics, type FieldLine, type HeadEndHealth, type ReportRenderer, startApi } from "@nightflow/crm-api";
import { builtPagesFolder } from "@nightflow/dashboards";
import type { Clock } from "@nightflow/domain";
import { loadProfiles } from "@nightflow/edge-agent/profiles";
import { createJobQueue, type Database, openFileStore, type ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import { openEnrolmentDesk } from "../broker-security.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { NightflowConfig } from "../config/schema.ts";
import { checkConfigAsTheAgentDoes } from "../field/check-config.ts";
import { mergeViews } from "../operate/index.ts";
import { apiView } from "../operate/views/api.ts";
import { databaseView, jobsView } from "../operate/views/database.ts";
import type { RunningRoom } from "./running.ts";

/** What the API works with, in a thread of `up` or alone. */
export interface ApiParts {
  readonly store: ReadingStore;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: NightflowConfig["api"];
  readonly dataDir: string;
  readonly logger: Logger;
  readonly metrics: ApiMetrics;
  /** Whom to enrol, and how; agents are certified where the broker has TLS or a list of revoked certificates is wanted. */
  readonly security: Pick<NightflowConfig, "broker" | "enrolment">;
  /** Default: what each process has written to the database. */
  readonly headEndHealth?: HeadEndHealth;
  /** The way to agents; without it configurations and commands wait in the database. */
  readonly line?: FieldLine;
}

/** The HTTP API with its jobs, pages, reports and, where the broker has TLS, the enrolment of agents. */
export async function startApiParts({ dataDir, ...parts }: ApiParts) {
  const { db, logger, clock } = parts;
  const redisUrl = process.env.REDIS_URL;
  const jobs = createJobQueue({ db, logger, clock, ...(redisUrl && { redisUrl }) });
  const files = await openFileStore(join(dataDir, "files"));
  const webRoot = builtPagesFolder() ?? undefined;
  const enrolment = await openEnrolmentDesk(parts.security, dataDir);
  const meterProfiles = loadProfiles();
  const checkConfig = checkConfigAsTheAgentDoes;
  return await startApi({ ...parts, files, jobs, renderer, webRoot, enrolment, meterProfiles, checkConfig });
}

// The charts of the reports are hundreds of modules: they are loaded with the first report, not with the program.
const renderer: ReportRenderer = {
  async usageCurve(report, language) {
    const { usageReportCsv, usageReportHtml } = await import("@nightflow/dashboards/reports");
    return { html: usageReportHtml(report, language), csv: usageReportCsv(report) };
  },
};

/**
 * Runs the API alone; several stand behind one address.
 *
 * @throws {ConfigError} when it cannot run alone; {PortBusyError} when its port is taken.
 */
export async function startApiRoom(
  loaded: LoadedConfig,
  options: { readonly port?: number },
  logger: Logger,
): Promise<RunningRoom> {
  // Not for the threads of `up`, which load this file too: they have their ground already.
  const { openGround, operateAlone } = await import("./alone.ts");
  const line = await fieldLineOf(loaded, logger);
  const ground = await openGround(loaded, "api", logger);
  const { store, db, clock, settings } = ground;
  const { dataDir } = settings;
  const { port = settings.config.api.port } = options;
  try {
    const config = { ...settings.config.api, port };
    const metrics = new ApiMetrics();
    const security = settings.config;
    const parts = { store, db, clock, config, security, dataDir, logger, metrics };
    const api = await startApiParts({ ...parts, ...(line && { line }) });
    const view = mergeViews(apiView(metrics, db, clock), databaseView(db), jobsView(db));
    const operated = await operateAlone("api", view, { settings, logger, sql: db });
    return {
      details: { apiUrl: api.url, setupUrl: api.setupUrl ?? "", operateUrl: operated.url ?? "" },
      async close() {
        await operated.close();
        await api.close();
        await line?.close();
        await ground.close();
      },
    };
  } catch (error) {
    await line?.close();
    await ground.close();
    throw error;
  }
}

/** The way to agents through the broker of `mqtt`; without one configurations and commands wait in the database. */
async function fieldLineOf(loaded: LoadedConfig, logger: Logger) {
  if (loaded.config.mqtt === undefined) return undefined;
  const [{ mqttAccessOfApi }, { MqttFieldLine }] = await Promise.all([
    import("./ingest.ts"),
    import("../field/mqtt-line.ts"),
  ]);
  return new MqttFieldLine(mqttAccessOfApi(loaded), logger);
}
