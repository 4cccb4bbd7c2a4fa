import type { Curve, ReadingStore } from "@nightflow/storage";
import type { Logger } from "pino";
import type { Engine, EngineOptions } from "../engine.ts";
import type { StaleFamily } from "../engine-families.ts";
import { replayGauges } from "../gauge-replay.ts";
import type { EpisodeChange } from "../pure/episodes.ts";
import { MAX_ESTIMATE_MS } from "../pure/intervals.ts";
import { calendarOf, dateTextOf } from "../pure/local-time.ts";
import type { LateCause } from "./change-writer.ts";
import { causeInDistrict, causeOfFamily } from "./late-causes.ts";
import type { LateMeter, LateQueue } from "./late-queue.ts";

const DAY_MS = 86_400_000;
/** What gauges have learnt has faded after this: a pair learns over 14 days. */
const GAUGE_HISTORY_DAYS = 60;

export interface JointReplaysDeps {
  readonly store: Pick<ReadingStore, "curve">;
  readonly logger: Logger;
  readonly settleMs: number;
  readonly engineOptions: Partial<EngineOptions>;
  /** Writes what changed in one transaction; false when the runner stops first. */
  readonly write: (changes: readonly EpisodeChange[], cause: LateCause) => Promise<boolean>;
  readonly now: () => number;
}

interface Noticed {
  readonly notes: number;
  readonly sinceMs: number;
}

/** Judges again what several registers are judged by together: a parent and its children, the gauges of a district. By the store's curves. */
export class JointReplays {
  readonly #deps: JointReplaysDeps;
  #noticed = new Map<string, Noticed>();

  constructor(deps: JointReplaysDeps) {
    this.#deps = deps;
  }

  /** Judges a gauge and its districts again; true when that is done, or nothing is judged by it. */
  async replayGauge(engine: Engine, { id, channel }: LateMeter, queue: Pick<LateQueue, "waitingOf">): Promise<boolean> {
    const basis = engine.gaugeBasisOf(channel);
    if (basis === undefined) return true;
    const waiting = basis.gauges.flatMap(({ meta }) => queue.waitingOf(meta.channel) ?? []);
    const late = new Map(waiting.map((of) => [of.channel, of.spans]));
    const spans = waiting.flatMap((of) => of.spans);
    const [fromMs, toMs] = [Math.min(...spans.map(([from]) => from)), Math.max(...spans.map(([, to]) => to))];
    const curves: Curve[] = [];
    for (const { meta, judgedUntilMs } of basis.gauges)
      curves.push(await this.#deps.store.curve(meta.channel, fromMs - GAUGE_HISTORY_DAYS * DAY_MS, judgedUntilMs + 1));
    const replay = replayGauges(basis, curves, late, engine.takeGauges(), this.#deps.engineOptions);
    if (replay === null) return true;
    const calendar = calendarOf(basis.gauge.zone);
    const [from = "", to = ""] = [fromMs, toMs].map((ms) => dateTextOf(calendar.dayOf(ms)));
    if (!(await this.#deps.write(replay.changes, causeInDistrict(id, { from, to }, this.#deps.now())))) return false;
    engine.putGauges(replay.image);
    const { changes, readings } = replay;
    this.#deps.logger.info(
      { gauge: channel, gauges: curves.length, readings, findingsChanged: changes.length },
      "a gauge and its districts were judged again with late readings",
    );
    return true;
  }

  /** Parents whose late readings have settled: nothing more has come for a while. */
  readyFamilies(engine: Engine, isHurried: boolean, nowMs = performance.now()): string[] {
    const stale = engine.staleFamilies();
    const noticed = new Map(stale.map((family) => [family.parent, this.#notice(family, nowMs)]));
    this.#noticed = noticed;
    const isReady = ({ parent }: StaleFamily) => {
      const sinceMs = noticed.get(parent)?.sinceMs ?? nowMs;
      return isHurried || nowMs - sinceMs >= this.#deps.settleMs;
    };
    return stale.filter(isReady).map(({ parent }) => parent);
  }

  #notice({ parent, notes }: StaleFamily, nowMs: number): Noticed {
    const known = this.#noticed.get(parent);
    return known?.notes === notes ? known : { notes, sinceMs: nowMs };
  }

  /** Judges a parent's late days again; false when the runner stops first. What changed, null when nothing is to be judged again. */
  async replayFamily(engine: Engine, parent: string): Promise<readonly EpisodeChange[] | null | false> {
    const basis = engine.familyBasisOf(parent);
    if (basis === undefined) return null;
    const curves: Curve[] = [];
    for (const { channel, periodMs } of basis.members) {
      const reachMs = MAX_ESTIMATE_MS + 2 * periodMs;
      curves.push(await this.#deps.store.curve(channel, basis.fromMs - reachMs, basis.toMs + reachMs));
    }
    const replay = engine.replayFamily(parent, basis, curves);
    if (replay !== null && !(await this.#deps.write(replay.changes, causeOfFamily(replay, this.#deps.now()))))
      return false;
    engine.settleFamily(parent, replay);
    if (replay === null) return null;
    const { changes, from, to } = replay;
    this.#deps.logger.info(
      { parent, members: curves.length, from, to, findingsChanged: changes.length },
      "a parent and its children were judged again with late readings",
    );
    return changes;
  }
}
