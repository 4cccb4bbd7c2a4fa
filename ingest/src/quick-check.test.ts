import { encodeBatch, MAX_BATCH_READINGS, type WireReading } from "@nightflow/domain";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { singleRows } from "./packed-rows.ts";
import { checkPayload } from "./payload-check.ts";
import { QuickCheck } from "./quick-check.ts";
import { readingContext } from "./reading-context.ts";
import { HOUR_MS, NOON, pressureChannel, TestRegistry, waterChannel } from "./testing/test-bench.ts";

const SEED = 20261123;
const AGENT = "town/gw-1";

function bench() {
  const registry = new TestRegistry();
  for (let no = 0; no < 5; no++)
    for (const channel of [waterChannel(`M-${no}.forward_total`), pressureChannel(`M-${no}.pressure`)])
      registry.known.set(channel.id, channel);
  const table = new ChannelTable(registry);
  const quick = new QuickCheck(table);
  const context = { agent: AGENT, ...readingContext(registry, undefined, NOON) };
  return { registry, table, quick, context };
}

const channel = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.tuple(fc.nat(4), fc.constantFrom("forward_total", "pressure")).map(([no, name]) => `M-${no}.${name}`),
  },
  { weight: 1, arbitrary: fc.constantFrom("M-9.forward_total", "x", "not an id") },
);
const readAtMs = fc.oneof(
  { weight: 9, arbitrary: fc.integer({ min: NOON - HOUR_MS, max: NOON }) },
  { weight: 1, arbitrary: fc.constantFrom(0, NOON + 30 * 24 * HOUR_MS, -1, 1.5) },
);
const value = fc.oneof(
  { weight: 6, arbitrary: fc.integer() },
  { weight: 2, arbitrary: fc.maxSafeInteger() },
  { weight: 2, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom("9223372036854775807", "-1", 2 ** 53, -0) },
);
const flags = fc.constantFrom<string[]>([], ["over_q4"], ["timeout"], ["clock_shift", "invented_later"]);
const reading = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(channel, readAtMs, value, fc.constantFrom(0, 1)) },
  { weight: 1, arbitrary: fc.tuple(channel, readAtMs, value, fc.constantFrom(0, 1), flags) },
  { weight: 1, arbitrary: fc.tuple(channel, readAtMs, fc.constant(null), fc.constant(2), flags) },
);
const batch = fc.record({
  origin: fc.constantFrom("live" as const, "import" as const),
  epoch: fc.constant("e1"),
  seq: fc.integer({ min: 1, max: 1000 }),
  sentAt: fc.constant(NOON),
  readings: fc.array(reading as fc.Arbitrary<WireReading>, { maxLength: 4 }),
});

it("says of each batch what the full check says, or leaves it to it", () => {
  const { table, quick, context } = bench();
  let taken = 0;
  fc.assert(
    fc.property(batch, (sent) => {
      const payload = Buffer.from(encodeBatch(sent));
      const { rows, ...full } = checkPayload(payload, context);
      const found = quick.check(payload, AGENT, NOON);
      if (found === undefined) return;
      taken++;
      expect({ ...full, rows: singleRows(found, table) }).toEqual({ ...full, rows });
      const { packed: _, ...same } = found;
      expect({ unlisted: 0, ...same, rows }).toEqual({ ...full, rows });
      expect(full.setAside).toEqual([]);
    }),
    { seed: SEED, numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(500);
});

it("leaves a batch alone as soon as the registry no longer knows its channel", () => {
  const { registry, quick } = bench();
  const payload = Buffer.from(
    encodeBatch({ origin: "live", epoch: "e1", seq: 1, sentAt: NOON, readings: [["M-1.pressure", NOON, 5, 0]] }),
  );
  expect(quick.check(payload, AGENT, NOON)).toBeDefined();
  registry.known.delete("M-1.pressure");
  expect(quick.check(payload, AGENT, NOON)).toBeUndefined();
});

it("reads a register as a gauge when the registry says so now", () => {
  const { registry, quick, table } = bench();
  const payload = Buffer.from(
    encodeBatch({ origin: "live", epoch: "e1", seq: 1, sentAt: NOON, readings: [["M-1.pressure", NOON, 5, 0]] }),
  );
  quick.check(payload, AGENT, NOON);
  registry.known.set("M-1.pressure", waterChannel("M-1.pressure"));
  registry.known.set("M-7.pressure", pressureChannel("M-7.pressure"));
  const found = quick.check(payload, AGENT, NOON);
  expect(found && singleRows(found, table)).toMatchObject([{ isRegister: true, counts: 5n, gauge: Number.NaN }]);
});

it("finds each of very many channels, and takes the largest batch", () => {
  const { registry, quick, table } = bench();
  const ids = Array.from({ length: MAX_BATCH_READINGS }, (_, no) => `meter-${no * 7919}.forward_total`);
  for (const id of ids) registry.known.set(id, waterChannel(id));
  const readings = ids.map((id, no): WireReading => [id, NOON, no, 0]);
  const payload = Buffer.from(encodeBatch({ origin: "live", epoch: "e1", seq: 1, sentAt: NOON, readings }));
  const found = quick.check(payload, AGENT, NOON);
  expect(found && singleRows(found, table).map((row) => [row.channel.id, Number(row.counts)])).toEqual(
    ids.map((id, no) => [id, no]),
  );
});
