import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ModbusFraming } from "@nightflow/domain";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { FakeTime } from "../../testing/fake-time.ts";
import { ScriptedTransport } from "../../testing/scripted-transport.ts";
import { framingOf } from "./framing/framing.ts";
import { RequestLine } from "./request-line.ts";

const FOLDER = join(import.meta.dirname, "golden");
const TIMEOUT_MS = 1000;
const STEP_MS = 10;

const Address = { unitId: z.int(), address: z.int(), isBroadcast: z.boolean().optional() };
const Ask = z.union([
  z.strictObject({
    ...Address,
    functionCode: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]),
    quantity: z.int(),
    words: z.int(),
  }),
  z.strictObject({
    ...Address,
    functionCode: z.union([z.literal(5), z.literal(6), z.literal(15), z.literal(16)]),
    values: z.array(z.int()),
  }),
]);

/** Bytes out, bytes in, and what is made of them. A file is a framing; a field complaint becomes a script. */
const GoldenFile = z.strictObject({
  source: z.string(),
  framing: ModbusFraming,
  scripts: z.array(
    z.strictObject({
      name: z.string(),
      exchanges: z.array(
        z.strictObject({
          before: z.array(z.string()).default([]).meta({ description: "Arrives before the request goes out." }),
          ask: Ask,
          out: z.string(),
          in: z.array(z.string()),
          more: z.array(z.array(z.string())).default([]).meta({
            description: "The same request goes out again, and this arrives.",
          }),
          answer: z.looseObject({ kind: z.string() }),
        }),
      ),
      strays: z.int().optional(),
      recycled: z.int().default(0),
      waitMs: z.int().optional().meta({ description: "Longest time that an exchange may wait for its turn." }),
    }),
  ),
});
type Script = z.infer<typeof GoldenFile>["scripts"][number];

const bytes = (hex: string) => Buffer.from(hex.replaceAll(" ", ""), "hex");
const shown = (buffer: Buffer | undefined) => (buffer?.toString("hex").toUpperCase().match(/../g) ?? []).join(" ");

async function play(framing: ModbusFraming, script: Script): Promise<void> {
  const time = new FakeTime(1_750_000_000_000);
  const transport = new ScriptedTransport();
  const line = new RequestLine({
    transport,
    framing: framingOf(framing),
    gapMs: 0,
    settleMs: 0,
    msPerByte: 0,
    timers: time,
    realNow: () => time.now(),
  });
  line.open();
  for (const { before, ask, out, in: arriving, more, answer } of script.exchanges) {
    const { isBroadcast = false, ...request } = ask;
    const sent = transport.written.length;
    const asked = line.ask({ ...request, isBroadcast, timeoutMs: TIMEOUT_MS });
    for (const hex of before) transport.arrive(bytes(hex));
    for (const [at, pieces] of [arriving, ...more].entries()) {
      const longestMs = script.waitMs ?? TIMEOUT_MS;
      for (let ms = 0; ms <= longestMs && transport.written.length === sent + at; ms += STEP_MS)
        await time.run(ms === 0 ? 0 : STEP_MS);
      expect(shown(transport.written[sent + at])).toBe(out);
      for (const hex of pieces) transport.arrive(bytes(hex));
    }
    await time.run(TIMEOUT_MS);
    expect(transport.written).toHaveLength(sent + 1 + more.length);
    expect((await asked).answer).toEqual(answer);
  }
  if (script.strays !== undefined) expect(line.strays).toBe(script.strays);
  expect(transport.recycled).toBe(script.recycled);
}

for (const file of readdirSync(FOLDER).sort()) {
  const { framing, scripts } = GoldenFile.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));
  describe(`${framing} byte for byte`, () => {
    it.each(scripts.map((script) => [script.name, script] as const))("%s", (_, script) => play(framing, script));
  });
}
