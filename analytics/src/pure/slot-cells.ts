/**
 * `sec` is an instant in ms kept as whole seconds, for half the room. `q8` and `q12` are numbers from 0 to 255.99 and to
 * 15.99 in steps of 1/256 and 1/4096, in two bytes; what lies beyond is kept as the nearest. `i64` is a whole number of 64 bits, shown as the two
 * properties `…High` (signed) and `…Low` (unsigned): its halves are plain numbers, a bigint would be an object each time.
 */
export type Kind = "f64" | "f32" | "i64" | "u32" | "u16" | "u8" | "sec" | "q8" | "q12";

/** A small ring of numbers that belongs to the slot which the table's view stands on. */
export interface SlotRing {
  get(index: number): number;
  set(index: number, value: number): void;
}

/** Width of one element, in bytes. */
export const BYTES: Readonly<Record<Kind, number>> = {
  f64: 8,
  i64: 8,
  f32: 4,
  u32: 4,
  sec: 4,
  u16: 2,
  q8: 2,
  q12: 2,
  u8: 1,
};
/** The memory of a table as arrays of every kind, and where the view stands in each. */
export interface Memory {
  f64: Float64Array;
  f32: Float32Array;
  i32: Int32Array;
  u32: Uint32Array;
  u16: Uint16Array;
  u8: Uint8Array;
  slot: number;
  at8: number;
  at4: number;
  at2: number;
  at1: number;
}

/** A buffer as arrays of every kind. */
export function arraysOf(buffer: ArrayBuffer) {
  return {
    f64: new Float64Array(buffer),
    f32: new Float32Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    u16: new Uint16Array(buffer),
    u8: new Uint8Array(buffer),
  };
}

/** A buffer with the view on its first slot. */
export function memoryOf(buffer: ArrayBuffer): Memory {
  return { ...arraysOf(buffer), slot: 0, at8: 0, at4: 0, at2: 0, at1: 0 };
}

/** How one cell is read and written. */
export interface Accessors {
  get(): number;
  set(value: number): void;
}

/** One pair of functions for each kind, so that each reads one type of array and the engine compiles it to a plain load. */
export const ACCESSORS: { readonly [K in Exclude<Kind, "i64">]: (memory: Memory, offset: number) => Accessors } = {
  f64: (memory, offset) => {
    const no = offset / 8;
    return {
      get: () => memory.f64[memory.at8 + no] ?? 0,
      set: (value) => {
        memory.f64[memory.at8 + no] = value;
      },
    };
  },
  f32: (memory, offset) => {
    const no = offset / 4;
    return {
      get: () => memory.f32[memory.at4 + no] ?? 0,
      set: (value) => {
        memory.f32[memory.at4 + no] = value;
      },
    };
  },
  u32: (memory, offset) => {
    const no = offset / 4;
    return {
      get: () => memory.u32[memory.at4 + no] ?? 0,
      set: (value) => {
        memory.u32[memory.at4 + no] = value;
      },
    };
  },
  u16: (memory, offset) => {
    const no = offset / 2;
    return {
      get: () => memory.u16[memory.at2 + no] ?? 0,
      set: (value) => {
        memory.u16[memory.at2 + no] = Math.min(0xffff, value);
      },
    };
  },
  q8: (memory, offset) => fixedPoint(memory, offset, 256),
  q12: (memory, offset) => fixedPoint(memory, offset, 4096),
  u8: (memory, offset) => ({
    get: () => memory.u8[memory.at1 + offset] ?? 0,
    set: (value) => {
      memory.u8[memory.at1 + offset] = value;
    },
  }),
  sec: (memory, offset) => {
    const no = offset / 4;
    return {
      get: () => (memory.u32[memory.at4 + no] ?? 0) * 1000,
      set: (ms) => {
        memory.u32[memory.at4 + no] = Math.floor(ms / 1000);
      },
    };
  },
};

function fixedPoint(memory: Memory, offset: number, perOne: number): Accessors {
  const no = offset / 2;
  return {
    get: () => (memory.u16[memory.at2 + no] ?? 0) / perOne,
    set: (value) => {
      memory.u16[memory.at2 + no] = toFixed(value, perOne);
    },
  };
}

function toFixed(value: number, perOne: number): number {
  return Math.max(0, Math.min(0xffff, Math.round(value * perOne)));
}

/** The kinds that rings are made of. */
export const RINGS: { readonly [K in Kind]?: (memory: Memory, offset: number) => SlotRing } = {
  f32: (memory, offset) => {
    const first = offset / 4;
    return {
      get: (index) => memory.f32[memory.at4 + first + index] ?? 0,
      set: (index, value) => {
        memory.f32[memory.at4 + first + index] = value;
      },
    };
  },
  sec: (memory, offset) => {
    const first = offset / 4;
    return {
      get: (index) => (memory.u32[memory.at4 + first + index] ?? 0) * 1000,
      set: (index, ms) => {
        memory.u32[memory.at4 + first + index] = Math.floor(ms / 1000);
      },
    };
  },
  q8: (memory, offset) => fixedRing(memory, offset, 256),
  q12: (memory, offset) => fixedRing(memory, offset, 4096),
  u16: (memory, offset) => fixedRing(memory, offset, 1),
  u8: (memory, offset) => ({
    get: (index) => memory.u8[memory.at1 + offset + index] ?? 0,
    set: (index, value) => {
      memory.u8[memory.at1 + offset + index] = value;
    },
  }),
};

function fixedRing(memory: Memory, offset: number, perOne: number): SlotRing {
  const first = offset / 2;
  return {
    get: (index) => (memory.u16[memory.at2 + first + index] ?? 0) / perOne,
    set: (index, value) => {
      memory.u16[memory.at2 + first + index] = toFixed(value, perOne);
    },
  };
}
