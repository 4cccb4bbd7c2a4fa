import { type AccountCells, type AccountState, GATHER_HOURS } from "./pure/accounts/account-table.ts";
import type { Flow } from "./pure/detectors/flow.ts";

const HOUR_MS = 3_600_000;

/** An hour of all meters of an account together. */
export type GatheredHour = Flow;

/** Adds up the hours of an account's meters. An hour is good when all of them have told it and each part is good. */
export class AccountGather {
  readonly #state: AccountState;
  readonly #cells: AccountCells["gather"];

  constructor(state: AccountState, cells: AccountCells["gather"]) {
    this.#state = state;
    this.#cells = cells;
  }

  /**
   * Takes an hour of one meter into the account that the state stands on, and gives out those that are complete, in order. Where one
   * meter is `GATHER_HOURS` behind the others its hours are given up: the account's hour is then not good.
   */
  add(meters: number, flow: Flow, give: (hour: GatheredHour) => void): void {
    if (meters === 1) {
      give(flow);
      return;
    }
    const state = this.#state;
    const hour = Math.round(flow.startMs / HOUR_MS);
    if (state.gatherFirst === 0) state.gatherFirst = hour;
    if (hour < state.gatherFirst) return;
    this.#giveUpTo(hour - GATHER_HOURS, meters, give);
    this.#put(hour % GATHER_HOURS, flow);
    while (this.#cells.told.get(state.gatherFirst % GATHER_HOURS) >= meters) this.#giveFirst(meters, give);
  }

  #put(at: number, { litres, isGood }: Flow): void {
    const cells = this.#cells;
    cells.litres.set(at, cells.litres.get(at) + litres);
    cells.told.set(at, cells.told.get(at) + 1);
    if (isGood) cells.good.set(at, cells.good.get(at) + 1);
  }

  /** Gives out all hours up to and with `last`, complete or not; a long silence is passed over at once. */
  #giveUpTo(last: number, meters: number, give: (hour: GatheredHour) => void): void {
    const state = this.#state;
    for (let i = 0; i < GATHER_HOURS && state.gatherFirst <= last; i++) this.#giveFirst(meters, give);
    if (state.gatherFirst <= last) state.gatherFirst = last + 1;
  }

  #giveFirst(meters: number, give: (hour: GatheredHour) => void): void {
    const state = this.#state;
    const cells = this.#cells;
    const at = state.gatherFirst % GATHER_HOURS;
    const startMs = state.gatherFirst * HOUR_MS;
    const hour = {
      startMs,
      endMs: startMs + HOUR_MS,
      litres: cells.litres.get(at),
      isGood: cells.good.get(at) >= meters,
    };
    for (const cell of [cells.litres, cells.told, cells.good]) cell.set(at, 0);
    state.gatherFirst++;
    give(hour);
  }
}
