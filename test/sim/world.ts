import { attach } from "./patched-node.ts";
import { Dice } from "./random.ts";
import { Trace } from "./trace.ts";
import { VirtualTime } from "./virtual-time.ts";

/** Ways in which a promise is broken on purpose, to see that the checks find it. */
export const BREAKS = ["ack-before-commit", "no-fsync", "mark-apart", "no-repeat-check"] as const;
export type Break = (typeof BREAKS)[number];

/** An invariant that does not hold. */
export class BrokenPromise extends Error {
  readonly invariant: string;

  constructor(invariant: string, text: string) {
    super(`${invariant}: ${text}`);
    this.name = "BrokenPromise";
    this.invariant = invariant;
  }
}

/** What every part of one simulation shares. */
export class World {
  readonly seed: number;
  readonly broken: Break | undefined;
  readonly time = new VirtualTime();
  readonly dice: Dice;
  readonly trace: Trace;
  /** The first promise that was found broken. */
  failure: BrokenPromise | undefined;

  constructor(seed: number, broken?: Break) {
    this.seed = seed;
    this.broken = broken;
    this.dice = new Dice(seed);
    this.trace = new Trace(() => this.time.now());
    attach({ time: this.time, dice: this.dice.fork() });
  }

  note(who: string, what: string): void {
    this.trace.note(who, what);
  }

  /** Says that a promise is broken. The first one counts: what follows may follow from it. */
  fail(invariant: string, text: string): void {
    if (this.failure !== undefined) return;
    this.failure = new BrokenPromise(invariant, text);
    this.note("!", `${invariant}: ${text}`);
  }
}
