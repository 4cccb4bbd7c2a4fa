import {
  type Analytics,
  resplit,
  settleShards,
  startAnalytics,
  startDerivedSeries,
  startPreviewWorker,
} from "@nightflow/analytics";
import type { Clock } from "@nightflow/domain";
import type { Database, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { LoadedConfig } from "../config/load.ts";
import type { NightflowConfig } from "../config/schema.ts";
import { mergeViews } from "../operate/index.ts";
import { analyticsView } from "../operate/views/analytics.ts";
import { databaseView } from "../operate/views/database.ts";
import { storeCheck } from "../operate/views/store.ts";
import type { RunningRoom } from "./running.ts";

/** What analytics works with, in a thread of `up` or alone. */
export interface AnalyticsParts {
  readonly store: ReadingStore;
  readonly db: Database;
  readonly clock: Clock;
  readonly config: NightflowConfig["analytics"];
  readonly logger: Logger;
  readonly isOneOfSeveral: boolean;
}

/** The detectors, and beside them the derived hours and the previews of rules. */
export async function startAnalyticsParts(
  parts: AnalyticsParts,
): Promise<{ readonly analytics: Analytics; close(): Promise<void> }> {
  const { config } = parts;
  const analytics = await startAnalytics(parts);
  const isYielding = () => analytics.isBehind();
  const series = config.derived.isEnabled
    ? startDerivedSeries({ ...parts, config: config.derived, isYielding })
    : undefined;
  const previews = await startPreviewWorker({ ...parts, isYielding });
  return {
    analytics,
    async close() {
      await previews.close();
      await analytics.close();
      await series?.close();
    },
  };
}

/**
 * Runs analytics alone; several share the meters, shard by shard.
 *
 * @throws {ConfigError} when it cannot run alone; {ShardPlanError} when the state kept is for another number of shards.
 */
export async function startAnalyticsRoom(
  loaded: LoadedConfig,
  options: { readonly resplit?: boolean },
  logger: Logger,
): Promise<RunningRoom> {
  // Not for the threads of `up`, which load this file too: they have their ground already.
  const { openGround, operateAlone } = await import("./alone.ts");
  const ground = await openGround(loaded, "analytics", logger);
  const { store, db, clock, settings } = ground;
  const config = settings.config.analytics;
  try {
    await (options.resplit === true ? resplit(db, config.shards) : settleShards(db, config.shards));
    const running = await startAnalyticsParts({ store, db, clock, config, logger, isOneOfSeveral: true });
    const { maxFeedLagS } = settings.config.operate;
    const reading = { checks: [storeCheck(store)] };
    const view = mergeViews(analyticsView(running.analytics, store, maxFeedLagS), reading, databaseView(db));
    const operated = await operateAlone("analytics", view, { settings, logger, sql: db });
    return {
      details: { shards: config.shards, operateUrl: operated.url ?? "" },
      async close() {
        await operated.close();
        await running.close();
        await ground.close();
      },
    };
  } catch (error) {
    await ground.close();
    throw error;
  }
}
