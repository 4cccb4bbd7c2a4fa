import type { EngineOptions, FindingSink } from "./engine.ts";
import type { MeterWatch } from "./engine-meters.ts";
import type { Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { isIn } from "./pure/shards.ts";
import { GAP_AFTER_MS, type HeardMeter, judgeSilence } from "./pure/silence.ts";
import { subjectOf, type WatchedMeter } from "./watched-meter.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Who has gone silent, judged by time. An agent with most of its meters quiet is one finding, not one per meter. */
export class SilenceWatch {
  readonly #options: EngineOptions;
  readonly #sink: FindingSink;
  readonly #meters: MeterWatch;
  #agents = new Map<string, number>();

  constructor(options: EngineOptions, sink: FindingSink, meters: MeterWatch) {
    this.#options = options;
    this.#sink = sink;
    this.#meters = meters;
  }

  judge(nowMs: number): void {
    const { shard } = this.#options;
    for (const meter of this.#meters.meters) if (meter.kind.duty.isJudged) this.#judgeGap(meter, nowMs);
    const expected = this.#meters.meters.filter(({ meta }) => meta.agent !== null && isIn(shard, meta.agent));
    for (const [agent, meters] of Map.groupBy(expected, (m) => m.meta.agent ?? ""))
      this.#judgeAgent(agent, meters, nowMs);
  }

  image(): [string, number][] {
    return [...this.#agents];
  }

  restore(image: readonly (readonly [string, number])[]): void {
    this.#agents = new Map(image);
  }

  /**
   * DATA_GAP: a meter that is heard by another channel, and whose register has had no good reading for more than five days. A silent one is COMMS's matter. Null case: a register that was never read well, and imported meters.
   */
  #judgeGap(meter: WatchedMeter, nowMs: number): void {
    const { agent, periodMs } = meter.meta;
    const { hasAnchor, anchorMs, lastGoodMs } = this.#meters.stateOf(meter);
    const isHeard = nowMs - lastGoodMs <= 2 * periodMs + this.#options.graceMs;
    const isGap =
      agent !== null && hasAnchor === 1 && isHeard && nowMs - anchorMs > Math.max(GAP_AFTER_MS, 3 * periodMs);
    const openMs = this.#meters.gapOf(meter);
    if (isGap === (openMs !== 0) || (openMs !== 0 && !isHeard)) return;
    this.#meters.setGap(meter, isGap ? anchorMs : 0);
    const [startMs, days] = [isGap ? anchorMs : openMs, Math.floor((nowMs - anchorMs) / DAY_MS)];
    this.#tell(
      isGap ? "open" : "clear",
      "DATA_GAP",
      subjectOf(meter.meta),
      startMs,
      nowMs,
      isGap ? gapProof(days) : null,
    );
  }

  #judgeAgent(agent: string, meters: readonly WatchedMeter[], nowMs: number): void {
    const heard = meters.map((m) => this.#heardOf(agent, m));
    const openMs = this.#agents.get(agent) ?? 0;
    const limits = { ...this.#options, isAgentOpen: openMs !== 0 };
    const verdict = judgeSilence(heard, nowMs, limits);
    this.#judgeWhole(agent, meters, openMs, verdict.agentSilentSinceMs, nowMs);
    for (const i of verdict.silent) this.#silent(meters[i], nowMs);
    for (const i of verdict.heard) this.#heard(meters[i], nowMs);
  }

  #heardOf(agent: string, meter: WatchedMeter): HeardMeter {
    const state = this.#meters.stateOf(meter);
    return { agent, periodMs: meter.meta.periodMs, lastGoodMs: state.lastGoodMs, openMs: state.silentOpenMs };
  }

  #judgeWhole(
    agent: string,
    meters: readonly WatchedMeter[],
    openMs: number,
    sinceMs: number | null,
    nowMs: number,
  ): void {
    const [first] = meters;
    if (!first || (sinceMs === null) === (openMs === 0)) return;
    if (sinceMs === null) this.#agents.delete(agent);
    else this.#agents.set(agent, sinceMs);
    const who: FindingSubject = {
      ...subjectOf(first.meta),
      subjectKind: "agent",
      subject: agent,
      meter: null,
      dma: null,
      account: null,
      isKeyAccount: false,
    };
    this.#emit(sinceMs === null ? "clear" : "open", who, sinceMs ?? openMs, nowMs, meters.length);
  }

  #silent(meter: WatchedMeter | undefined, nowMs: number): void {
    if (!meter) return;
    const state = this.#meters.stateOf(meter);
    state.silentOpenMs = state.lastGoodMs;
    this.#emit("open", subjectOf(meter.meta), state.silentOpenMs, nowMs, 1);
  }

  #heard(meter: WatchedMeter | undefined, nowMs: number): void {
    if (!meter) return;
    const state = this.#meters.stateOf(meter);
    const startMs = state.silentOpenMs;
    state.silentOpenMs = 0;
    this.#emit("clear", subjectOf(meter.meta), startMs, nowMs, 1);
  }

  #emit(type: "open" | "clear", who: FindingSubject, startMs: number, atMs: number, meters: number): void {
    const proof = type === "clear" ? null : silenceProof(meters, Math.round((atMs - startMs) / HOUR_MS));
    this.#tell(type, "COMMS", who, startMs, atMs, proof);
  }

  #tell(
    type: "open" | "clear",
    rule: "COMMS" | "DATA_GAP",
    who: FindingSubject,
    startMs: number,
    atMs: number,
    proof: Proof | null,
  ): void {
    this.#sink.emit({ type, rule, direction: "down", who, pricePerM3: 0, startMs, atMs, isPast: false, proof });
  }
}

function gapProof(days: number): Proof {
  return {
    actual: null,
    expected: null,
    excess: 0,
    isLoss: false,
    reason: {
      en: `the meter is heard, but its register has had no good reading for ${days} days`,
      zh: `表有上报，但寄存器已 ${days} 天没有有效读数`,
    },
    clearsWhen: { en: "a good reading of the register", zh: "寄存器恢复有效读数" },
    details: { gapDays: days },
  };
}

function silenceProof(meters: number, hours: number): Proof {
  return {
    actual: null,
    expected: null,
    excess: 0,
    isLoss: false,
    reason:
      meters === 1
        ? { en: `no good reading for ${hours} h`, zh: `已 ${hours} 小时没有有效读数` }
        : {
            en: `most of its ${meters} meters have sent no good reading for ${hours} h`,
            zh: `${meters} 只表中的多数已 ${hours} 小时没有有效读数`,
          },
    clearsWhen: { en: "good readings arrive again", zh: "恢复有效读数" },
    details: { silentHours: hours, meters },
  };
}
