import type {
  CommitRequest,
  SetAsideFilter,
  SetAsideGroup,
  SetAsideList,
  SetAsideLists,
  SetAsidePageRequest,
  SetAsideReasonCount,
  StoredSetAside,
} from "../ports.ts";

const MOST_SHOWN = 5;

/** The lists of what was set aside, in memory: for stores without a database. */
export class MemorySetAside implements SetAsideLists {
  #entries: StoredSetAside[] = [];

  /** Every entry, oldest first. */
  get entries(): readonly StoredSetAside[] {
    return this.#entries;
  }

  /** Takes over what a commit sets aside and settles. */
  keep({ setAside, settled = [], receivedAtMs }: CommitRequest): void {
    const fresh = { outcome: null, settledAtMs: null, decision: null, receivedAtMs };
    for (const entry of setAside) this.#entries.push({ ...entry, ...fresh, id: this.#entries.length + 1 });
    const byId = new Map(settled.map((one) => [one.id, one]));
    this.#entries = this.#entries.map((entry) => {
      const own = byId.get(entry.id);
      return own === undefined ? entry : { ...entry, ...own, settledAtMs: receivedAtMs };
    });
  }

  setAside(list: SetAsideList, limit: number, beforeId?: number): Promise<StoredSetAside[]> {
    return this.findSetAside({ list }, { limit, beforeId });
  }

  async findSetAside(filter: SetAsideFilter, page: SetAsidePageRequest): Promise<StoredSetAside[]> {
    const { limit, beforeId = Number.POSITIVE_INFINITY, byReadTime } = page;
    const found = this.#entries.filter((entry) => entry.id < beforeId && matches(entry, filter));
    const order = byReadTime
      ? (a: StoredSetAside, b: StoredSetAside) => (a.readAtMs ?? Infinity) - (b.readAtMs ?? Infinity) || a.id - b.id
      : (a: StoredSetAside, b: StoredSetAside) => b.id - a.id;
    return found.sort(order).slice(0, limit);
  }

  async countSetAside(filter: SetAsideFilter): Promise<SetAsideReasonCount[]> {
    const found = this.#entries.filter((entry) => matches(entry, filter));
    const counts = Array.from(
      Map.groupBy(found, (entry) => entry.reasonCode),
      ([reasonCode, { length: count }]) => ({
        reasonCode,
        count,
      }),
    );
    return counts.sort((a, b) => b.count - a.count);
  }

  async groupSetAside(filter: SetAsideFilter, limit: number): Promise<SetAsideGroup[]> {
    const found = this.#entries.filter((entry) => entry.channel !== null && matches(entry, filter));
    const groups = Array.from(
      Map.groupBy(found, (entry) => entry.channel ?? ""),
      ([channel, own]) => groupOf(channel, own),
    );
    return groups.sort((a, b) => b.lastId - a.lastId).slice(0, limit);
  }

  async settleSetAside(...[filter, settled]: Parameters<SetAsideLists["settleSetAside"]>): Promise<number> {
    const { outcome, decision, atMs } = settled;
    let changed = 0;
    this.#entries = this.#entries.map((entry) => {
      if (!matches(entry, filter)) return entry;
      changed++;
      return { ...entry, outcome, decision, settledAtMs: atMs };
    });
    return changed;
  }
}

function matches(entry: StoredSetAside, filter: SetAsideFilter): boolean {
  const { list, state, reasonCode, agent, channel, fromMs, toMs, ids, upToId, decision } = filter;
  return (
    entry.list === list &&
    isInState(entry, state) &&
    (reasonCode === undefined || entry.reasonCode === reasonCode) &&
    (agent === undefined || entry.agent === agent) &&
    (channel === undefined || entry.channel === channel) &&
    (decision === undefined || entry.decision === decision) &&
    entry.receivedAtMs >= (fromMs ?? Number.NEGATIVE_INFINITY) &&
    entry.receivedAtMs < (toMs ?? Number.POSITIVE_INFINITY) &&
    entry.id <= (upToId ?? Number.POSITIVE_INFINITY) &&
    (ids?.includes(entry.id) ?? true)
  );
}

function isInState({ outcome }: StoredSetAside, state: SetAsideFilter["state"]): boolean {
  if (state === undefined) return true;
  if (state === "open") return outcome === null;
  return state === "settled" ? outcome !== null : outcome === state;
}

function groupOf(channel: string, own: readonly StoredSetAside[]): SetAsideGroup {
  const received = own.map((entry) => entry.receivedAtMs);
  const read = own.flatMap((entry) => entry.readAtMs ?? []);
  return {
    channel,
    count: own.length,
    firstReceivedAtMs: Math.min(...received),
    lastReceivedAtMs: Math.max(...received),
    firstReadAtMs: read.length === 0 ? null : Math.min(...read),
    lastReadAtMs: read.length === 0 ? null : Math.max(...read),
    agents: [...new Set(own.map((entry) => entry.agent))].sort().slice(0, MOST_SHOWN),
    samples: own
      .slice(-MOST_SHOWN)
      .reverse()
      .map((entry) => entry.raw),
    lastId: own.at(-1)?.id ?? 0,
  };
}
