import { once } from "node:events";
import { createConnection, type Socket } from "node:net";

const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint16(bytes.length), bytes]);
};
const uint16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);

/** The remaining length of an MQTT packet, as it stands behind its first byte. */
export function remainingLength(bytes: number): Buffer {
  const length: number[] = [];
  let left = bytes;
  do {
    length.push((left % 128) + (left >= 128 ? 128 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.from(length);
}

/** One MQTT packet. */
export function packet(header: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([header]), remainingLength(body.length), body]);
}

/** PUBLISH of QoS 0. */
export function publishPacket(topic: string, payload: Uint8Array): Buffer {
  return packet(0x30, text(topic), payload);
}

/** SUBSCRIBE with QoS 0. */
export function subscribePacket(filter: string): Buffer {
  return packet(0x82, uint16(1), text(filter), Buffer.from([0]));
}

export const PINGREQ = packet(0xc0);
export const PINGRESP = packet(0xd0);

/** Where a bare client connects to, and as whom. */
export interface BareAccess {
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** A socket that has signed in with MQTT 3.1.1 and does nothing by itself. @throws {Error} when it is refused. */
export async function bareClient({ port, username, password }: BareAccess): Promise<Socket> {
  const socket = createConnection({ host: "127.0.0.1", port });
  // What becomes of it shows in its close; without a listener an error would end the test.
  socket.on("error", () => undefined);
  await once(socket, "connect");
  const head = Buffer.concat([text("MQTT"), Buffer.from([4, 0xc2]), uint16(600)]);
  socket.write(packet(0x10, head, text(`bare-${username}`), text(username), text(password)));
  const [answer] = (await once(socket, "data")) as [Buffer];
  if (answer[0] !== 0x20 || answer[3] !== 0) throw new Error(`${username} was refused with ${answer.toString("hex")}`);
  return socket;
}

/** Sends bytes and resolves once the system has taken them all. */
export function sent(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    socket.write(bytes, () => resolve());
  });
}
