import type { CountedIn } from "./counted-in.ts";
import { DAY_MS, HOUR_MS, type HourShare, type MeterDay } from "./meter-day.ts";

const DISTRICT = ["inputMl", "inputGoodS", "inputEstimatedS", "usedMl", "usedGoodS", "usedEstimatedS"] as const;
const ACCOUNT = ["usedMl", "usedGoodS", "usedEstimatedS"] as const;
const COLLECTION = ["arrived", "late", "missing"] as const;

type Sums<Name extends string> = { [Key in Name]: number };

/** What changes in one hour of one subject. */
export type HourChange<Name extends string> = Sums<Name> & { readonly subject: string; readonly hourMs: number };

/** Changes of many hours, one row for each subject and hour. */
class ChangeTable<Name extends string> {
  readonly #names: readonly Name[];
  readonly #rows = new Map<string, HourChange<Name>>();

  constructor(names: readonly Name[]) {
    this.#names = names;
  }

  at(subject: string, hourMs: number): HourChange<Name> {
    const key = `${hourMs}|${subject}`;
    let row = this.#rows.get(key);
    if (!row) {
      const sums = Object.fromEntries(this.#names.map((name) => [name, 0])) as Sums<Name>;
      row = { subject, hourMs, ...sums };
      this.#rows.set(key, row);
    }
    return row;
  }

  /** The hours in which anything changes. */
  changed(): HourChange<Name>[] {
    return [...this.#rows.values()].filter((row) => this.#names.some((name) => row[name] !== 0));
  }
}

/** A register's day, and the sums that it is counted in. */
export interface CountedDay {
  readonly day: MeterDay;
  readonly in: CountedIn;
}

/** Gathers what the days of many registers change in the sums: the old share out, the new one in. */
export class HourChanges {
  readonly districts = new ChangeTable(DISTRICT);
  readonly accounts = new ChangeTable(ACCOUNT);
  readonly agents = new ChangeTable(COLLECTION);

  /** Replaces a register's day by what it has become; all its hours where they count in other sums now, else those touched. */
  replace(before: CountedDay | undefined, now: CountedDay): void {
    const isMoved = before !== undefined && before.in !== now.in;
    for (let hour = 0; hour < 24; hour++) {
      if (!isMoved && !now.day.isTouched(hour)) continue;
      const hourMs = now.day.utcDay * DAY_MS + hour * HOUR_MS;
      if (before) this.#count(before.day.share(hour), before.in, hourMs, -1);
      this.#count(now.day.share(hour), now.in, hourMs, 1);
    }
  }

  #count(share: HourShare, where: CountedIn, hourMs: number, times: 1 | -1): void {
    if (isNothing(share)) return;
    for (const { dma, sign } of where.inletOf) this.#countInlet(this.districts.at(dma, hourMs), share, sign, times);
    if (where.dma !== null) countUse(this.districts.at(where.dma, hourMs), share, times);
    if (where.account !== null) countUse(this.accounts.at(where.account, hourMs), share, times);
    if (where.agent === null) return;
    const agent = this.agents.at(where.agent, hourMs);
    for (const name of COLLECTION) agent[name] += times * share[name];
  }

  #countInlet(row: Sums<(typeof DISTRICT)[number]>, share: HourShare, sign: 1 | -1, times: 1 | -1): void {
    row.inputMl += times * sign * share.ml;
    row.inputGoodS += times * share.goodS;
    row.inputEstimatedS += times * share.estimatedS;
  }
}

function countUse(row: Sums<(typeof ACCOUNT)[number]>, share: HourShare, times: 1 | -1): void {
  row.usedMl += times * share.ml;
  row.usedGoodS += times * share.goodS;
  row.usedEstimatedS += times * share.estimatedS;
}

function isNothing({ goodS, estimatedS, arrived, missing, ml }: HourShare): boolean {
  return goodS === 0 && estimatedS === 0 && arrived === 0 && missing === 0 && ml === 0;
}
