import { counterFamily, gaugeFamily, type MetricFamily } from "@nightflow/domain";
import {
  type ConnectedIngest,
  type Histogram,
  type Ingest,
  type IngestStats,
  ingestFamilies,
  type SparkplugStanding,
} from "@nightflow/ingest";
import { mergeViews, type OperateView } from "../view.ts";

/** Rates are over at least this long, so that two looks in a row do not show zero. */
const RATE_MS = 2000;

/** What an operator is shown of ingest. */
export function ingestView(ingest: Pick<Ingest, "stats">): OperateView {
  const pace = new IngestPace();
  const failures = new FailingCommits();
  return {
    metrics: [() => ingestFamilies(ingest.stats())],
    checks: [{ name: "commits", check: () => failures.look(ingest.stats()) }],
    figures: [() => pace.look(ingest.stats(), performance.now())],
  };
}

type ConnectedRoom = Pick<ConnectedIngest, "ingest" | "isConnected" | "held" | "sparkplug">;

/** The same of an ingest that takes its batches from a broker elsewhere. */
export function connectedIngestView(room: ConnectedRoom): OperateView {
  const connection: OperateView = {
    metrics: [
      () => {
        const { held, dropped } = room.held();
        return [
          gaugeFamily(
            "nightflow_ingest_connected",
            "1 while the broker brings batches, else 0.",
            Number(room.isConnected),
          ),
          gaugeFamily("nightflow_ingest_held_batches", "Batches without a PUBACK on this connection.", held),
          gaugeFamily("nightflow_ingest_dropped_messages", "Messages of QoS 0 dropped on this connection.", dropped),
        ];
      },
      () => hostFamilies(room.sparkplug()),
    ],
    checks: [{ name: "broker", check: () => (room.isConnected ? null : "ingest is not connected to it") }],
    figures: [() => ({ heldBatches: room.held().held })],
  };
  return mergeViews(ingestView(room.ingest), connection);
}

function hostFamilies(standing: SparkplugStanding | undefined): MetricFamily[] {
  if (standing === undefined) return [];
  const { isHost, isConnected, held, inHand, dropped } = standing;
  return [
    gaugeFamily("nightflow_sparkplug_host", "1 in the room that stores Sparkplug's messages, else 0.", Number(isHost)),
    gaugeFamily(
      "nightflow_sparkplug_connected",
      "1 while Sparkplug's messages are heard, else 0.",
      Number(isConnected),
    ),
    gaugeFamily("nightflow_sparkplug_held_messages", "Messages held for the death of the host.", held),
    gaugeFamily("nightflow_sparkplug_in_hand_messages", "Messages that the host is about to store.", inHand),
    counterFamily("nightflow_sparkplug_dropped_messages_total", "Messages dropped while too many waited.", dropped),
  ];
}

/** Says that commits fail when some have since the last one that did not. */
export class FailingCommits {
  #failed = 0;
  #commits = 0;

  look({ failedCommits, commits }: Pick<IngestStats, "failedCommits" | "commits">): string | null {
    if (commits > this.#commits) this.#failed = failedCommits;
    this.#commits = commits;
    const since = failedCommits - this.#failed;
    return since > 0 ? `the store took none of the last ${since} commits` : null;
  }
}

/** Turns counts into rates, and the histogram into what most commits of late took. */
export class IngestPace {
  #before: { readonly atMs: number; readonly stats: IngestStats } | undefined;
  #rates: Record<string, number> = { storedPerS: 0, commitsPerS: 0, commitP50Ms: 0, commitP99Ms: 0 };

  look(stats: IngestStats, nowMs: number): Record<string, number> {
    this.#before ??= { atMs: nowMs, stats };
    if (nowMs - this.#before.atMs >= RATE_MS) {
      this.#rates = ratesOf(this.#before.stats, stats, (nowMs - this.#before.atMs) / 1000);
      this.#before = { atMs: nowMs, stats };
    }
    return { ...this.#rates, ...totalsOf(stats) };
  }
}

function ratesOf(before: IngestStats, now: IngestStats, seconds: number): Record<string, number> {
  const counts = now.commitMs.counts.map((count, at) => count - (before.commitMs.counts[at] ?? 0));
  const recent = { ...now.commitMs, counts };
  return {
    storedPerS: (now.stored - before.stored) / seconds,
    commitsPerS: (now.commits - before.commits) / seconds,
    commitP50Ms: quantileOf(recent, 0.5),
    commitP99Ms: quantileOf(recent, 0.99),
  };
}

function totalsOf(stats: IngestStats): Record<string, number> {
  return {
    stored: stats.stored,
    suspect: stats.suspect,
    repeats: stats.repeats,
    deadLetters: stats.deadLetters,
    quarantined: stats.quarantined,
    conflicts: stats.conflicts,
    failedCommits: stats.failedCommits,
    pendingBatches: stats.pendingBatches,
    pendingBytes: stats.pendingBytes,
    commitMaxMs: stats.commitMs.maxMs,
  };
}

/** The bound below which this share lies; the longest ever for what lies over all bounds. 0 when nothing was counted. */
export function quantileOf(
  { boundsMs, counts, maxMs }: Pick<Histogram, "boundsMs" | "counts" | "maxMs">,
  share: number,
): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return 0;
  let below = 0;
  for (const [at, count] of counts.entries()) {
    below += count;
    if (below >= total * share) return boundsMs[at] ?? maxMs;
  }
  return maxMs;
}
