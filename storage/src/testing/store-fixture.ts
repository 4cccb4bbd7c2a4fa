import type { CommitRequest, KnownChannel } from "../ports.ts";
import type { ReadingRow } from "../readings/reading-columns.ts";
import {
  batchOf,
  commitOf,
  gaugeRow,
  HOUR_MS,
  knownChannelOf,
  missingRow,
  registerRow,
  SAMPLE_START_MS,
  setAsideOf,
} from "./reading-samples.ts";

const METERS = ["M-1", "M-2", "M-3"];

/** The channels of the store files that are kept of every released format. */
export function fixtureChannels(): KnownChannel[] {
  const pressure = {
    quantity: "pressure",
    unit: "kPa",
    resolution: null,
    capacityCounts: null,
    maxCountsPerHour: null,
  } as const;
  return METERS.flatMap((meter) => [
    knownChannelOf(`${meter}.forward_total`),
    knownChannelOf(`${meter}.pressure`, pressure),
  ]);
}

/** What is stored in them: two days of three meters in four commits, one gap, a conflict, a dead letter, a repeat. */
export function fixtureCommits(): CommitRequest[] {
  const days = [0, 1].map((day) => METERS.flatMap((meter, m) => dayOf(meter, m, day)));
  const wide = registerRow("M-1.forward_total", SAMPLE_START_MS + 48 * HOUR_MS, 2n ** 53n + 1n, {
    origin: 1,
    flags: 128,
  });
  const second = registerRow("M-1.forward_total", SAMPLE_START_MS, 5n);
  return [
    commitOf(days[0] ?? [], { batches: [batchOf(1)] }),
    commitOf(days[1] ?? [], {
      batches: [batchOf(2), batchOf(4)],
      setAside: [setAsideOf("dead_letter", "M-9.pressure")],
    }),
    commitOf([wide], { batches: [batchOf(1, "town/files", "f00d")], repeats: 1 }),
    commitOf([second], { batches: [batchOf(5)] }),
  ];
}

function dayOf(meter: string, m: number, day: number): ReadingRow[] {
  return Array.from({ length: 24 }, (_, i) => i + 24 * day).flatMap((hour) => {
    const readAtMs = SAMPLE_START_MS + hour * HOUR_MS;
    const register = `${meter}.forward_total`;
    const isGap = m === 2 && hour === 30;
    return [
      isGap
        ? missingRow(register, readAtMs, 2 ** 26)
        : registerRow(register, readAtMs, BigInt(m * 1_000_000 + hour * 250)),
      gaugeRow(`${meter}.pressure`, readAtMs, 300 + m + hour / 8, { quality: hour % 12 === 5 ? 1 : 0 }),
    ];
  });
}
