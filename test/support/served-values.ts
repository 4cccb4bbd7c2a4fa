import { channelIdOf } from "@nightflow/domain";
import type { Town, TownMeter } from "@nightflow/simulators";
import { readLedger } from "@nightflow/simulators";

/** One value that left a simulated meter, as its channel would show it. */
export interface ServedValue {
  readonly servedAtMs: number;
  /** Counts of a register; a gauge in the channel's unit. */
  readonly value: number;
}

const PER_SECOND = new Set(["siemens-mag6000", "vortex-gas"]);
const SECONDS_PER_HOUR = 3600;

/** The simulators' ledger by channel: what was served, and when, in the terms of the platform. */
export class ServedValues {
  readonly #byChannel: ReadonlyMap<string, readonly ServedValue[]>;
  readonly #seen: ReadonlySet<string>;

  private constructor(byChannel: Map<string, ServedValue[]>) {
    this.#byChannel = byChannel;
    this.#seen = new Set(
      [...byChannel].flatMap(([channel, values]) => values.map(({ value }) => keyOf(channel, value))),
    );
  }

  /** Reads the whole ledger of a data directory. */
  static async read(ledgerDir: string, town: Town): Promise<ServedValues> {
    const meters = new Map(town.meters.map((meter) => [meter.id, meter]));
    const byChannel = new Map<string, ServedValue[]>();
    for await (const { meter: id, register, servedAtMs, value } of readLedger(ledgerDir)) {
      const meter = meters.get(id);
      const quantity = meter?.registers.find((one) => one.name === register)?.quantity;
      if (meter === undefined || quantity === undefined)
        throw new Error(`the ledger has ${id}.${register}, which the town has not`);
      const channel = channelIdOf(id, quantity);
      const values = byChannel.get(channel) ?? [];
      values.push({ servedAtMs, value: value * factorOf(meter, register) });
      byChannel.set(channel, values);
    }
    return new ServedValues(byChannel);
  }

  /** Whether a channel's meter has ever served this value. */
  has(channel: string, value: number): boolean {
    return this.#seen.has(keyOf(channel, value));
  }

  /** Everything that one channel served, in order. */
  of(channel: string): readonly ServedValue[] {
    return this.#byChannel.get(channel) ?? [];
  }
}

/** Flow of these two models travels per second, and their channels are per hour. */
function factorOf({ profile }: TownMeter, register: string): number {
  return register === "flow" && profile !== null && PER_SECOND.has(profile) ? SECONDS_PER_HOUR : 1;
}

// Twelve digits tell any two singles apart and forgive the order of a multiplication.
function keyOf(channel: string, value: number): string {
  return `${channel} ${Number.isInteger(value) ? value : value.toPrecision(12)}`;
}
