import { describe, expect, it } from "vitest";
import { nightflowDashboard } from "./dashboard.ts";

const dashboard = nightflowDashboard();
const panels = (dashboard.panels ?? []).flatMap((panel) => ("targets" in panel ? [panel] : []));
const variables = dashboard.templating.list ?? [];
const queries = [...panels, ...variables].flatMap((source) => fluxOf(source).map((query) => ({ source, query })));
const all = queries.map(({ query }) => query).join("\n");

function fluxOf(source: object): string[] {
  if ("targets" in source && Array.isArray(source.targets)) return source.targets.map((target) => String(target.query));
  const query = "query" in source ? source.query : undefined;
  return typeof query === "object" && query !== null && "query" in query ? [String(query.query)] : [];
}

describe("the dashboard for Grafana", () => {
  it("has the rows collection, district night flow and a key account's curve", () => {
    const rows = (dashboard.panels ?? []).filter((panel) => panel.type === "row").map((panel) => panel.title);
    expect(rows).toEqual([
      "采集 · Collection",
      "分区夜间流量 · District night flow",
      `大客户用量曲线 $\{account} · Key account's curve $\{account}`,
    ]);
  });

  it("says every title in Chinese and in English, and what each panel leaves out", () => {
    for (const panel of panels) {
      expect(panel.title).toMatch(/\p{Script=Han}.* · .*[a-z]/u);
      expect(panel.description).toMatch(/\w/);
    }
  });

  it("asks the chosen data source everywhere, each panel by one query at least", () => {
    for (const panel of panels) {
      expect(fluxOf(panel)).not.toHaveLength(0);
      expect(panel).toMatchObject({ datasource: { type: "influxdb", uid: `$\{datasource}` } });
    }
  });

  it("uses only variables that it has", () => {
    const used = new Set(Array.from(all.matchAll(/\$\{(\w+)/g), ([, name]) => name));
    const known = variables.map((one) => one.name);
    expect([...used].filter((name) => !known.includes(String(name)))).toEqual([]);
  });

  it("bounds every query at both ends, for points of the future are accepted and old shards are slow", () => {
    for (const { query } of queries) expect(query).toMatch(/start: .*\n?.*stop: /);
  });

  it("keeps the hours on the UTC grid, where windows with a zone go wrong when clocks change", () => {
    const hourly = all.split("\n").filter((line) => line.includes("every: 1h"));
    expect(hourly).not.toHaveLength(0);
    for (const line of hourly) expect(line).not.toContain("location");
  });

  it("makes no empty windows and never filters by contains(), which the server does not push down", () => {
    for (const line of all.split("\n").filter((one) => one.includes("aggregateWindow")))
      expect(line).toContain("createEmpty: false");
    expect(all).not.toContain("contains(");
  });
});
