import {
  type AgentConfig,
  type Clock,
  type ConfigResult,
  canonicalJson,
  checkAgentConfig,
  describeError,
} from "@nightflow/domain";
import type { Logger } from "pino";
import type { BusFleet, FleetChange } from "../bus-fleet.ts";
import type { Timers } from "../timers.ts";
import { type ConfigBook, type ConfigState, hashOfConfig, type KeptConfig } from "./config-book.ts";

/** What the configuration from afar works with. */
export interface RemoteConfigDeps {
  readonly book: ConfigBook;
  readonly fleet: BusFleet;
  /** What the agent reads while nobody has sent it anything: its own file. Null: it waits. */
  readonly own: AgentConfig | null;
  /** What is wrong with a configuration that only drivers and profiles know. */
  readonly faultsOf: (config: AgentConfig) => readonly string[];
  /** Called with a configuration just before its buses are opened. */
  readonly beforeApply: (config: AgentConfig) => void;
  readonly isConnected: () => boolean;
  /** Called after everything that the platform should hear of. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Starts of the agent within one trial, after which the configuration is taken for what ends it. */
const STARTS_IN_A_TRIAL = 3;
const MOST_FAULTS = 200;
const NO_BUSES: FleetChange = { kept: 0, opened: 0, closed: 0 };
const NOTHING_YET: AgentConfig = {
  v: 1,
  channels: [],
  buses: [],
  healthCheck: { afterS: 120, buses: true, uplink: true },
};

/**
 * Takes configurations over from afar: checks them, applies what differs, watches whether they work, and goes back to the
 * last good one where they do not. The old one goes on until a new one is found without fault; the outbox and the way to
 * the head-end are never touched.
 */
export class RemoteConfig {
  readonly #deps: RemoteConfigDeps;
  readonly #ownHash: string | null;
  #work: Promise<void> = Promise.resolve();
  #cancelTrial: (() => void) | undefined;
  #wasConnectedInTrial = false;
  #isClosed = false;
  #appliedAt: number | null = null;

  constructor(deps: RemoteConfigDeps) {
    this.#deps = deps;
    this.#ownHash = deps.own === null ? null : hashOfConfig(JSON.stringify(deps.own));
  }

  /** What became of the newest configuration that was sent. */
  get result(): ConfigResult | null {
    return this.#deps.book.state.result;
  }

  /** Where what is read comes from. */
  get source(): "file" | "remote" | "none" {
    if (this.#deps.book.state.current !== null) return "remote";
    return this.#deps.own === null ? "none" : "file";
  }

  /** The hash of what is read; null while nothing is. */
  get hash(): string | null {
    const { current } = this.#deps.book.state;
    if (current !== null) return current.hash;
    return this.#ownHash;
  }

  /** When what is read was taken over by this run, business time; null before the start. */
  get appliedAt(): number | null {
    return this.#appliedAt;
  }

  /** Begins with what was in force at the end of the last run. */
  start(): Promise<void> {
    return this.#inTurn(async () => {
      const { book, logger } = this.#deps;
      const { current, trial } = book.state;
      if (current === null) return void (await this.#apply(this.#deps.own ?? NOTHING_YET));
      if (trial !== null && trial.starts >= STARTS_IN_A_TRIAL)
        return await this.#goBack([`the agent was started ${trial.starts} times during the trial`]);
      if (trial !== null) await this.#note({ ...book.state, trial: { ...trial, starts: trial.starts + 1 } });
      const { config, faults } = this.#read(current);
      if (config === null) return await this.#goBack(faults);
      try {
        await this.#apply(config);
      } catch (error) {
        if (trial !== null) return await this.#goBack([describeError(error)]);
        throw error;
      }
      if (trial !== null) this.#watchTrial(config);
      logger.info({ hash: current.hash, buses: config.buses.length }, "remote configuration: in force");
    });
  }

  /** Takes what came on the config topic; resolves when it is in force, or refused. */
  take(payload: Uint8Array): Promise<void> {
    return this.#inTurn(() => this.#take(Buffer.from(payload).toString("utf8")));
  }

