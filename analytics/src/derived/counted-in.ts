import type { MeteredChannel } from "../pure/registry.ts";

/** The sums that a register's hours are counted in. Kept with its hours: what was added there is taken out there, wherever the meter stands by then. */
export interface CountedIn {
  readonly inletOf: readonly { readonly dma: string; readonly sign: 1 | -1 }[];
  /** District whose customers' use the register counts in. */
  readonly dma: string | null;
  /** Key account that it counts in. */
  readonly account: string | null;
  /** `site/agent` that is expected to read it. */
  readonly agent: string | null;
}

/** Where the hours of a meter's judged register count. */
export function countedIn(meter: MeteredChannel): CountedIn {
  const isCustomer = meter.purpose === "customer";
  return {
    inletOf: meter.inletOf,
    dma: isCustomer ? meter.dma : null,
    account: isCustomer && meter.isKeyAccount ? meter.account : null,
    agent: meter.agent,
  };
}

/** What is due in each hour by the registry: register-seconds of districts and key accounts, readings of agents. */
export interface Dues {
  readonly inletS: ReadonlyMap<string, number>;
  readonly usedS: ReadonlyMap<string, number>;
  readonly accountS: ReadonlyMap<string, number>;
  readonly readings: ReadonlyMap<string, number>;
}

/** The dues of a registry's judged registers. */
export function duesOf(meters: Iterable<MeteredChannel>): Dues {
  const dues = {
    inletS: new Map<string, number>(),
    usedS: new Map<string, number>(),
    accountS: new Map<string, number>(),
    readings: new Map<string, number>(),
  };
  for (const meter of meters) {
    const { inletOf, dma, account, agent } = countedIn(meter);
    for (const inlet of inletOf) raise(dues.inletS, inlet.dma, 3600);
    if (dma !== null) raise(dues.usedS, dma, 3600);
    if (account !== null) raise(dues.accountS, account, 3600);
    if (agent !== null) raise(dues.readings, agent, 3_600_000 / Math.max(60_000, meter.periodMs));
  }
  return dues;
}

function raise(sums: Map<string, number>, key: string, by: number): void {
  sums.set(key, (sums.get(key) ?? 0) + by);
}
