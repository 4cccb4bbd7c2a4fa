import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { INFLUXDB_RULES } from "./alerts/influxdb.ts";
import { POSTGRES_RULES } from "./alerts/postgres.ts";
import { generatedFiles } from "./files.ts";

const RULES = [...POSTGRES_RULES, ...INFLUXDB_RULES];
const folder = new URL("../", import.meta.url);

describe("the files for Grafana", () => {
  it.each(generatedFiles())("are checked in as their sources make them: %s", (path, content) => {
    expect(readFileSync(new URL(path, folder), "utf8"), "run node dashboards/grafana/build.ts").toBe(content);
  });

  it("name each alert rule once, in Chinese and in English", () => {
    expect(new Set(RULES.map(({ uid }) => uid)).size).toBe(RULES.length);
    for (const { title, summary } of RULES)
      for (const text of [title, summary]) expect(text).toMatch(/\p{Script=Han}.* · .*[a-z]/u);
  });

  it("have no dollar in the alert rules, which Grafana would take for an environment variable", () => {
    for (const [path, content] of generatedFiles()) if (path.includes("alerting")) expect(content).not.toContain("$");
  });

  it("alert when the head-end is gone and nobody is there to say so", () => {
    const deadMen = RULES.filter(({ noData }) => noData === "Alerting");
    expect(deadMen.map(({ uid }) => uid)).toEqual(["nf-pg-head-end", "nf-influx-newest"]);
    const [, postgres = ""] = generatedFiles().find(([path]) => path.includes("postgres/alerting")) ?? [];
    expect(postgres).toMatch(/"noDataState": "Alerting",\s*"execErrState": "Alerting"/);
  });
});
