import type { ReadingStore, SetAsideList, Sql, StoredSetAside } from "@nightflow/storage";
import { HOUR_MS } from "./meter-day.ts";

const LISTS = {
  dead_letter: "dead_letters",
  quarantine: "quarantined",
  conflict: "conflicts",
} as const satisfies Record<SetAsideList, string>;
const PAGE = 1000;

/** New entries of the lists of readings set aside, counted by agent and hour of receipt. */
export interface SetAsideCounts {
  readonly seen: Readonly<Record<string, number>>;
  readonly counts: readonly {
    readonly list: SetAsideList;
    readonly agent: string;
    readonly hourMs: number;
    readonly count: number;
  }[];
}

/** Counts what was set aside since `seen`, newest first, a page at a time. */
export async function countSetAside(
  store: Pick<ReadingStore, "setAside">,
  seen: Readonly<Record<string, number>>,
): Promise<SetAsideCounts> {
  const counts: SetAsideCounts["counts"][number][] = [];
  const nowSeen = { ...seen };
  for (const list of Object.keys(LISTS) as SetAsideList[]) {
    const table = new Map<string, { list: SetAsideList; agent: string; hourMs: number; count: number }>();
    for await (const entry of entriesAfter(store, list, seen[list] ?? 0)) {
      nowSeen[list] = Math.max(nowSeen[list] ?? 0, entry.id);
      const hourMs = Math.floor(entry.receivedAtMs / HOUR_MS) * HOUR_MS;
      const row = table.get(`${hourMs}|${entry.agent}`) ?? { list, agent: entry.agent, hourMs, count: 0 };
      table.set(`${hourMs}|${entry.agent}`, { ...row, count: row.count + 1 });
    }
    counts.push(...table.values());
  }
  return { seen: nowSeen, counts };
}

async function* entriesAfter(
  store: Pick<ReadingStore, "setAside">,
  list: SetAsideList,
  after: number,
): AsyncGenerator<StoredSetAside> {
  for (let beforeId: number | undefined; ; ) {
    const page = await store.setAside(list, PAGE, beforeId);
    for (const entry of page) {
      if (entry.id <= after) return;
      yield entry;
    }
    if (page.length < PAGE) return;
    beforeId = page.at(-1)?.id;
  }
}

/** Adds the counts to their hours. */
export async function addSetAside(tx: Sql, { counts }: SetAsideCounts): Promise<void> {
  for (const [list, column] of Object.entries(LISTS)) {
    const rows = counts.filter((row) => row.list === list);
    if (rows.length === 0) continue;
    await tx.query(
      `insert into collection_hour as h (agent, hour, ${column})
       select agent, to_timestamp(hour_ms / 1000), count from unnest($1::text[], $2::float8[], $3::bigint[]) as row (agent, hour_ms, count)
       on conflict (agent, hour) do update set ${column} = h.${column} + excluded.${column},
         version = h.version + 1, updated_at = now()`,
      [rows.map(({ agent }) => agent), rows.map(({ hourMs }) => hourMs), rows.map(({ count }) => count)],
    );
  }
}
