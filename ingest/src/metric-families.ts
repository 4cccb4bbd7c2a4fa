import { counterFamily, gaugeFamily, histogramFamily, type MetricFamily } from "@nightflow/domain";
import type { IngestStats } from "./metrics.ts";
import { sparkplugFamilies } from "./sparkplug/figures.ts";

/** What ingest counts, for Prometheus. */
export function ingestFamilies(stats: IngestStats): MetricFamily[] {
  const { commitMs } = stats;
  const outcome = (name: string, value: number) => ({ value, labels: { outcome: name } });
  return [
    counterFamily(
      "nightflow_ingest_readings_total",
      "Readings of new batches by where they went; stored ones are durable.",
      outcome("stored", stats.stored),
      outcome("repeat", stats.repeats),
      outcome("dead-letter", stats.deadLetters),
      outcome("quarantine", stats.quarantined),
      outcome("conflict", stats.conflicts),
    ),
    counterFamily("nightflow_ingest_suspect_readings_total", "Stored readings that are suspect.", stats.suspect),
    counterFamily(
      "nightflow_ingest_batches_total",
      "Batches that brought nothing new, by why.",
      outcome("repeated", stats.repeatedBatches),
      outcome("repeated-fault", stats.repeatedFaults),
      outcome("refused", stats.refusedBatches),
    ),
    counterFamily("nightflow_ingest_failed_commits_total", "Commits that the store did not take.", stats.failedCommits),
    gaugeFamily("nightflow_ingest_pending_batches", "Batches inside ingest now.", stats.pendingBatches),
    gaugeFamily("nightflow_ingest_pending_bytes", "Bytes inside ingest now.", stats.pendingBytes),
    histogramFamily("nightflow_ingest_commit_seconds", "How long commits took.", {
      bounds: commitMs.boundsMs.map((ms) => ms / 1000),
      counts: commitMs.counts,
      sum: commitMs.sumMs / 1000,
    }),
    ...sparkplugFamilies(stats.sparkplug),
  ];
}
