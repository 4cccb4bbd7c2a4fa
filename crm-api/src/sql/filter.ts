/** Conditions of one query with their values, so that no value is ever written into SQL text. */
export class SqlFilter {
  readonly values: unknown[] = [];
  readonly #conditions: string[] = [];

  /** The placeholder of a value: `$3`. */
  value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  and(condition: string): this {
    this.#conditions.push(condition);
    return this;
  }

  /** Adds `toCondition(placeholder)` when there is a value to filter by. */
  andIf(value: unknown, toCondition: (placeholder: string) => string): this {
    if (value === undefined || value === null) return this;
    return this.and(toCondition(this.value(value)));
  }

  /** `where …`, or nothing when there is no condition. */
  get where(): string {
    return this.#conditions.length === 0 ? "" : `where ${this.#conditions.join(" and ")}`;
  }
}

/** A pattern for `ilike` that finds `text` anywhere, with the wildcards of `text` itself made literal. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}

/** SQL for a timestamptz as whole epoch milliseconds (a JavaScript number, or null). */
export function epochMs(expression: string): string {
  return `round(extract(epoch from ${expression}) * 1000)::float8`;
}
