import { describe, expect, it } from "vitest";
import { hoursDashboard } from "./dashboard.ts";

const dashboard = hoursDashboard();
const panels = (dashboard.panels ?? []).flatMap((panel) => ("targets" in panel ? [panel] : []));
const queries = panels.flatMap((panel) =>
  (panel.targets ?? []).map((target) => ("rawSql" in target ? String(target.rawSql) : "")),
);

describe("the dashboard of hours", () => {
  it("has the rows collection, district balance and key accounts", () => {
    const rows = (dashboard.panels ?? []).filter((panel) => panel.type === "row").map((panel) => panel.title);
    expect(rows).toEqual(["采集 · Collection", "分区水量平衡 · District balance", "大客户用量 · Key accounts' use"]);
  });

  it("says every title in Chinese and in English, and what each panel means", () => {
    for (const panel of panels) {
      expect(panel.title).toMatch(/\p{Script=Han}.* · .*[a-z]/u);
      expect(panel.description).toMatch(/\w/);
    }
  });

  it("asks the views for dashboards alone, never a table of the platform", () => {
    for (const query of queries)
      for (const [, source] of query.matchAll(/\b(?:from|join)\s+(?!lateral)([\w.]+)/g))
        expect(source).toMatch(/^grafana\./);
  });

  it("bounds every query by the range, but for what is true now", () => {
    for (const query of queries) if (!query.includes("head_end")) expect(query).toContain("$__timeFilter(");
  });
});
