import type { Sql } from "@nightflow/storage";
import { CountedPlaces } from "./counted-places.ts";
import { HeldDays } from "./held-days.ts";
import { loadDays, loadRegisters } from "./kept-rows.ts";
import { MeterDay } from "./meter-day.ts";
import { RegisterHours } from "./register-hours.ts";

/** A register in memory; its state lies in `slot` of `HeldRegisters.hours`. */
export interface HeldRegister {
  readonly channel: string;
  readonly slot: number;
  /** First UTC day whose hours can still be corrected. */
  keptFromDay: number;
  /** Commits were forgotten: the next reading tells the register anew. */
  isStale: boolean;
  readonly days: HeldDays;
}

/**
 * Registers that are worked on, in memory: what the database has of them, and what it has not got yet. Those worked on since
 * they were last written are never let go of; of the others the ones that were not asked for longest go first.
 */
export class HeldRegisters {
  readonly hours = new RegisterHours();
  readonly places = new CountedPlaces();
  /** Worked on since they were last written. */
  readonly open = new Set<HeldRegister>();
  readonly #held = new Map<string, HeldRegister>();
  readonly #freeSlots: number[] = [];
  #slots = 0;

  get size(): number {
    return this.#held.size;
  }

  /** The registers of these channels, from the database where they are not here; ones that are new to both begin. */
  async hold(sql: Sql, channels: readonly string[]): Promise<HeldRegister[]> {
    const unknown = channels.filter((channel) => !this.#held.has(channel));
    const kept = unknown.length === 0 ? undefined : await loadRegisters(sql, unknown);
    for (const channel of unknown) {
      const row = kept?.get(channel);
      // What the database does not know has no days there either.
      const days = new HeldDays(row ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY);
      const slot = this.#takeSlot(row?.state);
      const { keptFromDay = 0, isStale = false } = row ?? {};
      this.#held.set(channel, { channel, slot, keptFromDay, isStale, days });
    }
    return channels.map((channel) => this.#asked(channel));
  }

  /** Brings the days from `fromDay` on of each register here. */
  async holdDays(sql: Sql, wanted: readonly { readonly register: HeldRegister; readonly fromDay: number }[]) {
    const missing = wanted.filter(({ register, fromDay }) => fromDay < register.days.heldFrom);
    if (missing.length === 0) return;
    const rows = await loadDays(
      sql,
      missing.map(({ register, fromDay }) => ({ channel: register.channel, fromDay })),
    );
    for (const { channel, utcDay, bytes, countedIn } of rows)
      this.#held.get(channel)?.days.take(MeterDay.fromBytes(utcDay, bytes), this.places.of(countedIn));
    for (const { register, fromDay } of missing) register.days.heldFrom = fromDay;
  }

  /** All that was open is written. Lets go of registers above `most`. */
  settle(most: number): void {
    for (const register of this.open) {
      register.isStale = false;
      register.days.settle();
    }
    this.open.clear();
    for (const register of this.#held.values()) {
      if (this.#held.size <= most) return;
      this.#held.delete(register.channel);
      this.#freeSlots.push(register.slot);
    }
  }

  /** Days of these channels before the given one are gone from the database. Nothing may be open. */
  forget(keptFromDays: ReadonlyMap<string, number>): void {
    for (const [channel, keptFromDay] of keptFromDays) {
      const register = this.#held.get(channel);
      if (!register) continue;
      register.keptFromDay = Math.max(register.keptFromDay, keptFromDay);
      register.days.forgetBefore(keptFromDay);
    }
  }

  /** Lets go of everything, also of what was not written: it will be told again. */
  clear(): void {
    this.#held.clear();
    this.open.clear();
    this.#freeSlots.length = 0;
    this.#slots = 0;
  }

  #takeSlot(state: Uint8Array | undefined): number {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    this.hours.standOn(slot);
    this.hours.load(state);
    return slot;
  }

  /** The register, now the last one to go. */
  #asked(channel: string): HeldRegister {
    const register = this.#held.get(channel);
    if (!register) throw new RangeError(`register ${channel} is not held`);
    this.#held.delete(channel);
    this.#held.set(channel, register);
    return register;
  }
}
