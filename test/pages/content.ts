import { type Database, emptyColumns, type JobQueue, type ReadingStore } from "@nightflow/storage";
import { storeUsage, type Usage } from "./curves.ts";
import { type Finding, openFinding } from "./findings.ts";
import { insertFleet } from "./fleet.ts";
import { channelOf, DISTRICTS, METERS, type TownIds, type TownMeter } from "./town.ts";

/** Business time of the town: 10:00 of 21 October 2026 in Shanghai. */
export const NOW = Date.UTC(2026, 9, 21, 2);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const HISTORY_DAYS = 62;

/** Puts the town's readings into a store, and a few that had to be set aside. */
export async function fillStore(store: ReadingStore): Promise<void> {
  await storeUsage(store, METERS.map(usageOf), NOW, HISTORY_DAYS);
  await setSomeAside(store);
}

/** Puts nights, agents and findings into a database that has the town; gives the findings' ids by short names. */
export async function fillDatabase(db: Database, jobs: JobQueue, ids: TownIds): Promise<Map<string, string>> {
  await insertNights(db);
  await insertFleet(db, NOW);
  const findings = new Map<string, string>();
  for (const [name, finding] of Object.entries(findingsOf(ids)))
    findings.set(name, await openFinding(db, jobs, finding));
  return findings;
}

const MEANS: Readonly<Record<string, number>> = {
  "DMA-1-IN": 18,
  "DMA-2-IN": 12,
  "DMA-3-IN": 31,
  "DMA-4-IN": 22,
  "HOTEL-1": 4.2,
  "FACTORY-1": 16,
  "G-0001": 0.6,
};

function usageOf(meter: TownMeter): Usage {
  const usage = { channel: channelOf(meter), meanM3h: MEANS[meter.id] ?? 0.018, periodMs: meter.periodS * 1000 };
  const leak = (days: number, flowM3h: number) => ({ extra: { fromMs: NOW - days * DAY_MS, flowM3h } });
  if (meter.id === "DMA-2-IN") return { ...usage, ...leak(6, 11.4) };
  if (meter.id === "H-0201") return { ...usage, ...leak(2, 0.42) };
  if (meter.id === "G-0001") return { ...usage, ...leak(1.2, 0.05) };
  if (meter.id === "HOTEL-1") return { ...usage, ...leak(1.5, 3), missing: 0.01 };
  if (meter.id === "H-0401") return { ...usage, silentFromMs: NOW - 4 * DAY_MS };
  return meter.id === "H-0202" ? { ...usage, silentFromMs: NOW - 5 * HOUR_MS } : usage;
}

