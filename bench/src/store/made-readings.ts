import type { CommitRequest } from "@nightflow/storage";
import { blankColumns } from "@nightflow/storage/pure";

/** What a made store holds: registers read every quarter of an hour for a year, as a fleet is read. */
export interface Fleet {
  readonly meters: number;
  readonly days: number;
  /** Meters with a single reading beside them, so that there are last values to read. */
  readonly idleMeters: number;
}

export const FLEET_START_MS = Date.UTC(2025, 0, 1);
const QUARTER_MS = 900_000;

/** Commits of about `size` readings in the order of time, all meters at each quarter; a few come without a value. */
export function* fleetCommits({ meters, days, idleMeters }: Fleet, size: number): Generator<CommitRequest> {
  const channels = Array.from({ length: meters }, (_, i) => `M-${i}.forward_total`);
  const counts = new Float64Array(meters).map((_, i) => i * 1000);
  const quarters = Math.max(1, Math.floor(size / meters));
  let seed = 1;
  const next = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed;
  };
  for (let from = 0; from < days * 96; from += quarters) {
    const length = Math.min(quarters, days * 96 - from) * meters;
    const columns = blankColumns(length, channels);
    for (let i = 0; i < length; i++) {
      const meter = i % meters;
      const hour = ((from + Math.floor(i / meters)) % 96) / 4;
      const draw = next();
      counts[meter] = (counts[meter] ?? 0) + (draw >>> 24 < (hour < 6 ? 30 : 150) ? (draw >>> 8) % 60 : 0);
      columns.channelNos[i] = meter;
      columns.readAtMs[i] = FLEET_START_MS + (from + Math.floor(i / meters)) * QUARTER_MS;
      columns.isRegister[i] = 1;
      if (draw % 1009 === 0) columns.qualities[i] = 2;
      else columns.counts[i] = BigInt(counts[meter] ?? 0);
    }
    yield commitOf(columns);
  }
  for (let from = 0; from < idleMeters; from += size) yield idleCommit(from, Math.min(size, idleMeters - from));
}

function idleCommit(from: number, length: number): CommitRequest {
  const columns = blankColumns(
    length,
    Array.from({ length }, (_, i) => `I-${from + i}.forward_total`),
  );
  for (let i = 0; i < length; i++) {
    columns.channelNos[i] = i;
    columns.readAtMs[i] = FLEET_START_MS + i;
    columns.isRegister[i] = 1;
    columns.counts[i] = BigInt(i);
  }
  return commitOf(columns);
}

function commitOf(readings: CommitRequest["readings"]): CommitRequest {
  return { receivedAtMs: FLEET_START_MS, batches: [], readings, setAside: [], repeats: 0 };
}
