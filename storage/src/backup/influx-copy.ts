import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { setTimeout as delay } from "node:timers/promises";
import { StoreUnavailableError } from "@nightflow/domain";
import { z } from "zod";
import { StoreRefusedError } from "../readings/errors.ts";
import { findBucket, InfluxApi, influxAddress } from "../readings/influx/influx-api.ts";
import { asInfluxError, errorOfStatus } from "../readings/influx/influx-errors.ts";
import { BackupDamagedError } from "./backup-errors.ts";
import type { BackupPart } from "./manifest.ts";
import { writePart } from "./part-file.ts";

/** An InfluxDB 2 with a token that may read and make every bucket. */
export interface InfluxPlace {
  readonly url: string;
  readonly org: string;
  readonly operatorToken: string;
}

/** One bucket in a backup. */
export interface CopiedBucket {
  readonly role: "readings" | "rollUps";
  readonly name: string;
  readonly manifest: string;
  readonly shards: { readonly id: number; readonly file: string }[];
}

const ShardGroup = z.looseObject({
  deletedAt: z.string().nullish(),
  shards: z.array(z.looseObject({ id: z.int() })),
});

/** InfluxDB's description of a bucket; what it says besides is handed back to it word for word. */
const BucketDescription = z.looseObject({
  organizationName: z.string(),
  bucketName: z.string(),
  retentionPolicies: z.array(z.looseObject({ shardGroups: z.array(ShardGroup).nullish() })),
});
type BucketDescription = z.infer<typeof BucketDescription>;

const LONGEST_CALL_MS = 3_600_000;
const GONE = 404;

/**
 * Copies a bucket over HTTP, as InfluxDB's own backup does, without its command line. Each shard is as of the moment of its
 * copy.
 *
 * @throws {StoreRefusedError} when the token may not, or the bucket is not there.
 */
export async function copyBucket(
  place: InfluxPlace,
  { role, name }: Pick<CopiedBucket, "role" | "name">,
  folder: string,
  parts: BackupPart[],
  onShard: (done: number, total: number) => void,
): Promise<CopiedBucket> {
  const description = (await describeBuckets(place)).find(
    (one) => one.bucketName === name && one.organizationName === place.org,
  );
  if (description === undefined)
    throw new StoreRefusedError(`InfluxDB at ${place.url} has no bucket ${name} of ${place.org}`, {
      remedy: "check influxdb.org and bucket",
    });
  const manifest = `influxdb/${role}.json`;
  parts.push(await writePart(folder, manifest, { text: JSON.stringify(description) }));
  const shards: CopiedBucket["shards"] = [];
  const ids = shardIds(description);
  for (const [at, id] of ids.entries()) {
    const file = `influxdb/${role}-${id}.tar`;
    const body = await shardBody(place, id);
    if (body !== undefined) {
      parts.push(await writePart(folder, file, { stream: body }));
      shards.push({ id, file });
    }
    onShard(at + 1, ids.length);
  }
  return { role, name, manifest, shards };
}

/**
 * Puts a copied bucket back under a name that is free, as a new bucket: tokens and InfluxQL mappings of the old one do not
 * reach it.
 *
 * @throws {BackupDamagedError} when InfluxDB does not know one of its shards any more.
 */
export async function putBucketBack(
  place: InfluxPlace,
  from: string,
  bucket: Omit<CopiedBucket, "shards"> & { readonly shards: readonly CopiedBucket["shards"][number][] },
  name: string,
  onShard: (done: number, total: number) => void,
): Promise<void> {
  const api = new InfluxApi(place.url, place.operatorToken);
  const { orgs } = await api.call<{ orgs: { id: string }[] }>({ path: `orgs?org=${encodeURIComponent(place.org)}` });
  const kept = BucketDescription.parse(JSON.parse(await readFile(join(from, bucket.manifest), "utf8")));
  const body = { ...kept, organizationID: orgs[0]?.id, organizationName: place.org, bucketName: name };
  const { shardMappings } = await api.call<{ shardMappings: { oldId: number; newId: number }[] | null }>({
    method: "POST",
    path: "restore/bucketMetadata",
    body,
  });
  const newIds = new Map((shardMappings ?? []).map(({ oldId, newId }) => [oldId, newId]));
  for (const [at, { id, file }] of bucket.shards.entries()) {
    const newId = newIds.get(id);
    if (newId === undefined) throw new BackupDamagedError(`${bucket.manifest} names no shard ${id}`);
    await sendShard(place, newId, join(from, file));
    onShard(at + 1, bucket.shards.length);
  }
}

