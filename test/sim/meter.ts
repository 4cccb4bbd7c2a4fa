import { ChannelId, type Reading } from "@nightflow/domain";
import type { KnownChannel } from "@nightflow/storage/pure";
import type { SettableClock } from "./clocks.ts";
import type { Dice } from "./random.ts";
import { POISON_COUNTS } from "./store-server.ts";

const DAY_MS = 86_400_000;

/** The channels of one agent: registers and gauges that the registry knows, and one that it does not know yet. */
export interface MeterChannels {
  readonly known: readonly KnownChannel[];
  readonly unknown: KnownChannel;
}

/** Channels for an agent, named after it. */
export function channelsOf(agent: string, count: number): MeterChannels {
  const known = Array.from({ length: count }, (_, at) => channel(`${agent}-M${at}`, at % 3 === 2));
  return { known, unknown: channel(`${agent}-NEW`, false) };
}

function channel(meter: string, isGauge: boolean): KnownChannel {
  const limits = { capacityCounts: null, maxCountsPerHour: null };
  if (isGauge)
    return { id: `${meter}.pressure`, meter, quantity: "pressure", unit: "kPa", resolution: null, ...limits };
  return { id: `${meter}.forward_total`, meter, quantity: "forward_total", unit: "m3", resolution: 0.001, ...limits };
}

/** Makes up what meters say: mostly good readings, and all that ingest has to sort out. No two values are alike. */
export class Meter {
  readonly #dice: Dice;
  readonly #clock: SettableClock;
  readonly #channels: MeterChannels;
  #value = 1000;
  #said: Reading[] = [];

  constructor(dice: Dice, clock: SettableClock, channels: MeterChannels) {
    this.#dice = dice;
    this.#clock = clock;
    this.#channels = channels;
  }

  poll(): Reading[] {
    const readings = this.#channels.known.map(({ id }) => this.#usual(ChannelId.parse(id)));
    const odd = this.#odd();
    if (odd !== undefined) readings.push(odd);
    this.#said = [...this.#said, ...readings].slice(-200);
    return readings;
  }

  #usual(channel: ChannelId): Reading {
    const readAt = this.#clock.now() - (this.#dice.chance(0.04) ? this.#dice.whole(1, 100_000) : 0);
    if (this.#dice.chance(0.03)) return { quality: "missing", channel, readAt, reason: "timeout" };
    return good(channel, readAt, this.#nextValue());
  }

  #odd(): Reading | undefined {
    const now = this.#clock.now();
    const fate = this.#dice.whole(0, 30);
    if (fate === 0) return good(ChannelId.parse(this.#channels.unknown.id), now, this.#nextValue());
    if (fate === 1) return this.#elsewhen(now + 3 * DAY_MS);
    if (fate === 2) return this.#elsewhen(Date.UTC(1980, 0) + this.#nextValue());
    if (fate === 3 && this.#said.length > 0) return this.#dice.pick(this.#said);
    if (fate === 4 && this.#said.length > 0) return this.#secondValue(this.#dice.pick(this.#said));
    if (fate === 5 && this.#dice.chance(0.2)) return this.#poison(now);
    return undefined;
  }

  #elsewhen(readAt: number): Reading {
    return good(ChannelId.parse(this.#dice.pick(this.#channels.known).id), readAt, this.#nextValue());
  }

  #secondValue({ channel, readAt }: Reading): Reading {
    return good(channel, readAt, this.#nextValue());
  }

  #poison(now: number): Reading {
    const register = this.#channels.known.find(({ resolution }) => resolution !== null);
    return good(ChannelId.parse(register?.id), now + 1, POISON_COUNTS);
  }

  #nextValue(): number {
    return ++this.#value;
  }
}

function good(channel: ChannelId, readAt: number, value: number | bigint): Reading {
  return { quality: "good", channel, readAt, value, flags: [] };
}