  /** The head-end is there: a trial has reached it. */
  connected(): void {
    this.#wasConnectedInTrial = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelTrial?.();
    await this.#work;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#work.then(work);
    this.#work = done.catch((error: unknown) =>
      this.#deps.logger.error({ error: describeError(error) }, "remote configuration: not taken over"),
    );
    return this.#work;
  }

  async #take(payload: string): Promise<void> {
    // A retained message that was cleared: nobody asks for anything, and what is read goes on.
    if (this.#isClosed || payload === "") return;
    const { state } = this.#deps.book;
    const hash = hashOfConfig(payload);
    if (hash === state.current?.hash) return await this.#sameAgain(state, hash);
    // One that was refused is looked at again: a profile or a newer agent may be here now.
    const wasTakenBack = state.result?.hash === hash && state.result.outcome === "rolled-back";
    if (wasTakenBack) return this.#deps.onChange();
    const { config, faults } = this.#read({ hash, payload });
    if (config === null) return await this.#refuse(hash, faults);
    await this.#tryOut({ hash, payload }, config);
  }

  /** The same as what is in force: nothing is touched. Only that an older verdict was about another one is noted. */
  async #sameAgain(state: ConfigState, hash: string): Promise<void> {
    if (state.trial === null && state.result?.hash !== hash)
      await this.#deps.book.write({ ...state, result: this.#verdict(hash, "applied", [], NO_BUSES) });
    this.#deps.onChange();
  }

  #read({ payload }: KeptConfig): { config: AgentConfig | null; faults: readonly string[] } {
    const { json, fault } = parsed(payload);
    if (fault !== undefined) return { config: null, faults: [fault] };
    const checked = checkAgentConfig(json);
    if (checked.config === null)
      return { config: null, faults: checked.faults.map(({ path, message }) => `${path}: ${message}`) };
    const faults = this.#deps.faultsOf(checked.config);
    return faults.length === 0 ? { config: checked.config, faults } : { config: null, faults };
  }

  async #apply(config: AgentConfig): Promise<FleetChange> {
    this.#deps.beforeApply(config);
    const change = await this.#deps.fleet.apply(config);
    this.#appliedAt = this.#deps.clock.now();
    return change;
  }

  async #refuse(hash: string, faults: readonly string[]): Promise<void> {
    const { book, logger } = this.#deps;
    const before = book.state.result;
    const verdict = this.#verdict(hash, "refused", faults, NO_BUSES);
    // It comes again with every connection: a disk is not worn by that.
    if (before?.hash !== hash || canonicalJson(before.faults) !== canonicalJson(verdict.faults)) {
      logger.error({ hash, faults }, "remote configuration: refused; what was read goes on");
      await book.write({ ...book.state, result: verdict });
    }
    this.#deps.onChange();
  }

  /** Writes what only tells how things went on; that a disk is full stops nothing. Whether it is written. */
  async #note(state: ConfigState): Promise<boolean> {
    const { book, logger } = this.#deps;
    try {
      await book.write(state);
      return true;
    } catch (error) {
      logger.error({ reason: describeError(error) }, "remote configuration: its state is not on disk");
      return false;
    }
  }

  /**
   * Written before it is applied: an agent that is killed in between starts with the new one, on trial. Where one is on
   * trial already, what it would go back to stays: only what was good is worth going back to.
   */
  async #tryOut(next: KeptConfig, config: AgentConfig): Promise<void> {
    const { book, fleet, logger } = this.#deps;
    const { state } = book;
    this.#cancelTrial?.();
    const goodBuses =
      state.trial?.goodBuses ?? fleet.health().flatMap(({ bus, state: is }) => (isAlive(is) ? bus : []));
    const wasConnected = state.trial?.wasConnected ?? this.#deps.isConnected();
    await book.write({
      v: 1,
      current: next,
      previous: state.trial === null ? state.current : state.previous,
      trial: { goodBuses, wasConnected, starts: 0 },
      result: this.#verdict(next.hash, "trying", [], NO_BUSES),
    });
    try {
      const change = await this.#apply(config);
      logger.info({ hash: next.hash, ...change }, "remote configuration: taken over, on trial");
      await this.#note({ ...book.state, result: this.#verdict(next.hash, "trying", [], change) });
    } catch (error) {
      return await this.#goBack([describeError(error)]);
    }
    this.#deps.onChange();
    this.#watchTrial(config);
  }

  #watchTrial({ healthCheck }: AgentConfig): void {
    this.#wasConnectedInTrial = this.#deps.isConnected();
    this.#cancelTrial = this.#deps.timers.after(
      healthCheck.afterS * 1000,
      () => void this.#inTurn(() => this.#judge()),
    );
  }

  async #judge(): Promise<void> {
    const { book, fleet } = this.#deps;
    const { trial, current, result } = book.state;
    if (this.#isClosed || trial === null || current === null) return;
    const reasons = await this.#failures(trial);
    if (reasons.length > 0) return await this.#goBack(reasons);
    const change = result?.buses ?? { ...NO_BUSES, kept: fleet.ids().length };
    const verdict = this.#verdict(current.hash, "applied", [], change);
    const isWritten = await this.#note({ ...book.state, trial: null, result: verdict });
    if (!isWritten) return this.#watchTrial(fleet.config ?? NOTHING_YET);
    this.#deps.logger.info({ hash: current.hash }, "remote configuration: it works");
    this.#deps.onChange();
  }

  async #failures({ goodBuses, wasConnected }: NonNullable<ConfigState["trial"]>): Promise<string[]> {
    const { fleet } = this.#deps;
    const check = fleet.config?.healthCheck ?? NOTHING_YET.healthCheck;
    const silent: string[] = [];
    if (check.buses) for (const bus of goodBuses) if (await this.#isSilent(bus)) silent.push(bus);
    const reasons = silent.map((bus) => `bus ${bus} was good before and answers nothing now`);
    if (check.uplink && wasConnected && !this.#wasConnectedInTrial && !this.#deps.isConnected())
      reasons.push("the head-end was there before and has not been reached since");
    return reasons;
  }

  /** Meters that are read once an hour would say nothing for an hour: where nothing was asked yet, one is asked now. */
  async #isSilent(id: string): Promise<boolean> {
    const { fleet } = this.#deps;
    const stateOf = () => fleet.health().find(({ bus }) => bus === id)?.state;
    if (stateOf() !== "waiting") return stateOf() === "silent";
    const bus = fleet.find(id);
    if (bus?.readNow === undefined) return false;
    for (const meter of fleet.metersOf(id).slice(0, 3))
      if ((await bus.readNow(meter)).outcome === "answered") return false;
    return stateOf() !== undefined;
  }

  /** Back to the last good one: the remote one before, else the agent's own file, else nothing. */
  async #goBack(reasons: readonly string[]): Promise<void> {
    const { book, logger, own } = this.#deps;
    const { previous, current } = book.state;
    const hash = current?.hash ?? "";
    logger.error(
      { hash, reasons, backTo: previous?.hash ?? "the agent's own file" },
      "remote configuration: taken back",
    );
    const kept = previous === null ? null : this.#read(previous).config;
    const verdict = this.#verdict(hash, "rolled-back", reasons, NO_BUSES);
    await this.#note({ v: 1, current: kept === null ? null : previous, previous: null, trial: null, result: verdict });
    const change = await this.#apply(kept ?? own ?? NOTHING_YET);
    await this.#note({ ...book.state, result: this.#verdict(hash, "rolled-back", reasons, change) });
    this.#deps.onChange();
  }

  #verdict(
    hash: string,
    outcome: ConfigResult["outcome"],
    faults: readonly string[],
    { kept, opened, closed }: FleetChange,
  ): ConfigResult {
    const told = faults.slice(0, MOST_FAULTS).map((fault) => fault.slice(0, 1000));
    return { hash, outcome, at: this.#deps.clock.now(), faults: told, buses: { kept, opened, closed } };
  }
}

function isAlive(state: string): boolean {
  return state === "good" || state === "partly";
}

function parsed(payload: string): { json?: unknown; fault?: string } {
  try {
    const json: unknown = JSON.parse(payload);
    const version = (json as { v?: unknown } | null)?.v;
    if (typeof version === "number" && version > 1)
      return { fault: `v: the configuration has version ${version} and this agent knows 1: update the agent` };
    return { json };
  } catch (error) {
    return { fault: `config: it is not JSON: ${describeError(error)}` };
  }
}
