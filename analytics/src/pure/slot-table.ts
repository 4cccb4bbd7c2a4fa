import { ACCESSORS, arraysOf, BYTES, type Kind, type Memory, memoryOf, RINGS, type SlotRing } from "./slot-cells.ts";

/** Names and element types of a table's columns; `[kind, width]` gives every slot a small ring of that width. */
export type SlotSchema = Readonly<Record<string, Kind | readonly [Kind, number]>>;

/** One slot of a table as an object: reading and writing a property goes straight to the arrays. Rings are not shown. */
export type SlotView<Schema extends SlotSchema> = { slot: number } & {
  -readonly [Name in keyof Schema & string as Schema[Name] extends "i64"
    ? `${Name}High` | `${Name}Low`
    : Schema[Name] extends Kind
      ? Name
      : never]: number;
};

/** Slots begin on whole eight bytes, as the widest column needs it. */
const ALIGN = 8;

interface Column {
  readonly name: string;
  readonly kind: Kind;
  readonly width: number;
  /** Bytes from the start of a slot, and how many they are. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Flat memory, one slot per meter, that grows by doubling and travels as bytes. What belongs to one slot lies side by
 * side: a reading touches a few cache lines however many meters there are.
 */
export class SlotTable<Schema extends SlotSchema> {
  readonly view: SlotView<Schema>;
  readonly #columns: readonly Column[];
  readonly #strideBytes: number;
  readonly #packedBytes: number;
  readonly #memory: Memory;
  #capacity: number;