/** Whether a bucket has ever held points that are still kept. */
export async function holdsPoints(place: InfluxPlace, name: string): Promise<boolean> {
  const description = (await describeBuckets(place)).find(
    (one) => one.bucketName === name && one.organizationName === place.org,
  );
  return description !== undefined && shardIds(description).length > 0;
}

/** Frees the name of a bucket by renaming it; gives its new name, null when the name was free. */
export async function freeBucketName(place: InfluxPlace, name: string, stamp: string): Promise<string | null> {
  const api = new InfluxApi(place.url, place.operatorToken);
  const found = await findBucket(api, place.org, name);
  if (found === undefined) return null;
  const renamed = `${name}-replaced-${stamp}`;
  await api.call({ method: "PATCH", path: `buckets/${found.id}`, body: { name: renamed } });
  return renamed;
}

async function describeBuckets(place: InfluxPlace): Promise<BucketDescription[]> {
  const response = await called(place, "backup/metadata", { headers: {} });
  const boundary = /boundary=([^;]+)/.exec(response.headers.get("content-type") ?? "")?.[1];
  const bytes = Buffer.from(await response.arrayBuffer());
  const start = bytes.indexOf('name="buckets"');
  const from = bytes.indexOf("\r\n\r\n", start) + 4;
  const to = bytes.indexOf(`\r\n--${boundary}`, from);
  if (boundary === undefined || start < 0 || to < 0)
    throw new StoreRefusedError(`InfluxDB at ${place.url} answered backup/metadata with something else`, {
      remedy: "backups are made of InfluxDB 2.x",
    });
  return z.array(BucketDescription).parse(JSON.parse(bytes.subarray(from, to).toString("utf8")));
}

function shardIds({ retentionPolicies }: BucketDescription): number[] {
  const groups = retentionPolicies.flatMap(({ shardGroups }) => shardGroups ?? []);
  return groups.filter(({ deletedAt }) => !deletedAt).flatMap(({ shards }) => shards.map(({ id }) => id));
}

/**
 * Undefined when the shard went away meanwhile, being older than InfluxDB keeps readings. While InfluxDB is writing a shard
 * from its cache to the disk it answers 500 once in a while, and a moment later gives it.
 */
async function shardBody(place: InfluxPlace, id: number, tries = SHARD_TRIES): Promise<Readable | undefined> {
  try {
    const response = await called(place, `backup/shards/${id}`, {}, [GONE]);
    if (response.status === GONE || response.body === null) return undefined;
    return Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  } catch (error) {
    if (tries <= 1 || !(error instanceof StoreUnavailableError)) throw error;
    await delay(SHARD_RETRY_MS);
    return await shardBody(place, id, tries - 1);
  }
}

async function sendShard(place: InfluxPlace, id: number, file: string): Promise<void> {
  const { size } = await stat(file);
  const body = Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>;
  const headers = { "content-length": String(size), "content-type": "application/octet-stream" };
  const response = await called(place, `restore/shards/${id}`, { method: "POST", headers, body, duplex: "half" });
  await response.arrayBuffer();
}

async function called(
  { url, operatorToken }: InfluxPlace,
  path: string,
  init: RequestInit & { duplex?: "half" },
  allowed: readonly number[] = [],
): Promise<Response> {
  const what = `${init.method ?? "GET"} ${path}`;
  const headers = { ...(init.headers as Record<string, string>), authorization: `Token ${operatorToken}` };
  const signal = AbortSignal.timeout(LONGEST_CALL_MS);
  const response = await fetch(influxAddress(url, `api/v2/${path}`), { ...init, headers, signal }).catch(
    (cause: unknown) => {
      throw asInfluxError(cause, what);
    },
  );
  if (response.ok || allowed.includes(response.status)) return response;
  const text = await response.text();
  if (response.status === 401)
    throw new StoreRefusedError(`${what}: InfluxDB answered 401 ${text.slice(0, 200)}`, REMEDY);
  throw errorOfStatus(response.status, text, what);
}

const SHARD_TRIES = 8;
const SHARD_RETRY_MS = 1000;

const REMEDY = {
  remedy:
    "a backup needs the operator's token: give --operator-token-file or NIGHTFLOW_INFLUXDB_OPERATOR_TOKEN (nightflow influx setup keeps it in dataDir/influxdb/operator-token)",
};
