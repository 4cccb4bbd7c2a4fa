/** `sec` is an instant in ms kept as whole seconds, for half the room. */
type Kind = "f64" | "f32" | "i64" | "u32" | "u8" | "sec";

interface ArrayOf {
  f64: Float64Array;
  f32: Float32Array;
  i64: BigInt64Array;
  u32: Uint32Array;
  u8: Uint8Array;
  sec: Uint32Array;
}

/** Names and element types of a table's columns; `[kind, width]` gives every slot a small ring of that width. */
export type SlotSchema = Readonly<Record<string, Kind | readonly [Kind, number]>>;

/** One slot of a table as an object: reading and writing a property goes straight to the arrays. Rings are not shown. */
export type SlotView<Schema extends SlotSchema> = { slot: number } & {
  -readonly [Name in keyof Schema as Schema[Name] extends Kind ? Name : never]: Schema[Name] extends "i64"
    ? bigint
    : number;
};

type AnyArray = ArrayOf[Kind];

const MAKERS: { readonly [K in Kind]: (length: number) => ArrayOf[K] } = {
  f64: (n) => new Float64Array(n),
  f32: (n) => new Float32Array(n),
  i64: (n) => new BigInt64Array(n),
  u32: (n) => new Uint32Array(n),
  u8: (n) => new Uint8Array(n),
  sec: (n) => new Uint32Array(n),
};

interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly width: number;
  array: AnyArray;
}

/** Flat typed arrays, one slot per meter, that grow by doubling and travel as bytes. */
export class SlotTable<Schema extends SlotSchema> {
  readonly view: SlotView<Schema>;
  readonly #columns: Column[];
  #capacity: number;

  constructor(schema: Schema, capacity = 64) {
    this.#capacity = capacity;
    this.#columns = Object.entries(schema).map(([name, spec]) => {
      const [kind, width] = typeof spec === "string" ? [spec, 1] : spec;
      return { name, kind, width, array: MAKERS[kind](capacity * width) };
    });
    this.view = makeView<Schema>(this.#columns);
  }

  /** Memory of one slot, in bytes. */
  get bytesPerSlot(): number {
    return this.#columns.reduce((sum, c) => sum + c.width * c.array.BYTES_PER_ELEMENT, 0);
  }

  /** Makes room for `slots` slots; new ones are all zero. */
  ensure(slots: number): void {
    if (slots <= this.#capacity) return;
    this.#capacity = Math.max(slots, this.#capacity * 2);
    for (const column of this.#columns) {
      const grown = MAKERS[column.kind](this.#capacity * column.width);
      copyInto(grown, column.array);
      column.array = grown;
    }
  }

  /** Element `index` of the ring `name` in a slot. */
  ringAt(name: keyof Schema & string, slot: number, index: number): number {
    const column = this.#column(name);
    return Number(column.array[slot * column.width + index]);
  }

  setRing(name: keyof Schema & string, slot: number, index: number, value: number): void {
    const column = this.#column(name);
    (column.array as Float32Array)[slot * column.width + index] = value;
  }

  /** The first `slots` slots as bytes, columns one after another. */
  toBytes(slots: number): Uint8Array {
    const parts = this.#columns.map((c) => bytesOf(c.array, slots * c.width));
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    return bytes;
  }

  /** Takes what `toBytes` gave for the same schema and number of slots. */
  fromBytes(bytes: Uint8Array, slots: number): void {
    if (bytes.length !== slots * this.bytesPerSlot) throw new RangeError("state does not fit the table");
    this.ensure(slots);
    let at = 0;
    for (const column of this.#columns) {
      const target = bytesOf(column.array, slots * column.width);
      target.set(bytes.subarray(at, at + target.length));
      at += target.length;
    }
  }

  #column(name: string): Column {
    const column = this.#columns.find((c) => c.name === name);
    if (!column) throw new RangeError(`no column ${name}`);
    return column;
  }
}

function makeView<Schema extends SlotSchema>(columns: Column[]): SlotView<Schema> {
  const view = { slot: 0 };
  for (const column of columns) {
    if (column.width !== 1) continue;
    Object.defineProperty(view, column.name, {
      enumerable: true,
      ...accessorsOf(column, view),
    });
  }
  return view as SlotView<Schema>;
}

function accessorsOf(column: Column, view: { slot: number }) {
  if (column.kind === "sec")
    return {
      get: () => Number(column.array[view.slot]) * 1000,
      set: (ms: number) => {
        (column.array as Uint32Array)[view.slot] = Math.floor(ms / 1000);
      },
    };
  return {
    get: () => column.array[view.slot],
    set: (value: number) => {
      (column.array as Float64Array)[view.slot] = value;
    },
  };
}

function bytesOf(array: AnyArray, elements: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, elements * array.BYTES_PER_ELEMENT);
}

function copyInto(target: AnyArray, source: AnyArray): void {
  bytesOf(target, source.length).set(bytesOf(source, source.length));
}
