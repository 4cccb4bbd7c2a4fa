import type { EngineOptions, FindingSink } from "./engine.ts";
import type { MeterSlots } from "./meter-slots.ts";
import { expectedLitres, isVolumeKnown } from "./pure/detectors/volume-cusum.ts";
import type { Proof } from "./pure/evidence.ts";
import type { FindingSubject } from "./pure/finding.ts";
import { isIn } from "./pure/shards.ts";
import { subjectOf, type WatchedMeter } from "./watched-meter.ts";

const DAY_MS = 86_400_000;
/** Meters that stand still together are at least so many, and this share of their agent's or their district's. */
const LEAST_METERS = 5;
const LEAST_SHARE = 0.02;
/** With several shards each sees its part of a group, a fair sample: the shard that tells of the group needs so many at least. */
const LEAST_OF_SAMPLE = 2;
/** Another shard holds its meters back from so many on: of as fair a sample the shard that tells has its two. */
const LEAST_ELSEWHERE = 10;

/** Meters that could stop together: an agent's, or a district's. */
interface Group {
  readonly kind: "agent" | "dma";
  readonly id: string;
  readonly meters: WatchedMeter[];
}

/** How many of a group stand still since the same day, of how many that are known; litres that they use of a day. */
interface Count {
  readonly still: number;
  readonly known: number;
  readonly litres: number;
}

/**
 * Meters that stopped together: five and more, and 2 % of those that an agent reads or that stand in a district, since the same day (one
 * more or less). That is an agent that goes on giving old values, a street without water or a holiday: one finding about the agent
 * or the district (FROZEN) in place of one for each meter (NO_USE).
 *
 * The share is far above what chance puts on one day. With several shards each counts its own meters: the shard of the agent or district
 * tells (from 5 ÷ shards, two at least, and says about how many there are in all), the others hold theirs back from ten on and call fewer
 * stopped one by one. That is a sample: close to the share's limit a shard may hold back what the telling one is just too few to tell. The
 * finding ends when fewer stand still; those that still do are judged by themselves from then on. Null case: meters without agent and district; meters whose usual use is not known yet. Source: DOMAIN
 * 3.4 FROZEN and "one event, not N"; LEAKS 3 #6 (neighbour context). The limits are ours.
 */
export class StandstillWatch {
  readonly #shard: EngineOptions["shard"];
  readonly #sink: FindingSink;
  readonly #slots: MeterSlots;
  readonly #metersOf: () => readonly WatchedMeter[];
  /** Made when the first meter asks: few days need it. */
  #groups: Map<string, Group> | undefined;
  /** Day on which the meters of a group stopped, by the group's key; its finding is open. */
  #open = new Map<string, number>();

  constructor(
    shard: EngineOptions["shard"],
    sink: FindingSink,
    slots: MeterSlots,
    metersOf: () => readonly WatchedMeter[],
  ) {
    this.#shard = shard;
    this.#sink = sink;
    this.#slots = slots;
    this.#metersOf = metersOf;
  }

  /** Call it when other meters are watched than before. */
  registryChanged(): void {
    this.#groups = undefined;
  }

