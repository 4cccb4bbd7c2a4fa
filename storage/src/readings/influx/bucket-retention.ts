import { findBucket, type InfluxApi, retentionSecondsOf } from "./influx-api.ts";

const LOOK_EVERY_MS = 10 * 60_000;

/**
 * How long a bucket keeps points, as the server says. Asked of the management API, for InfluxQL's SHOW RETENTION POLICIES
 * answers "for ever" for every bucket of an InfluxDB 2 (seen on 2.7.12).
 */
export class BucketRetention {
  readonly #api: InfluxApi;
  readonly #org: string;
  readonly #bucket: string;
  #ms = 0;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(api: InfluxApi, org: string, bucket: string) {
    this.#api = api;
    this.#org = org;
    this.#bucket = bucket;
  }

  /** In milliseconds; 0 for ever, or as long as nothing is known. */
  get ms(): number {
    return this.#ms;
  }

  /** Asks again, at most every ten minutes: an operator may change it. Leaves what was known where it cannot be asked. */
  async look(): Promise<void> {
    if (performance.now() - this.#lookedAtMs < LOOK_EVERY_MS) return;
    const found = await findBucket(this.#api, this.#org, this.#bucket).catch(() => undefined);
    if (found === undefined) return;
    this.#lookedAtMs = performance.now();
    this.#ms = retentionSecondsOf(found) * 1000;
  }
}
