import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** A query of Grafana's InfluxDB data source in Flux; the SDK has no type of its own for it. */
export interface FluxQuery extends Dataquery {
  readonly refId: string;
  readonly query: string;
}

/** One target of a panel. */
export function fluxQuery(query: string, refId = "A"): Builder<Dataquery> {
  const built: FluxQuery = { refId, query: query.trim(), _implementsDataqueryVariant: () => undefined };
  return { build: () => built };
}
