import type { Disk } from "./disk.ts";
import { Segment } from "./segment.ts";
import type { HollowRange, SegmentHeader } from "./segment-schema.ts";

/** The files of an outbox from the oldest to the one that is written to. Only whole segments are ever in it. */
export class SegmentRow {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #segments: Segment[];
  #nextOrdinal: number;

  constructor(disk: Disk, folder: string, found: { readonly segments: Segment[]; readonly nextOrdinal: number }) {
    this.#disk = disk;
    this.#folder = folder;
    this.#segments = found.segments;
    this.#nextOrdinal = found.nextOrdinal;
  }

  get bytes(): number {
    return this.#segments.reduce((total, segment) => total + segment.bytes, 0);
  }

  /** The one that is written to. */
  get newest(): Segment {
    const segment = this.#segments.at(-1);
    if (segment === undefined) throw new RangeError("an open outbox has a segment");
    return segment;
  }

  /** Those that are not written to any more, the oldest first. */
  get older(): readonly Segment[] {
    return this.#segments.slice(0, -1);
  }

  /** Adds a new one, to be written to from now on. */
  async begin(header: SegmentHeader): Promise<void> {
    const segment = await Segment.create(this.#disk, this.#folder, this.#nextOrdinal, header);
    this.#nextOrdinal++;
    this.#segments.push(segment);
  }

  /** Writes a range without readings over the segment that held them, as one step. */
  async hollowOut(segment: Segment, header: SegmentHeader, range: HollowRange): Promise<Segment> {
    await segment.close();
    const hollow = await Segment.create(this.#disk, this.#folder, segment.ordinal, header, range);
    this.#segments[this.#segments.indexOf(segment)] = hollow;
    return hollow;
  }

  /**
   * Removes segments from the old end that hold nothing any more. In order only: a hole in the row would mean damage. One
   * that alone knows how many readings were given up stays until a newer one says so; then the answer is true.
   */
  async removeSpent(): Promise<boolean> {
    while (this.#segments.length > 1 && this.#segments[0]?.held === 0) {
      const [spent, ...rest] = this.#segments;
      if (spent.dropped > Math.max(...rest.map((segment) => segment.dropped))) return true;
      this.#segments.shift();
      await spent.remove();
    }
    return false;
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) await segment.close();
  }
}
