import { describeError, gaugeFamily, type MetricFamily, type ProcessPart, type ProcessReport } from "@nightflow/domain";
import { ThreadVitals } from "./thread-vitals.ts";
import type { MetricSource, OperateView, ReadyCheck } from "./view.ts";
import { within } from "./within.ts";

/** A thread or process that can be looked at, from near or far. */
export interface OperatePart {
  readonly name: ProcessPart;
  /** Answers as soon as its event loop turns. */
  ping(): Promise<void>;
  metrics(): Promise<readonly MetricFamily[]>;
  report(): Promise<ProcessReport>;
}

/** A source or check that takes longer than this is left out, and said to be late. */
const PATIENCE_MS = 2000;
/** A report is made anew when it is older than this, however often it is asked for. */
const REPORT_AGE_MS = 1000;

/** The part of this thread, over the views of what runs in it. */
export class LocalPart implements OperatePart {
  readonly name: ProcessPart;
  readonly #view: OperateView;
  readonly #vitals: ThreadVitals;
  #report: { readonly madeAt: number; readonly made: Promise<ProcessReport> } | undefined;

  constructor(name: ProcessPart, view: OperateView) {
    this.name = name;
    this.#view = view;
    this.#vitals = new ThreadVitals(name);
  }

  async ping(): Promise<void> {}

  async metrics(): Promise<readonly MetricFamily[]> {
    const answers = await Promise.all(this.#view.metrics.map(gathered));
    const failures = answers.filter((answer) => answer === undefined).length;
    return [
      ...this.#vitals.families(),
      gaugeFamily("nightflow_metrics_missing_sources", "Sources of metrics that did not answer at this look.", {
        value: failures,
        labels: { thread: this.name },
      }),
      ...answers.flatMap((answer) => answer ?? []),
    ];
  }

  report(): Promise<ProcessReport> {
    const now = performance.now();
    if (this.#report === undefined || now - this.#report.madeAt > REPORT_AGE_MS)
      this.#report = { madeAt: now, made: this.#makeReport() };
    return this.#report.made;
  }

  close(): void {
    this.#vitals.stop();
  }

  async #makeReport(): Promise<ProcessReport> {
    const [reasons, figures] = await Promise.all([
      Promise.all(this.#view.checks.map(reasonOf)),
      Promise.all(this.#view.figures.map((give) => within(PATIENCE_MS, attempt(give)).catch(() => ({})))),
    ]);
    const open = reasons.filter((reason) => reason !== null).map((reason) => reason.slice(0, 300));
    return {
      part: this.name,
      isReady: open.length === 0,
      reasons: open.slice(0, 20),
      figures: onlyFinite(Object.assign({}, this.#vitals.figures(), ...figures)),
    };
  }
}

async function gathered(source: MetricSource): Promise<readonly MetricFamily[] | undefined> {
  try {
    return await within(PATIENCE_MS, attempt(source));
  } catch {
    return undefined;
  }
}

async function reasonOf({ name, check }: ReadyCheck): Promise<string | null> {
  try {
    const reason = await within(PATIENCE_MS, attempt(check));
    return reason === null ? null : `${name}: ${reason}`;
  } catch (error) {
    return `${name}: ${describeError(error)}`;
  }
}

async function attempt<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  return await work();
}

function onlyFinite(figures: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => Number.isFinite(value)));
}
