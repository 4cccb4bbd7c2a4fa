/** Reads a register of the meter behind a map: counts of a total, or a gauge in its channel's unit. */
export type ReadRegister = (name: string) => number;

/** A run of Modbus addresses that says one thing. */
export interface MappedRegister {
  /** First PDU address. */
  readonly address: number;
  readonly length: number;
  readonly words: (read: ReadRegister) => readonly number[];
  /**
   * What a client that reads all of it learns, as the ledger keeps it: a total in counts, a gauge as the number
   * that travelled, in the unit of the wire. Absent where nothing of the meter is learned.
   */
  readonly serves?: { readonly register: string; readonly value: (read: ReadRegister) => number };
}

/** The Modbus face of a meter model. */
export interface DeviceMap {
  readonly model: string;
  /** Function codes that the model answers. */
  readonly functions: readonly number[];
  /** Readable address ranges [from, to); elsewhere the model answers exception 02. Unmapped words inside read 0. */
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  readonly registers: readonly MappedRegister[];
}

/** A value that was served in full. */
export interface ServedValue {
  readonly register: string;
  readonly value: number;
}

/**
 * The words at [address, address + count) and what of the meter they tell; undefined where the model has no such
 * addresses. All words of one answer belong to the same instant, so an integer and its fraction never tear.
 */
export function readMap(
  map: DeviceMap,
  request: { readonly address: number; readonly count: number },
  read: ReadRegister,
): { readonly words: Uint16Array; readonly served: readonly ServedValue[] } | undefined {
  const { address, count } = request;
  if (!map.spans.some((span) => address >= span.from && address + count <= span.to)) return undefined;
  const words = new Uint16Array(count);
  const served: ServedValue[] = [];
  for (const register of map.registers) {
    const offset = register.address - address;
    if (offset >= count || offset + register.length <= 0) continue;
    register.words(read).forEach((word, i) => {
      if (offset + i >= 0 && offset + i < count) words[offset + i] = word;
    });
    const isWhole = offset >= 0 && offset + register.length <= count;
    if (isWhole && register.serves !== undefined)
      served.push({ register: register.serves.register, value: register.serves.value(read) });
  }
  return { words, served };
}
