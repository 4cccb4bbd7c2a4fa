import { Engine } from "@nightflow/analytics";
import { benchMeter, pageFrom } from "../made-pages.ts";

const PAGE = 20_000;

/**
 * CPU of the detectors alone, readings already in memory as pages of the feed: `rules [meters] [readings of each]
 * [minutes between them]`. Every page holds other meters, as in a catch-up of the whole utility.
 */
export async function run(args: readonly string[]): Promise<void> {
  const [meters = 100_000, rounds = 96, minutes = 15] = args.map(Number);
  const periodMs = minutes * 60_000;
  const engine = new Engine(Array.from({ length: meters }, (_, at) => benchMeter(at, periodMs)));
  let [ns, findings] = [0, 0];
  for (let first = 0; first < meters * rounds; first += PAGE) {
    const page = pageFrom(first, Math.min(PAGE, meters * rounds - first), meters, periodMs);
    const startedAt = process.cpuUsage();
    findings += engine.feed(page).events.length;
    const { user, system } = process.cpuUsage(startedAt);
    ns += (user + system) * 1000;
  }
  const figures = { nsPerReading: Math.round(ns / (meters * rounds)), findings, ...engine.stats() };
  const rssMb = Math.round(process.memoryUsage().rss / 1e6);
  process.stdout.write(`${JSON.stringify({ bench: "rules", rounds, minutes, ...figures, rssMb })}\n`);
}
