import { columnsFrom, type ReadingRow, type ReadingStore } from "@nightflow/storage";
import { seeded } from "../support/seeded.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Use of a day by hour, as a share of its mean. */
const HOME = [
  0.2, 0.1, 0.1, 0.1, 0.2, 0.5, 1.4, 2.2, 1.6, 1, 0.9, 1.1, 1.3, 0.9, 0.8, 0.8, 1, 1.4, 2, 2.2, 1.8, 1.3, 0.8, 0.4,
];

/** How a register of the town counts. Flows in m³/h. */
export interface Usage {
  readonly channel: string;
  readonly meanM3h: number;
  readonly periodMs: number;
  /** What runs beside the ordinary use from an instant on: a leak. */
  readonly extra?: { readonly fromMs: number; readonly flowM3h: number };
  /** No reading from this instant on. */
  readonly silentFromMs?: number;
  /** Share of readings that are missing. */
  readonly missing?: number;
}

/** Puts the registers of `usages` into the store, from `days` before `nowMs` on. Seeded: the same each time. */
export async function storeUsage(
  store: ReadingStore,
  usages: readonly Usage[],
  nowMs: number,
  days: number,
): Promise<void> {
  const random = seeded(7);
  const rows = usages.flatMap((usage) => readingsOf(usage, nowMs, days, random));
  await store.commit({ receivedAtMs: nowMs, batches: [], readings: columnsFrom(rows), setAside: [], repeats: 0 });
}

function readingsOf(usage: Usage, nowMs: number, days: number, random: () => number): ReadingRow[] {
  const rows: ReadingRow[] = [];
  const startMs = Math.floor((nowMs - days * DAY_MS) / DAY_MS) * DAY_MS;
  let liters = 12_000_000;
  for (let readAtMs = startMs; readAtMs <= nowMs; readAtMs += usage.periodMs) {
    if (readAtMs >= (usage.silentFromMs ?? Number.POSITIVE_INFINITY)) break;
    liters += litersBefore(usage, readAtMs, random);
    const isMissing = random() < (usage.missing ?? 0);
    const base = { channel: usage.channel, readAtMs, isRegister: true, gauge: null, flags: 0, origin: 0 };
    rows.push({ ...base, counts: isMissing ? null : BigInt(Math.round(liters)), quality: isMissing ? 2 : 0 });
  }
  return rows;
}

/** What ran through in the period that ends at `readAtMs`; a zone of +8 h. */
function litersBefore(usage: Usage, readAtMs: number, random: () => number): number {
  const hours = usage.periodMs / HOUR_MS;
  const hour = Math.floor((readAtMs / HOUR_MS + 8) % 24);
  const ordinary = usage.meanM3h * (HOME[hour] ?? 1) * (0.8 + 0.4 * random());
  const extra = usage.extra !== undefined && readAtMs > usage.extra.fromMs ? usage.extra.flowM3h : 0;
  return (ordinary + extra) * hours * 1000;
}
