import type { MetricFamily } from "@nightflow/domain";

/** Gives some metrics. */
export type MetricSource = () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>;

/** Something without which the work of a room does not go on. */
export interface ReadyCheck {
  readonly name: string;
  /** Null when all is well, else why not, in a few words. */
  check(): Promise<string | null> | string | null;
}

/** What an operator is shown of a room: its metrics, whether it is ready, and the figures of its page. */
export interface OperateView {
  readonly metrics: readonly MetricSource[];
  readonly checks: readonly ReadyCheck[];
  readonly figures: readonly (() => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>)[];
}

/** One view of several. */
export function mergeViews(...views: readonly Partial<OperateView>[]): OperateView {
  return {
    metrics: views.flatMap((view) => view.metrics ?? []),
    checks: views.flatMap((view) => view.checks ?? []),
    figures: views.flatMap((view) => view.figures ?? []),
  };
}
