import { createCipheriv, createHash } from "node:crypto";
import type { Socket } from "node:net";
import { type Listening, listenTcp } from "../listen.ts";
import { metersOn, type SlowWorld } from "../slow-world.ts";
import type { TownMeter } from "../town/town.ts";
import { identityBytes, recordBytes } from "./data.ts";

/** Real time between two telegrams of a meter: as often as meters that are read by passing cars send. */
const SEND_MS = 250;
const BLOCK = 16;

/** The AES key of a meter of the town. A town is a game: its keys follow from its meters' seeds. */
export function radioKeyOf(meter: Pick<TownMeter, "seed">): Buffer {
  return createHash("sha256").update(`radio ${meter.seed}`).digest().subarray(0, BLOCK);
}

/** What a radio meter calls itself in a keys file. */
export function radioNameOf(number: string): string {
  return `QHE-${number}`;
}

/**
 * A radio gateway that hears the town's meters, encrypted in mode 5, and writes each telegram as a line of hex to whoever is
 * connected.
 *
 * @throws {PortBusyError} when the port is taken.
 */
export async function startRadioGateway(
  world: SlowWorld,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const listeners = new Set<Socket>();
  let access = 0;
  const send = () => {
    if (listeners.size === 0) return;
    access = (access + 1) & 0xff;
    const atMs = world.clock.now();
    for (const { meter, access: radio } of metersOn(world.town, "wmbus")) {
      if (world.faults.isSilent(meter.id, atMs)) continue;
      const line = `${telegram(meter, radio.number, access, recordBytes(meter, world, atMs)).toString("hex")}\n`;
      for (const socket of listeners) socket.write(line);
    }
  };
  const timer = setInterval(send, SEND_MS);
  const listening = await listenTcp("the radio gateway", at, (socket) => {
    listeners.add(socket);
    socket.once("close", () => listeners.delete(socket));
  }).catch((error: unknown) => {
    clearInterval(timer);
    throw error;
  });
  return {
    port: listening.port,
    close: async () => {
      clearInterval(timer);
      await listening.close();
    },
  };
}

/** Length, SND_NR, maker and address, short header, and the records in whole blocks. @see EN 13757-4, OMS profile A */
function telegram(meter: TownMeter, number: string, access: number, records: readonly number[]): Buffer {
  const identity = identityBytes(number);
  const address = [...identity.slice(4, 6), ...identity.slice(0, 4), ...identity.slice(6)];
  const blocks = Math.ceil((records.length + 2) / BLOCK);
  const plain = Buffer.alloc(blocks * BLOCK, 0x2f);
  plain.set(records, 2);
  const iv = Buffer.from([...address, ...new Array<number>(8).fill(access)]);
  const cipher = createCipheriv("aes-128-cbc", radioKeyOf(meter), iv).setAutoPadding(false);
  const body = [0x7a, access, 0x00, blocks << 4, 0x05, ...cipher.update(plain)];
  return Buffer.from([9 + body.length, 0x44, ...address, ...body]);
}
