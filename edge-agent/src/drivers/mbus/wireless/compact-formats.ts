import type { MbusRecord } from "../records.ts";
import { crcOf } from "./link-frame.ts";

/** More formats than this are not kept; the oldest goes. A make has a handful. */
const MAX_FORMATS = 256;

type Form = MbusRecord["form"];

/**
 * The fields of full telegrams by their signature. A meter that sends compact telegrams repeats its data without the
 * fields, with the CRC of the fields as their name.
 *
 * @see EN 13757-3, compact frame (control information 79)
 */
export class CompactFormats {
  readonly #forms = new Map<number, readonly Form[]>();

  /** Remembers the fields of a full telegram. */
  learn(records: readonly MbusRecord[]): void {
    const forms = records.map(({ form }) => form);
    const signature = crcOf(Buffer.concat(forms.map(({ fields }) => fields)));
    if (forms.length === 0 || this.#forms.has(signature)) return;
    this.#forms.set(signature, forms);
    const [oldest] = this.#forms.keys();
    if (this.#forms.size > MAX_FORMATS && oldest !== undefined) this.#forms.delete(oldest);
  }

  /**
   * The full form of a compact telegram's data; undefined where its fields are not known, or its data are damaged.
   *
   * Shape: `body` begins with the signature of the fields and the CRC of the full data.
   */
  expand(body: Uint8Array): Uint8Array | undefined {
    const [low = 0, high = 0, crcLow = 0, crcHigh = 0] = body;
    const forms = this.#forms.get(low | (high << 8));
    if (forms === undefined) return undefined;
    const full: number[] = [];
    let at = 4;
    for (const { fields, dataBytes } of forms) {
      full.push(...fields, ...body.subarray(at, at + dataBytes));
      at += dataBytes;
    }
    const isRight = at === body.length && crcOf(Uint8Array.from(full)) === (crcLow | (crcHigh << 8));
    return isRight ? Uint8Array.from(full) : undefined;
  }
}
