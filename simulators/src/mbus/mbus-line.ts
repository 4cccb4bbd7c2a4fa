import type { Socket } from "node:net";
import { type Listening, listenTcp } from "../listen.ts";
import { metersOn, type SlowWorld, sumByte } from "../slow-world.ts";
import type { TownMeter } from "../town/town.ts";
import { identityBytes, recordBytes } from "./data.ts";

const SND_NKE = 0x40;
const REQ_UD2 = 0x5b;
const FRAME_COUNT = 0x20;

/** A gateway with the town's wired M-Bus meters behind it. @throws {PortBusyError} when the port is taken. */
export function startMbusLine(
  world: SlowWorld,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  return listenTcp("the M-Bus line", at, (socket) => serve(socket, world));
}

function serve(socket: Socket, world: SlowWorld): void {
  let rest = Buffer.alloc(0);
  let accesses = 0;
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    // Only short frames are asked of meters with a primary address; everything else is noise here.
    for (let from = rest.indexOf(0x10); from !== -1 && rest.length >= from + 5; from = rest.indexOf(0x10)) {
      const [, control = 0, address = 0, sum] = rest.subarray(from, from + 5);
      rest = rest.subarray(from + 5);
      if (sum !== sumByte([control, address])) continue;
      const answer = answerTo({ control, address, access: accesses++ & 0xff }, world);
      if (answer !== undefined) socket.write(Uint8Array.from(answer));
    }
  });
}

function answerTo(
  request: { readonly control: number; readonly address: number; readonly access: number },
  world: SlowWorld,
): number[] | undefined {
  const found = metersOn(world.town, "mbus").find(({ access }) => access.address === request.address);
  const atMs = world.clock.now();
  if (found === undefined || world.faults.isSilent(found.meter.id, atMs)) return undefined;
  if (request.control === SND_NKE) return [0xe5];
  if ((request.control & ~FRAME_COUNT) !== REQ_UD2) return undefined;
  return longFrame(request, found.meter, world, atMs);
}

function longFrame(
  { address, access }: { readonly address: number; readonly access: number },
  meter: TownMeter,
  world: SlowWorld,
  atMs: number,
): number[] {
  const header = [...identityBytes(String(10_000_000 + address)), access, 0, 0, 0];
  const counted = [0x08, address, 0x72, ...header, ...recordBytes(meter, world, atMs)];
  return [0x68, counted.length, counted.length, 0x68, ...counted, sumByte(counted), 0x16];
}
