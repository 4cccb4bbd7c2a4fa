/** One value of a metric, told from its siblings by labels. A histogram's samples carry the suffix of their line. */
export interface MetricSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

/** A metric with all its values; plain data, so that a thread can send it to another. */
export interface MetricFamily {
  /** Prometheus' way: `nightflow_<room>_<what>_<unit>`, counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly samples: readonly MetricSample[];
}

type Values = readonly (MetricSample | number)[];

/** Something that only grows while the process lives; its name ends in `_total`. */
export function counterFamily(name: string, help: string, ...values: Values): MetricFamily {
  return { name, help, type: "counter", samples: values.map(asSample) };
}

/** Something that goes up and down. */
export function gaugeFamily(name: string, help: string, ...values: Values): MetricFamily {
  return { name, help, type: "gauge", samples: values.map(asSample) };
}

/** How often something took how long: `counts[i]` up to `bounds[i]`, the last one longer than all; in the metric's unit. */
export interface MetricBuckets {
  readonly bounds: readonly number[];
  readonly counts: readonly number[];
  readonly sum: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A histogram; Prometheus' buckets hold everything below their bound, so they are summed up here. */
export function histogramFamily(name: string, help: string, ...histograms: readonly MetricBuckets[]): MetricFamily {
  return { name, help, type: "histogram", samples: histograms.flatMap(samplesOf) };
}

function samplesOf({ bounds, counts, sum, labels = {} }: MetricBuckets): MetricSample[] {
  let below = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, at): MetricSample => {
    below += counts[at] ?? 0;
    return { suffix: "_bucket", value: below, labels: { ...labels, le: numberText(bound) } };
  });
  return [...buckets, { suffix: "_sum", value: sum, labels }, { suffix: "_count", value: below, labels }];
}

function asSample(value: MetricSample | number): MetricSample {
  return typeof value === "number" ? { value } : value;
}

/**
 * Prometheus' text of metrics; families of the same name, as from several threads, become one.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4
 */
export function metricsText(families: readonly MetricFamily[]): string {
  const byName = new Map<string, MetricFamily>();
  for (const family of families) {
    const known = byName.get(family.name);
    byName.set(family.name, known ? { ...known, samples: [...known.samples, ...family.samples] } : family);
  }
  return [...byName.values()].map(familyText).join("");
}

function familyText({ name, help, type, samples }: MetricFamily): string {
  const head = `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
  const lines = samples.map(
    ({ suffix = "", value, labels }) => `${name}${suffix}${braced(labels)} ${numberText(value)}\n`,
  );
  return head + lines.join("");
}

function braced(labels: Readonly<Record<string, string>> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
