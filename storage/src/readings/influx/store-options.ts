import type { Clock } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Database } from "../../relational/database.ts";
import type { FeedBounds } from "./feed.ts";

/** What the store on InfluxDB 2 needs: buckets that nobody else writes to, and the PostgreSQL that makes commits whole. */
export interface InfluxStoreOptions {
  readonly url: string;
  /** May write the buckets. */
  readonly token: string;
  /** May read the buckets; `token` when left out. */
  readonly readToken?: string;
  readonly org: string;
  /** Bucket of the readings. */
  readonly bucket: string;
  /** Bucket of the hourly roll-ups; without it they are computed from readings each time. */
  readonly rollUpBucket?: string | undefined;
  readonly db: Database;
  /** Bounds of the feed for consumers that have stopped; 7 days and 2 GiB when left out. */
  readonly feed?: Partial<FeedBounds>;
  /** Says what lies in the future: readings more than a day ahead of it are not written. */
  readonly clock?: Clock;
  /** InfluxDB's data folder, where it is on this machine: its free disk is watched. */
  readonly engineDir?: string | undefined;
  readonly logger: Logger;
}
