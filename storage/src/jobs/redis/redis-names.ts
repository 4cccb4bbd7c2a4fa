import { ConfigError } from "@nightflow/domain";
import type { Sql } from "../../relational/database.ts";

/** A job's row as Redis names it; a revived job has another name, so that its dead one cannot stand in its way. */
export interface NamedRow {
  readonly id: string;
  readonly revived: number;
}

const ID_LENGTH = 36;

/** The name of a job in Redis. The same row always gives the same one, so that sending it twice changes nothing. */
export function redisNameOf({ id, revived }: NamedRow): string {
  return revived === 0 ? id : `${id}-${revived}`;
}

/** The row that a name in Redis stands for. */
export function rowIdOf(redisName: string): string {
  return redisName.slice(0, ID_LENGTH);
}

/** The name of a queue in Redis, where colons part the keys. */
export function redisQueueOf(queue: string): string {
  return encodeURIComponent(queue);
}

/**
 * What the keys of a database's jobs begin with: of this server and this database alone, so that several installations,
 * or a copy made for a trial, can share a Redis without taking each other's jobs.
 */
export async function redisPrefixOf(db: Sql): Promise<string> {
  const { rows } = await db.query<{ server: string; database: string }>(
    `select system_identifier::text as server, d.oid::text as database
     from pg_control_system(), pg_database d where d.datname = current_database()`,
  );
  return `nightflow-${rows[0]?.server}-${rows[0]?.database}`;
}

/** The address as it is. @throws {ConfigError} when it is none of a Redis; without naming it, for it may hold a password. */
export function checkedRedisUrl(url: string): string {
  const isAddress = URL.canParse(url) && ["redis:", "rediss:"].includes(new URL(url).protocol);
  if (!isAddress) throw new ConfigError("REDIS_URL", ["must look like redis://host:6379 or rediss://host:6379"]);
  return url;
}
