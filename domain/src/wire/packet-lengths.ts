/** `writeToStream` of npm `mqtt-packet`, as far as it is used here. */
export type WritePacket = (packet: PublishPacket, sink: never) => boolean;

interface PublishPacket {
  readonly cmd: "publish";
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0;
  readonly retain: boolean;
  readonly dup: boolean;
}

/** Longer remaining lengths are not kept by the library. */
const LONGEST_KEPT_BYTES = 16_383;
/** A topic of one character, and its length in two bytes. */
const TOPIC_BYTES = 3;
const filled = new WeakSet<WritePacket>();

/**
 * Has `mqtt-packet` make its table of packet lengths all at once, some 0.3 MB. It keeps the four bytes of each length that it
 * ever wrote, cut from Node's pool of the moment, and so holds 64 KB for each: a process that sends messages of many lengths
 * would keep up to 1 GB after days. For each program that speaks MQTT, at its start; takes some 20 ms, the second time nothing.
 */
export function fillPacketLengths(write: WritePacket): void {
  if (filled.has(write)) return;
  filled.add(write);
  const sink = { write: () => true } as never;
  const bytes = Buffer.alloc(LONGEST_KEPT_BYTES - TOPIC_BYTES);
  for (let length = 0; length <= bytes.length; length++) {
    const payload = bytes.subarray(0, length);
    write({ cmd: "publish", topic: "-", payload, qos: 0, retain: false, dup: false }, sink);
  }
}
