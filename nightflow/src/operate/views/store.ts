import { gaugeFamily, type MetricFamily } from "@nightflow/domain";
import type { FeedConsumer, InfluxReadingStore, ReadingStore } from "@nightflow/storage";
import type { OperateView, ReadyCheck } from "../view.ts";

/** A channel that nobody has: asking for it shows that the store answers, and costs next to nothing. */
const NO_CHANNEL = "nightflow:is-it-there";

/** What an operator is shown of the store of readings, by the thread or process that writes it. */
export function storeView(
  store: Pick<ReadingStore, "kind" | "valuesAt" | "counts" | "metrics" | "feedConsumers"> & SelfJudging,
): OperateView {
  return {
    metrics: [
      async () => storeFamilies(await store.metrics(), store.kind),
      async () => feedFamilies(await store.feedConsumers()),
    ],
    checks: [storeCheck(store, store.health?.bind(store))],
    figures: [
      async () => {
        const { stored, lastCommit } = await store.counts();
        return { readingsHeld: stored, lastCommit };
      },
      keptFor(FIGURES_AGE_MS, async () => storeFigures(await store.metrics())),
    ],
  };
}

/** A store that tries itself whether it can write: InfluxDB answers reads, and says `pass`, with a full disk too. */
export type SelfJudging = Partial<Pick<InfluxReadingStore, "health">>;

/** Whether the store answers, and for a room that writes whether it takes readings. */
export function storeCheck(
  store: Pick<ReadingStore, "kind" | "valuesAt">,
  health?: InfluxReadingStore["health"],
): ReadyCheck {
  return {
    name: store.kind,
    async check() {
      await store.valuesAt([{ channel: NO_CHANNEL, readAtMs: 0 }]);
      const { isWritable, faults } = (await health?.()) ?? { isWritable: true, faults: [] };
      return isWritable ? null : faults.join("; ") || "a write of our own was refused";
    },
  };
}

type Figures = Readonly<Record<string, number>>;

/** Some of the store's figures cost a look into its file; what is said of it every few seconds need not be newer. */
const FIGURES_AGE_MS = 15_000;

function keptFor(ageMs: number, give: () => Promise<Figures>): () => Promise<Figures> {
  let kept: { readonly atMs: number; readonly figures: Promise<Figures> } | undefined;
  return () => {
    const now = performance.now();
    if (kept === undefined || now - kept.atMs > ageMs) kept = { atMs: now, figures: give() };
    kept.figures.catch(() => {
      kept = undefined;
    });
    return kept.figures;
  };
}

/** The store's own figures as those of a report: `journal_bytes` is `storeJournalBytes`. */
export function storeFigures(figures: Figures): Figures {
  const named = (name: string) => `store_${name}`.replaceAll(/_(.)/g, (_all, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [named(name), value]));
}

/** The store's own figures; their names end in their unit already. */
export function storeFamilies(figures: Readonly<Record<string, number>>, kind: string): MetricFamily[] {
  return Object.entries(figures).map(([name, value]) =>
    gaugeFamily(`nightflow_store_${name}`, `${sentence(name)} of the store of readings.`, { value, labels: { kind } }),
  );
}

function sentence(name: string): string {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How far each reader of the feed is behind; the store keeps the feed for the slowest. */
export function feedFamilies(consumers: readonly FeedConsumer[]): MetricFamily[] {
  if (consumers.length === 0) return [];
  const of = (value: (consumer: FeedConsumer) => number) =>
    consumers.map((consumer) => ({ value: value(consumer), labels: { consumer: consumer.name } }));
  return [
    gaugeFamily(
      "nightflow_feed_lag_commits",
      "Commits that a reader of the feed has not read.",
      ...of((one) => one.lagCommits),
    ),
    gaugeFamily(
      "nightflow_feed_lag_seconds",
      "How long the oldest of them has waited.",
      ...of((one) => one.lagMs / 1000),
    ),
  ];
}
