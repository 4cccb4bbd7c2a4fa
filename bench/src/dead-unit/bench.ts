import { availableParallelism } from "node:os";
import { ModbusBus, type Reading, realClock } from "@nightflow/domain";
import { readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";
import { startAdversary } from "@nightflow/simulators";

const UNITS = 32;
const DEAD = 7;
const TIMEOUT_MS = 1000;

/**
 * What one dead unit of 32 costs the other 31: `dead-unit [seconds] [ms per answer] [tcp,rtu]`. One connection to one simulated
 * gateway on a real socket, each unit polled every second; the same without a dead unit, for comparison. 31 answers of
 * 25 ms take three quarters of each second.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [seconds, responseMs] = [Number(args[0] ?? 120), Number(args[1] ?? 20)];
  const framings = (args[2] ?? "tcp,rtu").split(",") as Case["framing"][];
  process.stdout.write(
    `${UNITS} units on one connection, one poll a second each, ${responseMs} ms per answer, ${TIMEOUT_MS} ms time-out, ${seconds} s, ${availableParallelism()} cores\n`,
  );
  const rows: Awaited<ReturnType<typeof measure>>[] = [];
  for (const framing of framings)
    for (const dead of [undefined, DEAD]) rows.push(await measure({ framing, dead, seconds, responseMs }));
  for (const { framing, dead, perMinute, worst, skipped } of rows)
    process.stdout.write(
      `${framing}  ${dead === undefined ? "all alive    " : "one is dead  "} polls a minute of each other unit: ${perMinute.toFixed(1)} (worst ${worst.toFixed(1)}), skipped ${skipped}\n`,
    );
  const costs = Object.fromEntries(
    framings.map((framing) => {
      const [alive, dead] = rows.filter((row) => row.framing === framing);
      return [framing, +(1 - (dead?.perMinute ?? 0) / (alive?.perMinute ?? 1)).toFixed(4)];
    }),
  );
  process.stdout.write(`${JSON.stringify({ bench: "dead-unit", seconds, responseMs, costOfOthers: costs })}\n`);
}

interface Case {
  readonly framing: "tcp" | "rtu";
  readonly dead: number | undefined;
  readonly seconds: number;
  readonly responseMs: number;
}

async function measure({ framing, dead, seconds, responseMs }: Case) {
  const behave = ({ unitId }: { readonly unitId: number }) => (unitId === dead ? ("silence" as const) : undefined);
  const device = await startAdversary({ framing, responseMs, behave });
  const bus = ModbusBus.parse({
    id: "bench",
    kind: "modbus",
    framing,
    transport: { kind: "tcp", host: "127.0.0.1", port: device.port },
    timeoutMs: TIMEOUT_MS,
    units: Array.from({ length: UNITS }, (_, at) => wordsUnit(at + 1, [100])),
  });
  const good = new Map<string, number>();
  const onReadings = (readings: readonly Reading[]) => {
    for (const { channel, quality } of readings)
      if (quality === "good") good.set(channel, (good.get(channel) ?? 0) + 1);
  };
  const lone = readWords(bus, realClock, { profile: wordsProfile([100]), onReadings });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const skipped = lone.bus.pollsSkipped;
  await lone.bus.close();
  await device.close();
  const others = [...good]
    .filter(([channel]) => channel !== `U${DEAD}.w100`)
    .map(([, count]) => (count * 60) / seconds);
  const perMinute = others.reduce((sum, one) => sum + one, 0) / others.length;
  return { framing, dead, perMinute, worst: Math.min(...others), skipped };
}
