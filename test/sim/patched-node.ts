import crypto from "node:crypto";
import { syncBuiltinESMExports } from "node:module";
import timersPromises from "node:timers/promises";
import type { Dice } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** The instant, of the machine's clock, at which every simulation starts. */
export const START_AT_MS = Date.UTC(2026, 2, 1, 12);

interface Running {
  readonly time: VirtualTime;
  readonly dice: Dice;
}

let running: Running | undefined;

function now(): Running {
  if (running === undefined) throw new Error("a timer was set while no simulation runs");
  return running;
}

/**
 * Says which simulation Node's timers, clock and random numbers belong to from now on. The first call replaces them,
 * for this whole process: that keeps the rooms free of ports which only a simulation would need.
 */
export function attach(to: Running | undefined): void {
  if (running === undefined && to !== undefined) replaceAll();
  running = to ?? running;
}

let isReplaced = false;

function replaceAll(): void {
  if (isReplaced) return;
  isReplaced = true;
  replaceGlobals();
  replaceModules();
}

type Callback = (...args: unknown[]) => void;

function replaceGlobals(): void {
  const later = (run: Callback, ms = 0, ...args: unknown[]) => new Handle(now().time.after(ms, () => run(...args)));
  const cancel = (handle: unknown) => {
    if (handle instanceof Handle) handle.close();
  };
  Object.assign(globalThis, {
    setTimeout: later,
    clearTimeout: cancel,
    setInterval: (run: Callback, ms: number, ...args: unknown[]) => repeated(() => run(...args), Math.max(1, ms)),
    clearInterval: cancel,
    setImmediate: (run: Callback, ...args: unknown[]) => later(run, 0, ...args),
    clearImmediate: cancel,
  });
  Object.defineProperty(performance, "now", { value: monotonicNow, configurable: true });
  Date.now = () => START_AT_MS + Math.floor(now().time.now());
  Math.random = () => now().dice.share();
}

// Whoever measures how long his work took sometimes finds that it was long: that is how turns and time-outs are tried.
function monotonicNow(): number {
  const { time, dice } = now();
  if (dice.chance(0.01)) time.spend(dice.between(0, 4));
  return time.now();
}

function replaceModules(): void {
  const wait = async (ms = 0, value?: unknown) => {
    await now().time.wait(ms);
    return value;
  };
  Object.assign(timersPromises, { setTimeout: wait, setImmediate: (value?: unknown) => wait(0, value) });
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => now().dice.whole(0, 255)));
  Object.assign(crypto, { randomBytes, randomUUID: () => uuidOf(randomBytes(16).toString("hex")) });
  syncBuiltinESMExports();
}

function uuidOf(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function repeated(run: () => void, ms: number): Handle {
  let cancel = () => {};
  const again = () => {
    cancel = now().time.after(ms, () => {
      again();
      run();
    });
  };
  again();
  return new Handle(() => cancel());
}

/** What Node's timers give back, as far as anyone uses it. */
class Handle {
  readonly #cancel: () => void;

  constructor(cancel: () => void) {
    this.#cancel = cancel;
  }

  close(): void {
    this.#cancel();
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}
