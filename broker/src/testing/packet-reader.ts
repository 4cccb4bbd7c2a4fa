import { once } from "node:events";
import type { Duplex } from "node:stream";
import { parser } from "mqtt-packet";

/** A packet as it came in. */
export type ReceivedPacket = Readonly<Record<string, unknown>>;

/** The packets that come in on a socket, one after the other. */
export interface PacketReader {
  /** The next packet; fails when it is of another kind. Packets that acknowledge are passed over unless asked for. */
  next(cmd: string): Promise<ReceivedPacket>;
  /** When the other end has closed. */
  readonly ended: Promise<unknown>;
}

/** Reads packets from a socket as they come. */
export function readPackets(socket: Duplex): PacketReader {
  const packets: ReceivedPacket[] = [];
  const waiting: (() => void)[] = [];
  const reader = parser();
  reader.on("packet", (packet) => {
    packets.push(packet as unknown as ReceivedPacket);
    for (const wake of waiting.splice(0)) wake();
  });
  socket.on("data", (bytes) => reader.parse(bytes));
  const ended = once(socket, "close");
  return {
    ended,
    async next(cmd) {
      for (;;) {
        const packet = packets.shift();
        if (packet?.cmd === cmd) return packet;
        if (packet !== undefined && packet.cmd !== "connack" && packet.cmd !== "suback")
          throw new Error(`expected ${cmd}, got ${packet.cmd}`);
        if (packet === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
