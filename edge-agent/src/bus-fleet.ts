import {
  type AgentConfig,
  type Bus,
  type BusHealth,
  describeError,
  diffAgentConfigs,
  type LineHealth,
  type OpcUaServerStanding,
  type UnitHealth,
} from "@nightflow/domain";
import type { RunningBus } from "./drivers/driver.ts";
import { BusOpenError } from "./errors.ts";

/** How many buses a change left alone, opened and closed. */
export interface FleetChange {
  readonly kept: number;
  readonly opened: number;
  readonly closed: number;
}

/** Opens one bus of a configuration. */
export type OpenBusOf = (bus: Bus, config: AgentConfig) => RunningBus;

interface Member {
  readonly bus: Bus;
  readonly running: RunningBus;
}

/** The buses that are being read. A change touches those that differ, and no others. */
export class BusFleet {
  readonly #open: OpenBusOf;
  readonly #members = new Map<string, Member>();
  #config: AgentConfig | null = null;
  #pollsSkippedBefore = 0;

  constructor(open: OpenBusOf) {
    this.#open = open;
  }

  /** What is being read. */
  get config(): AgentConfig | null {
    return this.#config;
  }

  /**
   * Reads by another configuration from now on; resolves when the buses that went have ended.
   *
   * @throws {BusOpenError} when buses did not open; all others are read, and the next change compares with these.
   */
  async apply(config: AgentConfig): Promise<FleetChange> {
    const { buses } = diffAgentConfigs(this.#config, config);
    const going = [...buses.removed, ...buses.changed];
    // One that fails while it ends has ended all the same: its line is let go of, and what comes next is opened.
    await Promise.allSettled(going.map((id) => this.#close(id)));
    const coming = new Set([...buses.added, ...buses.changed]);
    const faults = config.buses.filter(({ id }) => coming.has(id)).flatMap((bus) => this.#tryToOpen(bus, config));
    this.#config = { ...config, buses: config.buses.filter(({ id }) => this.#members.has(id)) };
    if (faults.length > 0) throw new BusOpenError(faults.join("; "));
    return { kept: config.buses.length - coming.size, opened: coming.size, closed: going.length };
  }

  #tryToOpen(bus: Bus, config: AgentConfig): string[] {
    try {
      this.#members.set(bus.id, { bus, running: this.#open(bus, config) });
      return [];
    } catch (error) {
      return [`bus ${bus.id} does not open: ${describeError(error)}`];
    }
  }

  /** A bus that is being read. */
  find(id: string): RunningBus | undefined {
    return this.#members.get(id)?.running;
  }

  /** The bus that reads a meter, with its id. */
  busOf(meter: string): { readonly id: string; readonly running: RunningBus } | undefined {
    for (const [id, member] of this.#members) if (metersOn(member).has(meter)) return { id, running: member.running };
    return undefined;
  }

  /** The meters of a bus, in the order of its configuration, and those that it has found. */
  metersOf(id: string): string[] {
    const member = this.#members.get(id);
    return member === undefined ? [] : [...metersOn(member)];
  }

  /** Ids of all buses. */
  ids(): string[] {
    return [...this.#members.keys()];
  }

  /** How all meters fare, bus by bus. */
  units(): { readonly bus: string; readonly units: UnitHealth[]; readonly line: LineHealth | undefined }[] {
    return [...this.#members].map(([bus, { running }]) => ({
      bus,
      units: running.health(),
      line: running.lineHealth?.(),
    }));
  }

  /** How each bus fares. */
  health(): BusHealth[] {
    return [...this.#members.values()].map(({ bus, running }) => healthOf(bus, running));
  }

  /** How the OPC UA servers fare. */
  opcUa(): OpcUaServerStanding[] {
    return [...this.#members.values()].flatMap(({ running }) => running.opcUa?.() ?? []);
  }

  /** Polls that were left out since the start, those of buses that are closed included. */
  get pollsSkipped(): number {
    return [...this.#members.values()].reduce(
      (sum, { running }) => sum + running.pollsSkipped,
      this.#pollsSkippedBefore,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#members.keys()].map((id) => this.#close(id)));
  }

  async #close(id: string): Promise<void> {
    const member = this.#members.get(id);
    if (member === undefined) return;
    this.#members.delete(id);
    this.#pollsSkippedBefore += member.running.pollsSkipped;
    await member.running.close();
  }
}

function metersOn({ bus, running }: Member): Set<string> {
  const configured = "items" in bus ? bus.items : bus.units;
  return new Set([...configured.map(({ meter }) => meter), ...(running.meters?.() ?? [])]);
}

function healthOf(bus: Bus, running: RunningBus): BusHealth {
  const units = running.health();
  const sum = (of: (unit: UnitHealth) => number) => units.reduce((total, unit) => total + of(unit), 0);
  const polls = sum(({ polls }) => polls);
  const good = units.filter(({ state, polls }) => state !== "silent" && polls > 0).length;
  const lastGoodAt = units.reduce<number | null>((last, unit) => laterOf(last, unit.lastGoodAt), null);
  const line = running.lineHealth?.();
  return {
    bus: bus.id,
    kind: bus.kind,
    state: stateOf(units, good),
    units: units.length,
    good,
    lastGoodAt,
    polls,
    failures: sum(({ failures }) => failures),
    pollsSkipped: running.pollsSkipped,
    ...lately(units),
    ...(line && { line }),
  };
}

/** The polls of a unit's record; a unit weighs by as many of them as there are. */
const POLLS_OF_A_RATIO = 100;

/** How a bus fared of late, by its units; nothing where they keep no record. */
function lately(units: readonly UnitHealth[]): Pick<BusHealth, "successRatio" | "latencyMs"> {
  const recorded = units.flatMap(({ successRatio, polls }) =>
    successRatio === undefined ? [] : [{ successRatio, weight: Math.min(polls, POLLS_OF_A_RATIO) }],
  );
  if (recorded.length === 0) return {};
  const weight = recorded.reduce((sum, unit) => sum + unit.weight, 0);
  const whole = recorded.reduce((sum, unit) => sum + unit.successRatio * unit.weight, 0);
  const latencies = units.flatMap(({ latencyMs }) => latencyMs ?? []).sort((a, b) => a - b);
  return { successRatio: Math.min(1, whole / weight), latencyMs: latencies[latencies.length >> 1] ?? null };
}

/** A bus is silent when everything that was asked is; meters that were not asked yet say nothing. */
function stateOf(units: readonly UnitHealth[], good: number): BusHealth["state"] {
  if (units.every(({ polls }) => polls === 0)) return "waiting";
  if (good === 0) return "silent";
  return units.every(({ state }) => state === "good") ? "good" : "partly";
}

function laterOf(a: number | null, b: number | null): number | null {
  return a === null || (b !== null && b > a) ? b : a;
}
