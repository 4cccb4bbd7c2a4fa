import type { Socket } from "node:net";
import { type Listening, listenTcp } from "../listen.ts";
import { bcdByte, bcdBytes, metersOn, type SlowWorld, sumByte, wallClock } from "../slow-world.ts";
import type { TownMeter } from "../town/town.ts";

const LITRES_PER_HUNDREDTH = 10;
const HUNDREDTHS = 100_000_000;
const CUBIC_METRES = 0x2c;
const SETTLEMENT_DAY = 1;

/** A gateway with the town's CJ/T 188 meters behind it. @throws {PortBusyError} when the port is taken. */
export function startCjt188Line(
  world: SlowWorld,
  at: { readonly host: string; readonly port: number },
): Promise<Listening> {
  const valves = new Map<string, "open" | "closed">();
  return listenTcp("the CJ/T 188 line", at, (socket) => serve(socket, world, valves));
}

function serve(socket: Socket, world: SlowWorld, valves: Map<string, "open" | "closed">): void {
  let rest: number[] = [];
  socket.on("data", (chunk) => {
    rest.push(...chunk);
    for (let from = rest.indexOf(0x68); from !== -1; from = rest.indexOf(0x68)) {
      const length = 13 + (rest[from + 10] ?? 0xff);
      if (rest.length < from + length) return;
      const frame = rest.slice(from, from + length);
      rest = rest.slice(from + length);
      const answer = answerTo(frame, world, valves);
      if (answer !== undefined) socket.write(Uint8Array.from(answer));
    }
    rest = [];
  });
}

/** What the meter that is meant answers; nothing from one that is silent, not there, or that the sum is wrong for. */
function answerTo(
  frame: readonly number[],
  world: SlowWorld,
  valves: Map<string, "open" | "closed">,
): number[] | undefined {
  if (frame.at(-1) !== 0x16 || frame.at(-2) !== sumByte(frame.slice(0, -2))) return undefined;
  const digits = frame
    .slice(2, 9)
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, "0"));
  const found = metersOn(world.town, "cjt188").find(({ access }) => access.address === digits.join("").toUpperCase());
  const atMs = world.clock.now();
  if (found === undefined || world.faults.isSilent(found.meter.id, atMs)) return undefined;
  const [control = 0, , ...data] = frame.slice(9, -2);
  const head = data.slice(0, 3);
  if (control === 0x01 && data[0] === 0x1f && data[1] === 0x90)
    return framed(frame, 0x81, [...head, ...meterData(found.meter, world, atMs), ...status(found.meter, valves)]);
  const kept = control === 0x01 ? keptData(found.meter, data, world, atMs) : undefined;
  if (kept !== undefined) return framed(frame, 0x81, [...head, ...kept]);
  if (control !== 0x04 || data[0] !== 0xa0 || data[1] !== 0x17)
    return framed(frame, control | 0xc0, [data[2] ?? 0, ...status(found.meter, valves)]);
  valves.set(found.meter.id, data[3] === 0x55 ? "open" : "closed");
  return framed(frame, 0x84, [...head, ...status(found.meter, valves)]);
}

/** The settlement day, or the total of one of the last twelve before the newest; undefined for other questions. */
function keptData(meter: TownMeter, [low = 0, high = 0]: number[], world: SlowWorld, atMs: number) {
  if (low === 0x03 && high === 0x81) return [bcdByte(SETTLEMENT_DAY)];
  const months = low - 0x20 + 1;
  if (high !== 0xd1 || months < 1 || months > 12) return undefined;
  const keptAtMs = settlementMs(atMs, months);
  if (keptAtMs < world.town.historyStartMs) return dial(0);
  const hundredths = hundredthsAt(meter, world, keptAtMs);
  world.ledger.append(keptAtMs, meter.id, "forward_total", hundredths * LITRES_PER_HUNDREDTH);
  return dial(hundredths);
}

/** Midnight of the newest settlement day, or of one so many months before it. */
function settlementMs(atMs: number, monthsBack: number): number {
  const local = wallClock(atMs);
  const newest = Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - monthsBack, SETTLEMENT_DAY);
  return newest - (local.getTime() - atMs);
}

function hundredthsAt(meter: TownMeter, { registers }: SlowWorld, atMs: number): number {
  return Math.floor(registers.registerAt(meter.id, "forward_total", atMs) / LITRES_PER_HUNDREDTH) % HUNDREDTHS;
}

/** A total as it is sent: two digits after the point, and the unit. */
function dial(hundredths: number): number[] {
  return [...bcdBytes(hundredths, 4), CUBIC_METRES];
}

/** Total, total of the settlement day, and the meter's clock. */
function meterData(meter: TownMeter, world: SlowWorld, atMs: number): number[] {
  const hundredths = hundredthsAt(meter, world, atMs);
  world.ledger.append(atMs, meter.id, "forward_total", hundredths * LITRES_PER_HUNDREDTH);
  const newestMs = settlementMs(atMs, 0);
  const settled = newestMs < world.town.historyStartMs ? 0 : hundredthsAt(meter, world, newestMs);
  const clock = wallClock(atMs);
  const time = [clock.getUTCSeconds(), clock.getUTCMinutes(), clock.getUTCHours()].map(bcdByte);
  const date = [clock.getUTCDate(), clock.getUTCMonth() + 1].map(bcdByte);
  return [...dial(hundredths), ...dial(settled), ...time, ...date, ...bcdBytes(clock.getUTCFullYear(), 2)];
}

/** Low byte: D0-D1 the valve. */
function status(meter: TownMeter, valves: Map<string, "open" | "closed">): number[] {
  return [valves.get(meter.id) === "closed" ? 1 : 0, 0];
}

function framed(request: readonly number[], control: number, data: readonly number[]): number[] {
  const body = [...request.slice(0, 9), control, data.length, ...data];
  return [0xfe, 0xfe, ...body, sumByte(body), 0x16];
}
