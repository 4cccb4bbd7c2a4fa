import { ConfigError } from "@nightflow/domain";
import { type BucketFacts, findBucket, InfluxApi, retentionSecondsOf } from "./influx-api.ts";
import { askAsOperator } from "./operator-refusal.ts";
import { checkIsInflux2 } from "./server-kind.ts";
import { type KeptTokens, provisionTokens, type TokenChange } from "./token-provision.ts";

const LEAST_RETENTION_SECONDS = 3600;

/** A bucket as it should be. */
export interface BucketWish {
  readonly name: string;
  /** 0 keeps points for ever. */
  readonly retentionSeconds: number;
  /** How much time one shard covers; InfluxDB's choice when left out. */
  readonly shardSeconds?: number | undefined;
}

/** What Nightflow needs of an InfluxDB 2 that has been set up. */
export interface ProvisionWish {
  readonly url: string;
  readonly org: string;
  /** Bucket of the readings first, then that of the hourly roll-ups. */
  readonly buckets: readonly BucketWish[];
  /** A token that may make organisations, buckets and tokens. */
  readonly operatorToken: string;
  /** Where the tokens are kept that Nightflow uses. */
  readonly tokens: KeptTokens;
  /** `rotate` makes new tokens beside the old; `revoke` deletes those that were replaced. */
  readonly change?: TokenChange;
  /** Only says what would be done. */
  readonly isDryRun?: boolean;
}

/** One thing that was looked at, and what was done (or would be). */
export interface ProvisionStep {
  readonly what: string;
  readonly did: "nothing" | "made" | "replaced" | "deleted";
}

/**
 * Makes what Nightflow needs: organisation, buckets with their retention, a mapping for InfluxQL of each, and two tokens, one
 * that may write these buckets and one that may read them. What is there already stays as it is.
 *
 * @throws {ConfigError} listing everything that is there and differs from what is wished; nothing is changed then.
 * @throws {StoreRefusedError} for a wrong operator token, or a server that is no InfluxDB 2.
 */
export async function provisionInflux(wish: ProvisionWish): Promise<ProvisionStep[]> {
  refuseImpossible(wish.buckets);
  await checkIsInflux2(wish.url);
  return askAsOperator(() => new Provisioning(wish).run());
}

class Provisioning {
  readonly #api: InfluxApi;
  readonly #wish: ProvisionWish;
  readonly #steps: ProvisionStep[] = [];

  constructor(wish: ProvisionWish) {
    this.#api = new InfluxApi(wish.url, wish.operatorToken);
    this.#wish = wish;
  }

