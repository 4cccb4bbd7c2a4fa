/** A decoder that has to bear any bytes. */
export interface FuzzTarget {
  readonly name: string;
  /** Its part of all inputs, in relation to the others: what costs more gets less. */
  readonly share: number;
  /** Good inputs, which are then changed. */
  readonly seeds: readonly Uint8Array[];
  /** Puts length and check sum right again, in place, so that changes come in past them. */
  readonly repair?: (bytes: Uint8Array) => void;
  /** Decodes; what comes back may hold no number that is none. */
  readonly run: (bytes: Uint8Array) => unknown;
  /** Whether it says that it may throw this. */
  readonly isDeclared: (error: unknown) => boolean;
}
