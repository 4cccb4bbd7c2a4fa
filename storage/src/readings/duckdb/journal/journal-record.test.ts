import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decodeRecord,
  encodeRecord,
  type JournalEntry,
  placeAt,
  type RecordPlace,
  recordsIn,
  sealRecord,
} from "./journal-record.ts";

const id = fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/);
const row = fc.record({
  channelNo: fc.nat(1_000_000),
  readAtMs: fc.integer({ min: 0, max: 4e12 }),
  isRegister: fc.boolean(),
  counts: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  gauge: fc.double({ noNaN: true, noDefaultInfinity: true }),
  quality: fc.integer({ min: 0, max: 2 }),
  flags: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  origin: fc.integer({ min: 0, max: 1 }),
});

const entries = fc
  .record({
    no: fc.integer({ min: 1, max: 2 ** 50 }),
    receivedAtMs: fc.integer({ min: 0, max: 4e12 }),
    batches: fc.array(fc.record({ agent: id, epoch: id, seq: fc.integer({ min: 1, max: 1e9 }) }), { maxLength: 6 }),
    rows: fc.array(row, { maxLength: 40 }),
    fresh: fc.array(fc.record({ no: fc.nat(1000), id, isRegister: fc.boolean() }), { maxLength: 4 }),
    raw: fc.string(),
  })
  .map(({ no, receivedAtMs, batches, rows, fresh, raw }): JournalEntry => {
    const length = rows.length;
    return {
      no,
      receivedAtMs,
      batches: batches.toSorted((a, b) => `${a.agent} ${a.epoch}`.localeCompare(`${b.agent} ${b.epoch}`)),
      repeats: 1,
      fresh,
      setAside: [{ ...NOTE, raw }],
      readings: {
        length,
        channelNos: Int32Array.from(rows, (r) => r.channelNo),
        readAtMs: Float64Array.from(rows, (r) => r.readAtMs),
        counts: BigInt64Array.from(rows, (r) => (r.isRegister ? r.counts : 0n)),
        gauges: Float64Array.from(rows, (r) => (r.isRegister ? Number.NaN : r.gauge)),
        isRegister: Uint8Array.from(rows, (r) => Number(r.isRegister)),
        qualities: Uint8Array.from(rows, (r) => r.quality),
        flags: Uint32Array.from(rows, (r) => r.flags),
        origins: Uint8Array.from(rows, (r) => r.origin),
      },
    };
  });

const NOTE = {
  list: "dead_letter",
  agent: "s/a",
  epoch: null,
  seq: null,
  origin: "live",
  channel: null,
  readAtMs: null,
  reasonCode: "NOT_JSON",
  reason: "no JSON",
} as const;

const sealed = (entry: JournalEntry, segment = 7) => sealRecord(encodeRecord(entry), segment);

/** Batches of one epoch are kept together; apart from that a commit comes back as it was. */
function sameBatches(entry: JournalEntry): string[] {
  return entry.batches.map(({ agent, epoch, seq }) => `${agent} ${epoch} ${seq}`).sort();
}

test("any commit comes back from its record as it was", () => {
  fc.assert(
    fc.property(entries, (entry) => {
      const record = sealed(entry);
      const place = placeAt(record, 0);
      expect(place).toMatchObject({ no: entry.no, segment: 7, rows: entry.readings.length, end: record.length });
      const found = decodeRecord(record, place as RecordPlace);
      const { batches: _, ...rest } = found;
      const { batches: __, ...asked } = entry;
      expect(rest).toEqual(asked);
      expect(sameBatches(found)).toEqual(sameBatches(entry));
    }),
  );
});

test("a record of which any byte is another, or which is cut anywhere, is not taken", () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.boolean(), (entry, place, change, isCut) => {
      const record = sealed(entry);
      const at = place % record.length;
      if (isCut) return placeAt(record.subarray(0, at), 0) === undefined;
      record[at] = (record[at] ?? 0) ^ change;
      return placeAt(record, 0) === undefined;
    }),
  );
});

test("records are found behind a torn one, and zeros hold none", () => {
  fc.assert(
    fc.property(fc.array(entries, { minLength: 3, maxLength: 3 }), (three) => {
      const [first, torn, last] = three.map((entry) => sealed(entry)) as [Buffer, Buffer, Buffer];
      torn.fill(0, 0, 8);
      const bytes = Buffer.concat([first, torn, last, Buffer.alloc(4096)]);
      const found = [...recordsIn(bytes)].map(({ no }) => no);
      expect(found).toEqual([three[0]?.no, three[2]?.no]);
    }),
  );
});
