import fc from "fast-check";
import { generate, type Packet, parser } from "mqtt-packet";
import { expect, it } from "vitest";
import { headOf, takeOut } from "./take-out.ts";

const SEED = 20261123;
const TOPIC = "nf/v1/town/gw-1/readings";
const HEAD = headOf(TOPIC);

const payload = fc
  .oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 100, maxLength: 300 }))
  .map((bytes) => Buffer.from(bytes));
const publish = fc.record({
  cmd: fc.constant("publish" as const),
  topic: fc.constantFrom(TOPIC, TOPIC, TOPIC, `${TOPIC}s`, "nf/v1/town/gw-1/status"),
  payload,
  qos: fc.constantFrom(1 as const, 1 as const, 0 as const, 2 as const),
  messageId: fc.integer({ min: 1, max: 65_535 }),
  dup: fc.constant(false),
  retain: fc.constantFrom(false, false, true),
});
const other = fc.constantFrom<Packet>({ cmd: "pingreq" }, { cmd: "puback", messageId: 7 });
const packets: fc.Arbitrary<Packet[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: publish }, { weight: 1, arbitrary: other }),
  { maxLength: 8 },
);

const isReadings = (packet: Packet) =>
  packet.cmd === "publish" && packet.topic === TOPIC && packet.qos === 1 && !packet.retain;

it("takes the readings and leaves all else as it was, wherever the bytes are cut", () => {
  fc.assert(
    fc.property(packets, fc.nat(), fc.nat(), (sent, cutStart, cutEnd) => {
      const all = Buffer.concat(sent.map((packet) => generate(packet)));
      // The reader comes in the middle of the first packet, and the last one is not whole yet.
      const start = sent.length === 0 ? 0 : cutStart % generate(sent[0] as Packet).length;
      const cut = Math.min(cutEnd % 3, all.length - start);
      const bytes = all.subarray(start, all.length - cut);
      const from = start === 0 ? 0 : generate(sent[0] as Packet).length - start;
      const taken: { messageId: number; payload: Buffer }[] = [];
      const left = takeOut(bytes, from, HEAD, (messageId, body) => taken.push({ messageId, payload: body }));
      const whole = (start === 0 ? sent : sent.slice(1)).filter((_, i, { length }) => cut === 0 || i < length - 1);
      const wanted = whole.filter(isReadings);
      expect(taken).toEqual(
        wanted.map((packet) => ({ messageId: packet.messageId, payload: (packet as { payload: Buffer }).payload })),
      );
      const begun = all.subarray(0, start);
      const rest = Buffer.concat([begun, left ?? Buffer.alloc(0)]);
      const tail = all.subarray(all.length - cut);
      expect(packetsIn(Buffer.concat([rest, tail]))).toEqual(
        packetsIn(Buffer.concat(sent.filter((packet) => !wanted.includes(packet)).map((packet) => generate(packet)))),
      );
    }),
    { seed: SEED, numRuns: 1000 },
  );
});

it("takes a packet that is sent again, and none without an id", () => {
  const taken: number[] = [];
  const frame = (first: number, id: number) =>
    Buffer.concat([Buffer.from([first, HEAD.length + 3]), HEAD, Buffer.from([0, id, 1])]);
  const bytes = Buffer.concat([frame(0x3a, 5), frame(0x32, 0)]);
  expect(takeOut(bytes, 0, HEAD, (id) => taken.push(id))).toEqual(frame(0x32, 0));
  expect(taken).toEqual([5]);
});

it("leaves a length that never ends to the parser", () => {
  const bytes = Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0xff]);
  expect(takeOut(bytes, 0, HEAD, () => expect.unreachable())).toEqual(bytes);
});

function packetsIn(bytes: Buffer): Packet[] {
  const found: Packet[] = [];
  const reader = parser();
  reader.on("packet", (packet) => found.push(packet));
  reader.parse(bytes);
  return found.map((packet) => ({ ...packet }));
}
