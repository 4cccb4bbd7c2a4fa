import type { Curve } from "@nightflow/storage";
import type { Episode } from "../pure/episodes.ts";
import { isConfirmed } from "../pure/precision.ts";
import {
  MOST_EXAMPLES,
  type Pair,
  type PreviewExample,
  type PreviewOutcome,
  type PreviewRequest,
  type PreviewResult,
} from "../pure/preview-result.ts";
import type { KnownOutcome } from "./known-outcomes.ts";
import type { UnitRun } from "./run-preview.ts";
import type { PreviewUnit } from "./units.ts";

const WEEK_MS = 7 * 86_400_000;
const MONTH_MS = 30 * 86_400_000;

interface Count {
  old: number;
  new: number;
}

type Rest = Pick<PreviewResult, "subjects" | "ofSubjects" | "whyFewer" | "learnsFromMs" | "tookMs">;

/** Adds up what a preview finds, subject by subject; it holds the first examples alone. */
export class PreviewTally {
  readonly #request: PreviewRequest;
  readonly #outcomes: Map<string, KnownOutcome[]>;
  readonly #weeks = new Map<number, Count>();
  readonly #districts = new Map<string | null, Count>();
  readonly #total: Count = { old: 0, new: 0 };
  readonly #changed: PreviewExample[] = [];
  readonly #kept: PreviewExample[] = [];
  readonly #judged: PreviewOutcome[] = [];
  readonly #tooLarge: string[] = [];
  #added = 0;
  #gone = 0;
  #readings = 0;

  constructor(request: PreviewRequest, outcomes: readonly KnownOutcome[]) {
    this.#request = request;
    this.#outcomes = Map.groupBy(outcomes, ({ subject }) => subject);
  }

  tooLarge(dma: string): void {
    this.#tooLarge.push(dma);
  }

  add(unit: PreviewUnit, run: UnitRun, curves: readonly Curve[]): void {
    this.#readings += curves.reduce((sum, { length }) => sum + length, 0);
    for (const episode of run.old) this.#count(episode, "old");
    for (const episode of run.new) this.#count(episode, "new");
    this.#noteChanges(run);
    for (const subject of subjectsOf(unit)) this.#noteOutcomes(subject, run);
  }

  result(rest: Rest): PreviewResult {
    const { fromMs, toMs } = this.#request;
    const thousandMonths = (rest.subjects * (toMs - fromMs)) / MONTH_MS / 1000;
    const rate = (count: number) => (thousandMonths > 0 ? count / thousandMonths : 0);
    return {
      ...rest,
      findings: { ...this.#total },
      added: this.#added,
      gone: this.#gone,
      perThousandMonths: { old: rate(this.#total.old), new: rate(this.#total.new) },
      perWeek: weeksOf(fromMs, toMs).map((from) => ({
        fromMs: from,
        ...(this.#weeks.get(from) ?? { old: 0, new: 0 }),
      })),
      perDistrict: [...this.#districts].map(([dma, count]) => ({ dma, ...count })).sort((a, b) => b.new - a.new),
      examples: [...this.#changed, ...this.#kept].slice(0, MOST_EXAMPLES),
      outcomes: this.#judged,
      confirmed: this.#hits(true),
      falseAlarms: this.#hits(false),
      tooLarge: this.#tooLarge,
      readings: this.#readings,
    };
  }

  #count({ finding }: Episode, side: keyof Pair): void {
    const { fromMs } = this.#request;
    const week = fromMs + Math.floor((finding.atMs - fromMs) / WEEK_MS) * WEEK_MS;
    countIn(this.#weeks, week)[side]++;
    countIn(this.#districts, finding.dma)[side]++;
    this.#total[side]++;
  }

  #noteChanges({ new: after, changes }: UnitRun): void {
    for (const change of changes) {
      if (change.kind === "changed") continue;
      if (change.kind === "new") this.#added++;
      else this.#gone++;
      const [episode, word] = change.kind === "new" ? [change.now, "added" as const] : [change.was, "gone" as const];
      if (this.#changed.length < MOST_EXAMPLES) this.#changed.push(exampleOf(episode, word));
    }
    const added = new Set(changes.flatMap((change) => (change.kind === "new" ? [change.now] : [])));
    for (const episode of after)
      if (!added.has(episode) && this.#kept.length < MOST_EXAMPLES) this.#kept.push(exampleOf(episode, "kept"));
  }

  #noteOutcomes(subject: string, run: UnitRun): void {
    for (const { endMs, ...known } of this.#outcomes.get(subject) ?? []) {
      const isHit = (episodes: readonly Episode[]) =>
        episodes.some(
          ({ finding, clearedAtMs }) => finding.startMs < endMs && (clearedAtMs ?? Infinity) > known.startMs,
        );
      this.#judged.push({
        ...known,
        isConfirmed: isConfirmed(known.outcome),
        isHitOld: isHit(run.old),
        isHitNew: isHit(run.new),
      });
    }
  }

  #hits(wanted: boolean): Pair & { readonly of: number } {
    const judged = this.#judged.filter((outcome) => outcome.isConfirmed === wanted);
    return {
      old: judged.filter(({ isHitOld }) => isHitOld).length,
      new: judged.filter(({ isHitNew }) => isHitNew).length,
      of: judged.length,
    };
  }
}

function subjectsOf({ id, isMeter, channels }: PreviewUnit): Set<string> {
  const [first] = channels;
  if (first?.isKeyAccount === true && !isMeter) return new Set([id, ...channels.map(({ meter }) => meter)]);
  if (first === undefined || (!isMeter && channels.length > 1)) return new Set([id]);
  return new Set([first.meter, ...(first.account === null ? [] : [first.account]), ...(isMeter ? [] : [id])]);
}

function countIn<Key>(counts: Map<Key, Count>, key: Key): Count {
  const count = counts.get(key) ?? { old: 0, new: 0 };
  counts.set(key, count);
  return count;
}

function weeksOf(fromMs: number, toMs: number): number[] {
  const weeks: number[] = [];
  for (let at = fromMs; at < toMs; at += WEEK_MS) weeks.push(at);
  return weeks;
}

function exampleOf({ finding, clearedAtMs }: Episode, change: PreviewExample["change"]): PreviewExample {
  const { rule, subjectKind, subject, dma, startMs, atMs, moneyPerDay, currency, evidence } = finding;
  const reason = evidence?.reason ?? { zh: "", en: "" };
  return {
    change,
    rule,
    subjectKind,
    subject,
    dma,
    startMs,
    knownAtMs: atMs,
    clearedAtMs,
    moneyPerDay,
    currency,
    reason,
  };
}
