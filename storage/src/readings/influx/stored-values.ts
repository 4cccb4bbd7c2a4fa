import type { LastValue, StoredValue } from "../../ports.ts";
import type { Sql } from "../../relational/database.ts";
import type { InstantKey } from "../repeats.ts";
import { uncommittedInstants } from "./intents.ts";
import { instantName } from "./point-reader.ts";

/**
 * What is stored at exact instants, in the order asked. `newest` holds the newest reading of each of their channels, which
 * answers most of them without InfluxDB. Points are looked up before the notes of unfinished commits: one that finishes
 * in between is then seen as stored.
 */
export async function storedValuesAt(
  sql: Sql,
  lookUp: (keys: readonly InstantKey[]) => Promise<Map<string, StoredValue>>,
  keys: readonly InstantKey[],
  newest: ReadonlyMap<string, LastValue>,
): Promise<(StoredValue | undefined)[]> {
  const asked = keys.filter(({ channel, readAtMs }) => {
    const last = newest.get(channel);
    return last !== undefined && readAtMs <= last.readAtMs && !isNewestValue(last, readAtMs);
  });
  const found = asked.length === 0 ? new Map<string, StoredValue>() : await lookUp(asked);
  const uncommitted = found.size === 0 ? new Set<string>() : await uncommittedInstants(sql);
  return keys.map(({ channel, readAtMs }) => {
    const last = newest.get(channel);
    if (last !== undefined && isNewestValue(last, readAtMs)) return plainValue(last);
    const name = instantName(channel, readAtMs);
    return uncommitted.has(name) ? undefined : found.get(name);
  });
}

function isNewestValue(last: LastValue, readAtMs: number): boolean {
  return last.readAtMs === readAtMs && (last.counts !== null || last.gauge !== null);
}

function plainValue({ quality, counts, gauge }: LastValue): StoredValue {
  return { quality, counts, gauge };
}
