/** A query of a dashboard, and where it stands. */
export interface DashboardQuery {
  readonly title: string;
  readonly query: string;
}

/** What a reader has chosen at the top of the dashboard. */
export interface Chosen {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bucket: string;
  readonly variables: Readonly<Record<string, string | readonly string[]>>;
}

interface Dashboard {
  readonly panels: readonly { readonly title?: string; readonly targets?: readonly { readonly query?: string }[] }[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly query?: unknown;
      readonly current?: { readonly value: unknown };
    }[];
  };
}

/** Every query of a dashboard's JSON: of its panels and of its variables. */
export function queriesOf(json: string): DashboardQuery[] {
  const { panels, templating } = JSON.parse(json) as Dashboard;
  const ofPanels = panels.flatMap(({ title = "", targets = [] }) =>
    targets.map(({ query = "" }) => ({ title, query })),
  );
  const ofVariables = templating.list.flatMap(({ name, query }) =>
    isFluxVariable(query) ? [{ title: `variable ${name}`, query: query.query }] : [],
  );
  return [...ofVariables, ...ofPanels];
}

/** Values that the dashboard's variables have when it is first opened, where the file gives them. */
export function defaultsOf(json: string): Record<string, string> {
  const { templating } = JSON.parse(json) as Dashboard;
  return Object.fromEntries(
    templating.list.flatMap(({ name, query, current }) => {
      const value = current?.value ?? query;
      return typeof value === "string" && value !== "$__all" ? [[name, value]] : [];
    }),
  );
}

function isFluxVariable(query: unknown): query is { query: string } {
  return typeof query === "object" && query !== null && "query" in query && typeof query.query === "string";
}

/**
 * The query as Grafana sends it: its variables first, then `v.timeRangeStart` and its like as literals.
 *
 * @throws {RangeError} for a variable that nothing was chosen for.
 * @see pkg/tsdb/influxdb/flux/macros.go of Grafana
 */
export function interpolated(query: string, chosen: Chosen): string {
  const withVariables = query.replaceAll(/\$\{(\w+)(?::(\w+))?\}/g, (_, name: string, format?: string) =>
    formatted(name, chosen.variables[name], format),
  );
  return withVariables
    .replaceAll(/[a-zA-Z]+\.timeRangeStart/g, new Date(chosen.fromMs).toISOString())
    .replaceAll(/[a-zA-Z]+\.timeRangeStop/g, new Date(chosen.toMs).toISOString())
    .replaceAll(/[a-zA-Z]+\.windowPeriod/g, "5m0s")
    .replaceAll(/[a-zA-Z]+\.(defaultBucket|bucket)/g, `"${chosen.bucket}"`);
}

function formatted(name: string, value: string | readonly string[] | undefined, format: string | undefined): string {
  if (value === undefined) throw new RangeError(`nothing was chosen for the variable ${name}`);
  if (format === "regex") return asRegex(typeof value === "string" ? [value] : value);
  return typeof value === "string" ? value : `{${value.join(",")}}`;
}

function asRegex(values: readonly string[]): string {
  const escaped = values.map((value) => value.replaceAll(/[\\^$*+?.()|[\]{}/]/g, "\\$&"));
  return escaped.length === 1 ? escaped.join("") : `(${escaped.join("|")})`;
}
