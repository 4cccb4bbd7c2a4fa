import type { HealthHistory, OperationsHealth } from "./wire.ts";

type Named = Omit<HealthHistory, "at">;
type SampleValues = Readonly<Record<keyof Named, number | null>>;
interface Sample extends SampleValues {
  readonly at: number;
}

const KEPT_MS = 3_600_000;
/** One more look within this is not kept: people who look often do not make the hour longer. */
const LEAST_GAP_MS = 8_000;
const GROWTH_MS = 15 * 60_000;

/** Some figures of the last hour, in memory: for the curves of the operator's page, and for what grows. */
export class HealthSeries {
  readonly #samples: Sample[] = [];

  /** Keeps one look. */
  keep(at: number, health: Pick<OperationsHealth, "headEnd" | "analytics">): void {
    if (at - (this.#samples.at(-1)?.at ?? Number.NEGATIVE_INFINITY) < LEAST_GAP_MS) return;
    this.#samples.push({ at, ...valuesOf(health) });
    const tooOld = this.#samples.findIndex((sample) => sample.at > at - KEPT_MS);
    this.#samples.splice(0, Math.max(0, tooOld));
  }

  /** By how much the dead letter has grown within the last quarter of an hour; a new start of who counts is no growth. */
  newDeadLetters(at: number): number {
    const counts = this.#samples.filter((sample) => sample.at > at - GROWTH_MS).flatMap((one) => one.deadLetters ?? []);
    return counts.reduce((sum, count, index) => sum + Math.max(0, count - (counts[index - 1] ?? count)), 0);
  }

  history(): HealthHistory {
    const of = (name: keyof SampleValues) => this.#samples.map((sample) => sample[name]);
    return {
      at: this.#samples.map(({ at }) => at),
      storedPerS: of("storedPerS"),
      receivedPerS: of("receivedPerS"),
      commitP99Ms: of("commitP99Ms"),
      pendingBatches: of("pendingBatches"),
      lagS: of("lagS"),
      diskFreeBytes: of("diskFreeBytes"),
      loopDelayP99Ms: of("loopDelayP99Ms"),
      deadLetters: of("deadLetters"),
    };
  }
}

function valuesOf({ headEnd, analytics }: Pick<OperationsHealth, "headEnd" | "analytics">): SampleValues {
  return {
    storedPerS: headEnd?.storedPerS ?? null,
    receivedPerS: headEnd?.receivedPerS ?? null,
    commitP99Ms: headEnd?.commitP99Ms ?? null,
    pendingBatches: headEnd?.pendingBatches ?? null,
    lagS: analytics?.lagS ?? null,
    diskFreeBytes: headEnd?.diskFreeBytes ?? null,
    loopDelayP99Ms: headEnd?.loopDelayP99Ms ?? null,
    deadLetters: headEnd?.deadLetters ?? null,
  };
}
