import { mutated } from "./mutate.ts";
import { SeededRandom } from "./random.ts";
import type { FuzzTarget } from "./target.ts";

/** An input that a decoder did not bear. */
export interface FuzzFailure {
  readonly target: string;
  readonly kind: "exception" | "not a number" | "slow";
  readonly text: string;
  /** The input, hex. */
  readonly input: string;
}

/** What came of one decoder. */
export interface FuzzCount {
  readonly target: string;
  readonly inputs: number;
  /** Inputs that it refused as it says that it does. */
  readonly refused: number;
  readonly failures: readonly FuzzFailure[];
  readonly tookMs: number;
}

export interface FuzzOrder {
  readonly target: FuzzTarget;
  readonly inputs: number;
  readonly seed: number;
  /** Told of each input before it is decoded, so that a watch can say what hung. */
  readonly onInput?: (bytes: Uint8Array) => void;
}

/** An input that takes longer is a fault: a line must not stand still for what comes over it. */
const SLOW_MS = 1000;
const MOST_FAILURES = 10;

/** Gives a decoder so many inputs. The same seed gives the same inputs. */
export function fuzz({ target, inputs, seed, onInput }: FuzzOrder): FuzzCount {
  const random = new SeededRandom(seed ^ hashOf(target.name));
  const failures: FuzzFailure[] = [];
  const beganMs = performance.now();
  let refused = 0;
  for (let done = 0; done < inputs && failures.length < MOST_FAILURES; done++) {
    const bytes = mutated(random, target.seeds);
    if (random.below(2) === 0) repaired(target, bytes);
    onInput?.(bytes);
    const outcome = outcomeOf(target, bytes);
    if (outcome === "refused") refused++;
    else if (outcome !== "fine")
      failures.push({ ...outcome, target: target.name, input: Buffer.from(bytes).toString("hex") });
  }
  return { target: target.name, inputs, refused, failures, tookMs: performance.now() - beganMs };
}

function repaired({ repair }: FuzzTarget, bytes: Uint8Array): void {
  if (bytes.length >= 2) repair?.(bytes);
}

function outcomeOf(target: FuzzTarget, bytes: Uint8Array): "fine" | "refused" | Pick<FuzzFailure, "kind" | "text"> {
  const beganMs = performance.now();
  try {
    const decoded = target.run(bytes);
    const place = notANumberIn(decoded, "", 0);
    if (place !== undefined) return { kind: "not a number", text: place };
  } catch (error) {
    if (target.isDeclared(error)) return "refused";
    return { kind: "exception", text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
  const tookMs = performance.now() - beganMs;
  return tookMs > SLOW_MS ? { kind: "slow", text: `${Math.round(tookMs)} ms` } : "fine";
}

const DEEPEST = 8;

/** Where a decoded thing holds NaN or an infinite number; undefined where nowhere. */
function notANumberIn(value: unknown, path: string, depth: number): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : `${path || "value"} is ${value}`;
  if (typeof value !== "object" || value === null || depth > DEEPEST || ArrayBuffer.isView(value)) return undefined;
  for (const [key, item] of Object.entries(value)) {
    const place = notANumberIn(item, `${path}.${key}`, depth + 1);
    if (place !== undefined) return place;
  }
  return undefined;
}

function hashOf(text: string): number {
  let hash = 0;
  for (const letter of text) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return hash;
}

/** How many of `total` inputs each target gets, by its share. */
export function sharesOf(targets: readonly FuzzTarget[], total: number): readonly number[] {
  const whole = targets.reduce((sum, { share }) => sum + share, 0);
  return targets.map(({ share }) => Math.max(1, Math.round((total * share) / whole)));
}
