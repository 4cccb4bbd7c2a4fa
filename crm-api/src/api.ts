import type { AddressInfo } from "node:net";
import { asPortError } from "@nightflow/domain";
import { createFirstAdminLink, firstAdminUrl } from "./access/first-admin.ts";
import { buildApp } from "./app.ts";
import type { ApiDeps, ReportRenderer } from "./deps.ts";
import { keepRevocationFile } from "./enrolment/crl.ts";
import { LiveFeed } from "./events/live-feed.ts";
import { startFieldDesk } from "./field-line/desk.ts";
import type { FieldLine } from "./field-line/field-line.ts";
import type { ApiServer } from "./http/types.ts";
import { startWorkers } from "./workers/start.ts";

/** What a running API stands on. */
export interface StartApiDeps extends Omit<ApiDeps, "liveFeed" | "firstAdmin" | "revocations"> {
  readonly renderer: ReportRenderer;
  /** The way to agents; without it configurations and commands wait in the database. */
  readonly line?: FieldLine | undefined;
}

/** A running API. */
export interface RunningApi {
  readonly url: string;
  readonly port: number;
  /** Where the first administrator is made; null when the platform has a user already. Shown once, logged never. */
  readonly setupUrl: string | null;
  close(): Promise<void>;
}

/**
 * Starts the HTTP API with its live events, its workers and, where they are built, the pages.
 *
 * @throws {PortBusyError} when another program listens on the port.
 */
export async function startApi(deps: StartApiDeps): Promise<RunningApi> {
  const { db, config, logger } = deps;
  const firstAdmin = (await createFirstAdminLink(db)) ?? undefined;
  const liveFeed = await LiveFeed.start(db, logger);
  const revocations = deps.enrolment && keepRevocationFile(db, deps.enrolment, logger);
  const app = await buildApp({ ...deps, liveFeed, firstAdmin, revocations });
  try {
    const { url, port } = await listen(app, config.host, config.port);
    const workers = await startWorkers(deps);
    const stopDesk = deps.line && (await startFieldDesk({ ...deps, line: deps.line }));
    logger.info({ url }, "the API listens");
    return {
      url,
      port,
      setupUrl: firstAdmin === undefined ? null : firstAdminUrl(config.publicUrl ?? url, firstAdmin),
      async close() {
        revocations?.stop();
        await stopDesk?.();
        await app.close();
        await Promise.all([workers.stop(), liveFeed.stop()]);
      },
    };
  } catch (error) {
    revocations?.stop();
    await app.close();
    await liveFeed.stop();
    throw error;
  }
}

async function listen(app: ApiServer, host: string, port: number): Promise<{ url: string; port: number }> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw asPortError(error, "the HTTP API", host, port);
  }
  const { port: bound } = app.server.address() as AddressInfo;
  return { url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`, port: bound };
}