  async run(): Promise<ProvisionStep[]> {
    const { buckets, change, isDryRun = false, org, tokens } = this.#wish;
    const orgID = await this.#findOrg();
    const found = orgID === undefined ? [] : await this.#findBuckets();
    refuseDifferent(buckets, found);
    const made = await this.#makeMissing(orgID, found);
    const access = {
      api: this.#api,
      orgID: made?.orgID,
      org,
      buckets: made?.buckets ?? found,
      tokens,
      change,
      isDryRun,
    };
    return [...this.#steps, ...(await provisionTokens(access))];
  }

  async #findOrg(): Promise<string | undefined> {
    const { orgs = [] } = await this.#api.call<{ orgs?: { id: string; name: string }[] }>({ path: "orgs?limit=100" });
    return orgs.find(({ name }) => name === this.#wish.org)?.id;
  }

  async #findBuckets(): Promise<BucketFacts[]> {
    const found = [];
    for (const { name } of this.#wish.buckets) {
      const bucket = await findBucket(this.#api, this.#wish.org, name);
      if (bucket !== undefined) found.push(bucket);
    }
    return found;
  }

  // Undefined in a dry run where something is missing, for what comes behind it has no ids yet.
  async #makeMissing(
    known: string | undefined,
    found: readonly BucketFacts[],
  ): Promise<{ orgID: string; buckets: BucketFacts[] } | undefined> {
    const { buckets: wished, isDryRun, org } = this.#wish;
    this.#note(`organisation ${org}`, known !== undefined);
    const orgID = known ?? (isDryRun ? undefined : await this.#makeOrg());
    const buckets: BucketFacts[] = [];
    for (const wish of wished) {
      const there = found.find(({ name }) => name === wish.name);
      this.#note(`bucket ${wish.name} (${keptFor(wish.retentionSeconds)})`, there !== undefined);
      const bucket = there ?? (isDryRun || orgID === undefined ? undefined : await this.#makeBucket(orgID, wish));
      if (bucket !== undefined) buckets.push(bucket);
      await this.#mapDatabase(orgID, wish.name, bucket);
    }
    return orgID === undefined || buckets.length < wished.length ? undefined : { orgID, buckets };
  }

  async #makeOrg(): Promise<string> {
    const body = { name: this.#wish.org };
    return (await this.#api.call<{ id: string }>({ method: "POST", path: "orgs", body })).id;
  }

  #makeBucket(orgID: string, { name, retentionSeconds, shardSeconds }: BucketWish): Promise<BucketFacts> {
    const rule = { type: "expire", everySeconds: retentionSeconds, shardGroupDurationSeconds: shardSeconds };
    const retentionRules = retentionSeconds === 0 && shardSeconds === undefined ? [] : [rule];
    return this.#api.call({ method: "POST", path: "buckets", body: { orgID, name, retentionRules } });
  }

  // InfluxDB maps a bucket to a database of its name by itself; the explicit mapping survives a rename and is seen in lists.
  async #mapDatabase(orgID: string | undefined, database: string, bucket: BucketFacts | undefined): Promise<void> {
    const what = `InfluxQL database ${database}`;
    if (orgID === undefined || bucket === undefined) return this.#note(what, false);
    const { content = [] } = await this.#api.call<{ content?: DatabaseMapping[] }>({ path: `dbrps?orgID=${orgID}` });
    const isThere = content.some((one) => !one.virtual && one.database === database && one.bucketID === bucket.id);
    this.#note(what, isThere);
    if (isThere || this.#wish.isDryRun) return;
    const body = { orgID, bucketID: bucket.id, database, retention_policy: "autogen", default: true };
    await this.#api.call({ method: "POST", path: "dbrps", body });
  }

  #note(what: string, isThere: boolean): void {
    this.#steps.push({ what, did: isThere ? "nothing" : "made" });
  }
}

interface DatabaseMapping {
  readonly database: string;
  readonly bucketID: string;
  readonly virtual?: boolean;
}

// The server answers these with 500 (INFLUXDB 3), which would look like an outage.
function refuseImpossible(buckets: readonly BucketWish[]): void {
  const faults = buckets.flatMap(({ name, retentionSeconds, shardSeconds = 0 }) => {
    if (name.startsWith("_")) return [`bucket ${name}: InfluxDB keeps names that begin with _ for itself`];
    if (retentionSeconds !== 0 && retentionSeconds < LEAST_RETENTION_SECONDS)
      return [
        `bucket ${name}: ${keptFor(retentionSeconds)}, but InfluxDB keeps points for 1 hour at least; 0 is for ever`,
      ];
    if (retentionSeconds !== 0 && shardSeconds > retentionSeconds)
      return [`bucket ${name}: a shard of ${shardSeconds} s is longer than the retention of ${retentionSeconds} s`];
    return [];
  });
  if (faults.length > 0) throw new ConfigError("influxdb", faults);
}

function refuseDifferent(wished: readonly BucketWish[], found: readonly BucketFacts[]): void {
  const faults = wished.flatMap((wish) => {
    const there = found.find(({ name }) => name === wish.name);
    return there === undefined ? [] : differencesOf(wish, there);
  });
  if (faults.length > 0)
    throw new ConfigError("the InfluxDB differs from the configuration", faults, {
      remedy: "change the configuration, or the bucket with the command given, and run this again; nothing was changed",
    });
}

function differencesOf({ name, retentionSeconds, shardSeconds }: BucketWish, there: BucketFacts): string[] {
  const faults = [];
  const kept = retentionSecondsOf(there);
  if (kept !== retentionSeconds)
    faults.push(
      `bucket ${name}: it is ${keptFor(kept)} and should be ${keptFor(retentionSeconds)}: influx bucket update --id ${there.id} --retention ${retentionSeconds}s`,
    );
  const shard = there.retentionRules[0]?.shardGroupDurationSeconds;
  if (shardSeconds !== undefined && shard !== undefined && shard !== shardSeconds)
    faults.push(
      `bucket ${name}: its shards cover ${shard} s and should cover ${shardSeconds} s: influx bucket update --id ${there.id} --retention ${retentionSeconds}s --shard-group-duration ${shardSeconds}s (new shards only)`,
    );
  return faults;
}

function keptFor(seconds: number): string {
  return seconds === 0 ? "kept for ever" : `kept for ${seconds / 86_400} days`;
}
