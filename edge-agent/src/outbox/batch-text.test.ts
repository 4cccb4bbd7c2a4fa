import { ChannelId, decodeBatch, Epoch, encodeBatch, type Reading, toWireReading } from "@nightflow/domain";
import { expect, it } from "vitest";
import { batched, listText, payloadOf, piecesOf, splitStored, storedText, TextBatch } from "./batch-text.ts";
import { RecentBatches } from "./recent-batches.ts";

const channel = ChannelId.parse("M-1.total");
const READINGS: Reading[] = [
  { quality: "good", channel, readAt: 1_790_000_000_000, value: 123_456_789, flags: [] },
  { quality: "good", channel, readAt: 1_790_000_000_000, value: -0, flags: [] },
  { quality: "suspect", channel, readAt: 1, value: 1e-7, flags: [] },
  { quality: "good", channel, readAt: 1, value: 2n ** 60n, flags: [] },
  { quality: "good", channel, readAt: 1, value: Number.NaN, flags: [] },
  { quality: "suspect", channel, readAt: 1, value: 1e21, flags: ["rollover", "high"] },
  { quality: "missing", channel, readAt: 5, reason: "timeout" },
];
const head = { epoch: Epoch.parse("e1"), seq: 7, origin: "live", oldestReadAt: 1 } as const;

const readingsText = (readings: readonly Reading[]) => listText(piecesOf(readings, 1000));

it("pieces and batches hold no more readings than they may, in order", () => {
  const pieces = [...piecesOf(READINGS, 3), ...piecesOf(READINGS.slice(0, 2), 3)];
  expect(pieces.map(({ readings }) => readings)).toEqual([3, 3, 1, 2]);
  expect(batched(pieces, 4).map((batch) => batch.map(({ readings }) => readings))).toEqual([[3], [3, 1], [2]]);
  expect(pieces[0]?.oldestReadAt).toBe(1);
  expect(JSON.parse(listText(pieces.slice(0, 3)))).toEqual(JSON.parse(readingsText(READINGS)));
});

it("readings have the text that JSON has for them, of every kind", () => {
  expect(readingsText(READINGS)).toBe(JSON.stringify(READINGS.map(toWireReading)));
  expect(readingsText([])).toBe("[]");
});

it("a batch comes back from its stored text, and anything else is none", () => {
  const text = storedText(head, readingsText(READINGS));
  expect(JSON.parse(text)).toEqual({ ...head, readings: JSON.parse(readingsText(READINGS)) });
  expect(splitStored(text)).toEqual({ head, readings: readingsText(READINGS) });
  for (const other of ["", "{}", '{"epoch":"e1","readings":[]}', text.slice(0, -1)])
    expect(splitStored(other)).toBeUndefined();
});

it("a payload made of text is what the codec makes of readings", () => {
  const batch = new TextBatch(head, readingsText(READINGS));
  const payload = payloadOf(batch, 9);
  const { epoch, seq, origin } = head;
  expect(payload).toBe(encodeBatch({ epoch, seq, origin, sentAt: 9, readings: batch.readings }));
  expect(payloadOf({ epoch, seq, origin, readings: batch.readings }, 9)).toBe(payload);
  expect(decodeBatch(payload).readings).toHaveLength(READINGS.length);
});

it("what was just written is given once, and the oldest gives way", () => {
  const recent = new RecentBatches(10);
  for (const seq of [1, 2, 3]) recent.add("e", seq, "12345");
  expect([recent.take("e", 1), recent.take("e", 2), recent.take("e", 2)]).toEqual([undefined, "12345", undefined]);
});