  image(): [string, number][] {
    return [...this.#open];
  }

  restore(image: readonly (readonly [string, number])[]): void {
    this.#open = new Map(image);
  }

  /** Whether a meter that would be called stopped stopped by itself; tells of its group where it did not. */
  isAlone(meter: WatchedMeter, stillSinceMs: number, atMs: number): boolean {
    const group = this.#groupsOf(meter).find((one) => this.#isTogether(one, this.#count(one, stillSinceMs, meter)));
    if (group === undefined) return true;
    this.#hold(group, meter, stillSinceMs, atMs);
    return false;
  }

  /** Ends the findings of a meter's groups that no longer hold; call it at the end of its day. */
  recheck(meter: WatchedMeter, atMs: number): void {
    if (this.#open.size === 0) return;
    for (const group of this.#groupsOf(meter)) {
      const sinceMs = this.#open.get(keyOf(group.kind, group.id));
      if (sinceMs === undefined || this.#isTogether(group, this.#count(group, sinceMs, meter))) continue;
      this.#open.delete(keyOf(group.kind, group.id));
      this.#tell("clear", group, meter, sinceMs, atMs, null);
    }
  }

  #hold(group: Group, meter: WatchedMeter, stillSinceMs: number, atMs: number): void {
    const key = keyOf(group.kind, group.id);
    if (this.#open.has(key)) return;
    this.#open.set(key, stillSinceMs);
    const count = this.#count(group, stillSinceMs, meter);
    const proof = proofOf(group, count, this.#shard.count, this.#leastOf(group));
    this.#tell("open", group, meter, stillSinceMs, atMs, proof);
  }

  #isTogether(group: Group, { still, known }: Count): boolean {
    return still >= this.#leastOf(group) && still >= LEAST_SHARE * known;
  }

  /** Meters judged here that make a group of them stand still together. */
  #leastOf({ id }: Group): number {
    const { count } = this.#shard;
    if (count === 1) return LEAST_METERS;
    return isIn(this.#shard, id) ? Math.max(LEAST_OF_SAMPLE, Math.ceil(LEAST_METERS / count)) : LEAST_ELSEWHERE;
  }

  /** An agent or a district of another shard is told of there, by that shard's own meters. */
  #tell(
    type: "open" | "clear",
    { kind, id }: Group,
    meter: WatchedMeter,
    startMs: number,
    atMs: number,
    proof: Proof | null,
  ) {
    if (!isIn(this.#shard, id)) return;
    const who: FindingSubject = {
      ...subjectOf(meter.meta),
      subjectKind: kind,
      subject: id,
      meter: null,
      dma: kind === "dma" ? id : null,
      account: null,
      isKeyAccount: false,
    };
    const { lastImportMs } = this.#slots.stateOf(meter);
    const isPast = lastImportMs !== 0 && startMs <= lastImportMs;
    const { pricePerM3 } = meter.meta;
    this.#sink.emit({ type, rule: "FROZEN", direction: "down", who, pricePerM3, startMs, atMs, isPast, proof });
  }

  /** Counts with the slots' view on one meter after another, and leaves it where it was. */
  #count({ meters }: Group, sinceMs: number, back: WatchedMeter): Count {
    let [still, known, litres] = [0, 0, 0];
    for (const meter of meters) {
      const state = this.#slots.stateOf(meter);
      if (!isVolumeKnown(state)) continue;
      known++;
      if (state.stillDays === 0 || Math.abs(state.stillStartMs - sinceMs) > DAY_MS) continue;
      still++;
      litres += expectedLitres(state);
    }
    this.#slots.stateOf(back);
    return { still, known, litres };
  }

  #groupsOf({ meta: { agent, dma } }: WatchedMeter): Group[] {
    this.#groups ??= groupsOf(this.#metersOf());
    const ofAgent = agent === null ? undefined : this.#groups.get(keyOf("agent", agent));
    const ofDistrict = dma === null ? undefined : this.#groups.get(keyOf("dma", dma));
    return [ofAgent, ofDistrict].flatMap((group) => group ?? []);
  }
}

/** Customers' water meters that are judged here and should be in use, by agent and by district. */
function groupsOf(meters: readonly WatchedMeter[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  const put = (kind: Group["kind"], id: string | null, meter: WatchedMeter) => {
    if (id === null) return;
    const group = groups.get(keyOf(kind, id)) ?? { kind, id, meters: [] };
    group.meters.push(meter);
    groups.set(keyOf(kind, id), group);
  };
  for (const meter of meters) {
    const { meta, kind } = meter;
    const isUsed =
      meta.purpose === "customer" && meta.commodity === "water" && typeof meta.inactiveSinceMs !== "number";
    if (!isUsed || !kind.duty.isJudged) continue;
    put("agent", meta.agent, meter);
    put("dma", meta.dma, meter);
  }
  return groups;
}

function keyOf(kind: Group["kind"], id: string): string {
  return `${kind}|${id}`;
}

function proofOf({ kind }: Group, count: Count, shards: number, least: number): Proof {
  const [still, known, litres] = [shards * count.still, shards * count.known, shards * count.litres];
  const percent = Math.round((100 * still) / Math.max(1, known));
  const [aboutEn, aboutZh] = shards === 1 ? ["", ""] : ["about ", "约"];
  const endsBelow = shards * Math.max(least, Math.ceil(LEAST_SHARE * count.known));
  const [whatEn, whatZh] = kind === "agent" ? ["that this agent reads", "该终端所采"] : ["of this district", "该分区"];
  return {
    actual: 0,
    expected: litres / 24,
    excess: litres / 24,
    isLoss: false,
    reason: {
      en: `${aboutEn}${still} of the ${known} meters ${whatEn} (${percent} %) stand still since the same day: old values, no supply or a holiday rather than ${still} stopped meters`,
      zh: `${whatZh}的 ${known} 只水表中${aboutZh}有 ${still} 只（${percent}%）自同一天起不走：更可能是采集返回旧值、停水或假期，而不是 ${still} 只表停走`,
    },
    clearsWhen: {
      en: `fewer than ${aboutEn}${endsBelow} of them stand still`,
      zh: `仍不走的少于${aboutZh} ${endsBelow} 只`,
    },
    details: { stillMeters: still, knownMeters: known },
  };
}