function findingsOf(ids: TownIds): Record<string, Finding> {
  const { north, south } = ids.units;
  const at = (days: number, foundDays: number) => ({
    startsAtMs: NOW - days * DAY_MS,
    openedAtMs: NOW - foundDays * DAY_MS,
  });
  const account = (meter: string) => ids.accounts.get(meter) ?? null;
  return {
    network: {
      rule: "NIGHT_MIN",
      subjectKind: "dma",
      subject: "DMA-2",
      dmaId: "DMA-2",
      unitId: north,
      ...at(6, 4),
      rateM3h: 11.4,
      expectedM3h: 2.4,
      lostM3: 1641,
      moneyPerDay: 820.8,
      reason: {
        zh: "近 3 夜中 3 夜的夜间最小流量高于预期上限：13.8 m³/h，预期不超过 3.4 m³/h。",
        en: "On 3 of the last 3 nights the minimum night flow was above what is expected: 13.8 m³/h, at most 3.4 m³/h was expected.",
      },
    },
    home: {
      rule: "CONT_FLOW",
      subjectKind: "meter",
      subject: "H-0201",
      dmaId: "DMA-2",
      accountId: account("H-0201"),
      unitId: north,
      ...at(2, 0.7),
      rateM3h: 0.42,
      expectedM3h: 0.018,
      floorM3h: 0.42,
      lostM3: 20.2,
      moneyPerDay: 45.4,
      estimatedShare: 0.04,
      reason: {
        zh: "31 小时内流量从未低于 420 L/h；此前最长一次为 6 小时。",
        en: "Never below 420 L/h for 31 h; before that the longest such run was 6 h.",
      },
    },
    gas: {
      rule: "GAS_CONT",
      subjectKind: "meter",
      subject: "G-0001",
      accountId: account("G-0001"),
      unitId: south,
      commodity: "gas",
      ...at(1.2, 0.2),
      rateM3h: 0.05,
      floorM3h: 0.05,
      lostM3: 1.4,
      moneyPerDay: 3.6,
      reason: {
        zh: "燃气流量 24 小时未停，最低 0.05 Sm³/h。",
        en: "Gas has not stopped for 24 h; never below 0.05 Sm³/h.",
      },
    },
    hotel: {
      rule: "USAGE_CHANGE",
      subjectKind: "account",
      subject: account("HOTEL-1") ?? "",
      dmaId: "DMA-1",
      accountId: account("HOTEL-1"),
      unitId: north,
      ...at(1.5, 0.5),
      rateM3h: 3,
      expectedM3h: 4.2,
      lostM3: 72,
      moneyPerDay: 324,
      confidence: 0.7,
      reason: {
        zh: "周一用量 173 m³，同星期中位数 101 m³（+71 %）。",
        en: "Monday used 173 m³; the median of Mondays is 101 m³ (+71 %).",
      },
    },
    silent: {
      rule: "COMMS",
      subjectKind: "meter",
      subject: "H-0401",
      dmaId: "DMA-4",
      accountId: account("H-0401"),
      unitId: south,
      ...at(4, 3),
      rateM3h: null,
      lostM3: null,
      moneyPerDay: 0,
      reason: { zh: "72 小时没有读数。", en: "No reading for 72 h." },
    },
    small: {
      rule: "CONT_FLOW",
      subjectKind: "meter",
      subject: "H-0102",
      dmaId: "DMA-1",
      accountId: account("H-0102"),
      unitId: north,
      ...at(3, 2),
      rateM3h: 0.008,
      floorM3h: 0.008,
      lostM3: 0.6,
      moneyPerDay: 0.9,
      noTicketReason: "0.81 CNY/day is below the threshold of 5 CNY/day",
      reason: { zh: "24 小时内流量从未低于 8 L/h。", en: "Never below 8 L/h for 24 h." },
    },
    past: {
      rule: "BURST",
      subjectKind: "meter",
      subject: "H-0101",
      dmaId: "DMA-1",
      unitId: north,
      ...at(40, 40),
      state: "past",
      rateM3h: 3.1,
      lostM3: 9.3,
      moneyPerDay: 334,
      reason: { zh: "30 分钟内流量 3.1 m³/h。", en: "3.1 m³/h for 30 minutes." },
    },
  };
}

async function insertNights(db: Database): Promise<void> {
  for (const dma of DISTRICTS) {
    const mean = MEANS[`${dma.id}-IN`] ?? 1;
    for (let back = 35; back >= 1; back--) {
      const leak = dma.id === "DMA-2" && back <= 6 ? 11.4 : 0;
      const expected = mean * 0.2;
      const mnf = expected * (0.9 + 0.02 * ((back * 7) % 11)) + leak;
      const night = new Date(NOW + 8 * HOUR_MS - (back - 1) * DAY_MS).toISOString().slice(0, 10);
      await db.query(
        `insert into dma_night (dma_id, night, mnf_m3h, expected_m3h, band_low_m3h, band_high_m3h, inflow_m3, customers_m3, completeness)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
        [
          dma.id,
          night,
          mnf,
          expected,
          expected * 0.7,
          expected * 1.4,
          (mean + leak) * 24,
          mean * 22.4,
          back === 3 ? 0.97 : 1,
        ],
      );
    }
  }
}

async function setSomeAside(store: ReadingStore): Promise<void> {
  const base = { agent: "town/gw-north", epoch: "e1", seq: 7, origin: "live" } as const;
  await store.commit({
    receivedAtMs: NOW - 2 * HOUR_MS,
    batches: [],
    readings: emptyColumns(),
    repeats: 0,
    setAside: [
      {
        ...base,
        list: "dead_letter",
        channel: "H-0101.forward_total",
        readAtMs: -62_135_596_800_000,
        raw: '["H-0101.forward_total",-62135596800000,12000001,0]',
        reasonCode: "TIME_OUT_OF_RANGE",
        reason: "read at 0001-01-01, which is before the year 2000",
      },
      {
        ...base,
        list: "quarantine",
        channel: "X-9999.forward_total",
        readAtMs: NOW - 3 * HOUR_MS,
        raw: '["X-9999.forward_total",1792540800000,5,0]',
        reasonCode: "UNKNOWN_CHANNEL",
        reason: "nobody has registered the channel X-9999.forward_total",
      },
    ],
  });
}
