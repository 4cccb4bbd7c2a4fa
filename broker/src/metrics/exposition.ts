/** One value of a metric, told from its siblings by labels. */
export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/**
 * Writes metrics in Prometheus' text format.
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/, text format 0.0.4
 */
export class Exposition {
  readonly #lines: string[] = [];

  /** Something that only grows while the process lives; the name ends in `_total`. */
  counter(name: string, help: string, ...samples: readonly (Sample | number)[]): this {
    return this.#metric("counter", name, help, samples);
  }

  /** Something that goes up and down. */
  gauge(name: string, help: string, ...samples: readonly (Sample | number)[]): this {
    return this.#metric("gauge", name, help, samples);
  }

  text(): string {
    return `${this.#lines.join("\n")}\n`;
  }

  #metric(type: string, name: string, help: string, samples: readonly (Sample | number)[]): this {
    this.#lines.push(
      `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`,
      `# TYPE ${name} ${type}`,
    );
    for (const sample of samples) {
      const { value, labels = {} } = typeof sample === "number" ? { value: sample } : sample;
      this.#lines.push(`${name}${braced(labels)} ${numberText(value)}`);
    }
    return this;
  }
}

function braced(labels: Readonly<Record<string, string>>): string {
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
