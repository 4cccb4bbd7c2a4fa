import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { ModbusTcpBus, type Reading, realClock } from "@nightflow/domain";
import { readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";

/** Registers of a meter: one request for all. */
const ADDRESSES = Array.from({ length: 10 }, (_, at) => 100 + at);

/**
 * Many Modbus units on few connections: `modbus-units [units] [connections] [seconds] [period]`. The gateways are
 * simulated in another process; printed are the polls made of those due, and this process's time per poll and per value.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [units, connections, seconds, periodS] = [1000, 50, 60, 1].map((value, at) => Number(args[at] ?? value)) as [
    number,
    number,
    number,
    number,
  ];
  const server = fork(fileURLToPath(new URL("./server.ts", import.meta.url)), [String(connections)]);
  const ports = await portsOf(server);
  let values = 0;
  const onReadings = (readings: readonly Reading[]) => {
    for (const { quality } of readings) if (quality === "good") values++;
  };
  const profile = wordsProfile(ADDRESSES);
  const buses = ports.map((port, at) => {
    const unitsHere = Array.from({ length: Math.ceil(units / connections) }, (_, no) =>
      wordsUnit(no + 1, ADDRESSES, periodS),
    );
    const bus = ModbusTcpBus.parse({ id: `bus-${at}`, kind: "modbus-tcp", host: "127.0.0.1", port, units: unitsHere });
    return readWords(bus, realClock, { profile, onReadings }).bus;
  });
  await new Promise((resolve) => setTimeout(resolve, 5000));
  const skippedOf = () => buses.reduce((sum, bus) => sum + bus.pollsSkipped, 0);
  const [before, skippedBefore, cpuBefore] = [values, skippedOf(), process.cpuUsage()];
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const cpu = process.cpuUsage(cpuBefore);
  const read = values - before;
  const skipped = skippedOf() - skippedBefore;
  const rssMb = process.memoryUsage().rss / 2 ** 20;
  await Promise.all(buses.map((bus) => bus.close()));
  server.disconnect();
  const due = (units * ADDRESSES.length * seconds) / periodS;
  const cpuUs = cpu.user + cpu.system;
  const figures = {
    shareRead: +(read / due).toFixed(4),
    skipped,
    valuesPerS: Math.round(read / seconds),
    cores: +(cpuUs / 1e6 / seconds).toFixed(3),
    usPerPoll: +(cpuUs / (read / ADDRESSES.length)).toFixed(1),
    usPerValue: +(cpuUs / read).toFixed(2),
    rssMb: Math.round(rssMb),
  };
  process.stdout.write(
    `${units} units on ${connections} connections, every ${periodS} s, ${availableParallelism()} cores: ${(figures.shareRead * 100).toFixed(2)} % of the values due were read, ${skipped} polls skipped; ${figures.cores} of a core, ${figures.rssMb} MB\n`,
  );
  process.stdout.write(
    `${JSON.stringify({ bench: "modbus-units", units, connections, seconds, periodS, ...figures })}\n`,
  );
}

function portsOf(server: ChildProcess): Promise<number[]> {
  return new Promise((resolve, reject) => {
    server.once("exit", (code) => reject(new Error(`the simulated gateways ended with ${code}`)));
    server.once("message", (message: { readonly ports: number[] }) => resolve(message.ports));
  });
}
