import { type FramedRequest, framed, type SimulatedFraming } from "./request-streams.ts";

/** What a bad device, line or gateway does with an answer. Each was seen in the field. */
export const MISBEHAVIOURS = {
  "wrong-transaction": "answers with the number of another request (Modbus TCP; else it is silent)",
  "wrong-unit": "answers in another unit's name",
  "wrong-function": "answers another function",
  "wrong-length": "leaves out the last word, with a right check",
  late: "answers after the asker has given up",
  busy: "says that it is busy",
  exception: "says that it has no such address",
  "byte-by-byte": "sends its answer one byte at a time",
  "two-frames": "sends its answer twice, together",
  "half-frame": "sends half of its answer, and nothing more",
  noise: "sends rubbish before its answer",
  silence: "does not answer",
  reset: "resets the connection",
} as const;
export type Misbehaviour = keyof typeof MISBEHAVIOURS;

/** What goes over the line, and how long after what was before it; `reset` ends the connection instead. */
export type LineAction = { readonly afterMs: number; readonly bytes: Buffer } | "reset";

/** How slow the slow ones are, real milliseconds. */
export interface Slowness {
  readonly lateMs: number;
  readonly byteMs: number;
}

/** What a device that misbehaves in one way does instead of sending `answer`. */
export function misbehave(
  how: Misbehaviour | undefined,
  framing: SimulatedFraming,
  answer: FramedRequest,
  { lateMs, byteMs }: Slowness,
): readonly LineAction[] {
  const send = (frame: FramedRequest, afterMs = 0) => [{ afterMs, bytes: framed(framing, frame) }];
  const exception = (code: number) => send({ ...answer, pdu: Buffer.of((answer.pdu[0] ?? 0) | 0x80, code) });
  const whole = framed(framing, answer);
  switch (how) {
    case undefined:
      return send(answer);
    case "wrong-transaction":
      return framing === "tcp" ? send({ ...answer, transactionId: (answer.transactionId + 1) & 0xffff }) : [];
    case "wrong-unit":
      return send({ ...answer, unitId: (answer.unitId % 247) + 1 });
    case "wrong-function":
      return send({ ...answer, pdu: Buffer.concat([Buffer.of(0x2b), answer.pdu.subarray(1)]) });
    case "wrong-length":
      return send({ ...answer, pdu: shortened(answer.pdu) });
    case "late":
      return send(answer, lateMs);
    case "busy":
      return exception(6);
    case "exception":
      return exception(2);
    case "byte-by-byte":
      return Array.from(whole, (byte) => ({ afterMs: byteMs, bytes: Buffer.of(byte) }));
    case "two-frames":
      return [{ afterMs: 0, bytes: Buffer.concat([whole, whole]) }];
    case "half-frame":
      return [{ afterMs: 0, bytes: whole.subarray(0, whole.length >> 1) }];
    case "noise":
      return [{ afterMs: 0, bytes: Buffer.concat([Buffer.from([0xff, 0x00, 0x01, 0x03, 0x3a, 0x80]), whole]) }];
    case "silence":
      return [];
    case "reset":
      return ["reset"];
  }
}

/** A read's answer without its last two bytes; its count says so. */
function shortened(pdu: Buffer): Buffer {
  if ((pdu[0] ?? 0) > 4 || pdu.length < 4) return pdu.subarray(0, -1);
  return Buffer.concat([Buffer.of(pdu[0] ?? 0, pdu.length - 4), pdu.subarray(2, -2)]);
}