  constructor(schema: Schema, capacity = 64) {
    this.#capacity = capacity;
    this.#columns = layOut(schema);
    this.#packedBytes = usedBytes(this.#columns);
    this.#strideBytes = Math.ceil(this.#packedBytes / ALIGN) * ALIGN;
    this.#memory = memoryOf(new ArrayBuffer(capacity * this.#strideBytes));
    this.view = makeView<Schema>(this.#columns, this.#memory, this.#strideBytes);
  }

  /** Memory of one slot, in bytes. */
  get bytesPerSlot(): number {
    return this.#strideBytes;
  }

  /** Bytes of one slot as `toBytes` gives it. */
  get packedBytes(): number {
    return this.#packedBytes;
  }

  /** Makes room for `slots` slots; new ones are all zero. */
  ensure(slots: number): void {
    if (slots <= this.#capacity) return;
    this.#capacity = Math.max(slots, this.#capacity * 2);
    const before = this.#memory.u8;
    Object.assign(this.#memory, arraysOf(new ArrayBuffer(this.#capacity * this.#strideBytes)));
    this.#memory.u8.set(before);
  }

  /** The ring `name` of whichever slot the view stands on. */
  ring(name: keyof Schema & string): SlotRing {
    const column = this.#columns.find((c) => c.name === name);
    const make = column && RINGS[column.kind];
    if (make === undefined) throw new RangeError(`no ring ${name}`);
    return make(this.#memory, column?.offset ?? 0);
  }

  /** A copy of the memory of the first slots as it is; for the same schema only. */
  image(slots: number): Uint8Array {
    return this.window(slots, 0).slice();
  }

  /** The very memory of `slots` slots from `first` on: what is written to them shows in it, until the table grows. */
  window(slots: number, first: number): Uint8Array {
    return this.#memory.u8.subarray(first * this.#strideBytes, (first + slots) * this.#strideBytes);
  }

  /** Takes slot number `at` of what `image` gave into a slot of this table. */
  putSlot(slot: number, image: Uint8Array, at: number): void {
    const [from, to] = [at * this.#strideBytes, (at + 1) * this.#strideBytes];
    this.#memory.u8.set(image.subarray(from, to), slot * this.#strideBytes);
  }

  /** Makes the first slots all zero. */
  clearFirst(slots: number): void {
    this.#memory.u8.fill(0, 0, slots * this.#strideBytes);
  }

  /** Makes a slot all zero, as a new one is. */
  clearSlot(slot: number): void {
    this.#memory.u8.fill(0, slot * this.#strideBytes, (slot + 1) * this.#strideBytes);
  }

  /** One slot as `toBytes` would give it alone. */
  packSlot(slot: number): Uint8Array {
    const bytes = new Uint8Array(this.packedBytes);
    let at = 0;
    for (const { offset, bytes: length } of this.#columns) {
      const from = slot * this.#strideBytes + offset;
      for (let i = 0; i < length; i++) bytes[at++] = this.#memory.u8[from + i] ?? 0;
    }
    return bytes;
  }

  /** Takes what `packSlot` gave for the same schema. */
  unpackSlot(slot: number, bytes: Uint8Array): void {
    if (bytes.length !== this.packedBytes) throw new RangeError("state does not fit the slot");
    let at = 0;
    for (const { offset, bytes: length } of this.#columns) {
      const from = slot * this.#strideBytes + offset;
      for (let i = 0; i < length; i++) this.#memory.u8[from + i] = bytes[at++] ?? 0;
    }
  }

  /** The first `slots` slots as bytes, columns one after another in the order of the schema, whatever the memory looks like. */
  toBytes(slots: number): Uint8Array {
    const bytes = new Uint8Array(slots * this.packedBytes);
    this.#eachCell(slots, (at, cell) => bytes.set(this.#memory.u8.subarray(cell.from, cell.to), at));
    return bytes;
  }

  /** Takes what `toBytes` gave for the same schema and number of slots. */
  fromBytes(bytes: Uint8Array, slots: number): void {
    if (bytes.length !== slots * this.packedBytes) throw new RangeError("state does not fit the table");
    this.ensure(slots);
    this.#eachCell(slots, (at, cell) => this.#memory.u8.set(bytes.subarray(at, at + cell.to - cell.from), cell.from));
  }

  #eachCell(slots: number, visit: (at: number, cell: { readonly from: number; readonly to: number }) => void): void {
    let at = 0;
    for (const column of this.#columns) {
      const bytes = column.width * BYTES[column.kind];
      for (let slot = 0; slot < slots; slot++, at += bytes) {
        const from = slot * this.#strideBytes + column.offset;
        visit(at, { from, to: from + bytes });
      }
    }
  }
}

/** Columns in the order of the schema, placed widest elements first so that each lies on its own width. */
function layOut(schema: SlotSchema): Column[] {
  const columns = Object.entries(schema).map(([name, spec]) => {
    const [kind, width] = typeof spec === "string" ? ([spec, 1] as const) : spec;
    return { name, kind, width, bytes: width * BYTES[kind] };
  });
  let offset = 0;
  const offsets = new Map<string, number>();
  for (const { name, bytes } of columns.toSorted((a, b) => BYTES[b.kind] - BYTES[a.kind])) {
    offsets.set(name, offset);
    offset += bytes;
  }
  return columns.map(({ name, kind, width, bytes }) => ({ name, kind, width, bytes, offset: offsets.get(name) ?? 0 }));
}

function usedBytes(columns: readonly Column[]): number {
  return columns.reduce((sum, { kind, width }) => sum + width * BYTES[kind], 0);
}

function makeView<Schema extends SlotSchema>(
  columns: readonly Column[],
  memory: Memory,
  strideBytes: number,
): SlotView<Schema> {
  // A prototype of its own, so that the accessors of tables made before are not in its way: V8 would keep all views but
  // the first as dictionaries, which cost seven times as much.
  const view: object = Object.create({});
  Object.defineProperty(view, "slot", {
    enumerable: true,
    get: () => memory.slot,
    set: (slot: number) => {
      memory.slot = slot;
      memory.at1 = slot * strideBytes;
      memory.at2 = memory.at1 / 2;
      memory.at4 = memory.at1 / 4;
      memory.at8 = memory.at1 / 8;
    },
  });
  for (const { name, kind, width, offset } of columns) {
    if (width !== 1) continue;
    if (kind === "i64") defineHalves(view, name, memory, offset);
    else Object.defineProperty(view, name, { enumerable: true, ...ACCESSORS[kind](memory, offset) });
  }
  return view as SlotView<Schema>;
}

// Every machine that we run on puts the low half first, in these arrays as in BigInt64Array.
function defineHalves(view: object, name: string, memory: Memory, offset: number): void {
  const low = ACCESSORS.u32(memory, offset);
  Object.defineProperty(view, `${name}Low`, { enumerable: true, ...low });
  const no = offset / 4 + 1;
  Object.defineProperty(view, `${name}High`, {
    enumerable: true,
    get: () => memory.i32[memory.at4 + no] ?? 0,
    set: (value: number) => {
      memory.i32[memory.at4 + no] = value;
    },
  });
}
