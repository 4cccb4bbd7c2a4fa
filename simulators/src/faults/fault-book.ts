import { type Fault, isActive } from "./fault.ts";

/** What the town asks of its faults. */
export interface FaultSource {
  /** Faults that run through a meter. */
  ofMeter(meterId: string): readonly Fault[];
  /** Leaks of a district's mains. */
  ofDma(dmaId: string): readonly Fault[];
}

/** A town where nothing ever breaks. */
export const NO_FAULTS: FaultSource = { ofMeter: () => [], ofDma: () => [] };

/** The faults of a running town; a repair moves a fault's end to now. */
export class FaultBook implements FaultSource {
  #faults: readonly Fault[];
  readonly #keep: (faults: readonly Fault[]) => void;

  /** `keep` makes a changed book durable before the change is seen; it must not return before that. */
  constructor(faults: readonly Fault[], keep: (faults: readonly Fault[]) => void = () => {}) {
    this.#faults = faults;
    this.#keep = keep;
  }

  list(): readonly Fault[] {
    return this.#faults;
  }

  ofMeter(meterId: string): readonly Fault[] {
    return this.#faults.filter((fault) => "meter" in fault && fault.meter === meterId);
  }

  ofDma(dmaId: string): readonly Fault[] {
    return this.#faults.filter((fault) => "dma" in fault && fault.dma === dmaId);
  }

  /** Whether a unit answers nobody at an instant. */
  isSilent(meterId: string, atMs: number): boolean {
    return this.#faults.some(
      (fault) => fault.kind === "silent_unit" && fault.meter === meterId && isActive(fault, atMs),
    );
  }

  /**
   * Ends a fault at `atMs`, which must be now: no value later than that may have been served. One that is over
   * stays as it is; one that has not begun never will. Undefined when there is no such fault.
   */
  repair(id: string, atMs: number): Fault | undefined {
    const fault = this.#faults.find((known) => known.id === id);
    if (fault === undefined || (fault.endMs !== null && fault.endMs <= atMs)) return fault;
    const repaired: Fault = { ...fault, endMs: Math.max(fault.startMs, atMs) };
    const faults = this.#faults.map((known) => (known === fault ? repaired : known));
    this.#keep(faults);
    this.#faults = faults;
    return repaired;
  }
}
