import type { Clock } from "@nightflow/domain";
import type { ReadingColumns } from "../../ports.ts";
import type { Database, Sql } from "../../relational/database.ts";
import { BucketRetention } from "./bucket-retention.ts";
import { CommitPath } from "./commit-path.ts";
import { markDirty } from "./dirty-hours.ts";
import { InfluxApi } from "./influx-api.ts";
import { InfluxWatch } from "./influx-watch.ts";
import { InfluxQl } from "./influxql.ts";
import { PointWriter } from "./point-writer.ts";
import { RollUpReader } from "./roll-up-reader.ts";
import { RollUpState } from "./roll-up-state.ts";
import { RollUpWriter } from "./roll-up-writer.ts";
import type { InfluxStoreOptions } from "./store-options.ts";

/** What the store on InfluxDB is put together of. */
export class StoreParts {
  /** Asks the bucket of the readings. */
  readonly readings: InfluxQl;
  readonly commits: CommitPath;
  readonly rollUps: RollUpReader;
  /** None where no roll-ups are kept. */
  readonly rollUpWriter: RollUpWriter | undefined;
  readonly watch: InfluxWatch;
  /** Everything that is asked in InfluxQL. */
  readonly asked: readonly InfluxQl[];
  readonly #writers: readonly PointWriter[];
  readonly #retentions: readonly BucketRetention[];
  readonly #state: RollUpState;
  readonly #db: Database;
  readonly #keepsRollUps: boolean;
  #hasDisowned = false;

  constructor(options: InfluxStoreOptions & { readonly clock: Clock }) {
    const { url, token, readToken = token, org, bucket, rollUpBucket, db, clock, engineDir, logger } = options;
    this.#db = db;
    const api = new InfluxApi(url, readToken);
    const writerTo = (to: string) => new PointWriter({ url, token, org, bucket: to, logger });
    const retention = new BucketRetention(api, org, bucket);
    const hourRetention = new BucketRetention(api, org, rollUpBucket ?? bucket);
    const writer = writerTo(bucket);
    this.readings = new InfluxQl({ url, token: readToken, bucket });
    const { readings } = this;
    const hours =
      rollUpBucket === undefined ? undefined : new InfluxQl({ url, token: readToken, bucket: rollUpBucket });
    this.#state = new RollUpState(rollUpBucket, () => hourRetention.ms);
    const state = this.#state;
    this.#keepsRollUps = rollUpBucket !== undefined;
    this.rollUps = new RollUpReader({ db, readings, hours, state });
    const hourWriter = rollUpBucket === undefined ? undefined : writerTo(rollUpBucket);
    this.rollUpWriter = hourWriter && new RollUpWriter({ db, readings, writer: hourWriter, state, clock, logger });
    const alongWith = (tx: Sql, columns: ReadingColumns) => this.#noteDirty(tx, columns);
    this.commits = new CommitPath({
      db,
      writer,
      influxQl: readings,
      clock,
      logger,
      retentionMs: () => retention.ms,
      alongWith,
    });
    this.watch = new InfluxWatch({ url, writer, readings, engineDir, logger });
    this.#writers = hourWriter === undefined ? [writer] : [writer, hourWriter];
    this.#retentions = [retention, hourRetention];
    this.asked = hours === undefined ? [readings] : [readings, hours];
  }

  /** Learns how long the buckets keep points; at most every ten minutes. */
  async lookAtRetention(): Promise<void> {
    await Promise.all(this.#retentions.map((retention) => retention.look()));
  }

  /** What may be done before the first commit only. */
  async begin(): Promise<void> {
    this.rollUpWriter?.start();
    await this.#state.adoptWhileEmpty(this.#db).catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.commits.close();
    await this.rollUpWriter?.close();
    for (const writer of this.#writers) writer.close();
  }

  // A store that keeps no roll-ups notes no dirty hours, so that those kept before cannot be trusted from then on.
  async #noteDirty(tx: Sql, columns: ReadingColumns): Promise<void> {
    if (this.#keepsRollUps) return await markDirty(tx, columns);
    if (!this.#hasDisowned) await this.#state.adopt(tx);
    this.#hasDisowned = true;
  }
}
