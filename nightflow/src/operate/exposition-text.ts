import type { MetricFamily, MetricSample } from "@nightflow/domain";

const SAMPLE = /^([A-Za-z_:][\w:]*)(\{.*\})? (\S+)$/;
const LABEL = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** The metrics in a text that one of our rooms wrote; lines that are no metrics are left out. */
export function familiesOf(text: string): MetricFamily[] {
  const families = new Map<string, { help: string; type: MetricFamily["type"]; samples: MetricSample[] }>();
  const familyOf = (name: string) => {
    const known = families.get(name) ?? { help: "", type: "gauge" as const, samples: [] };
    families.set(name, known);
    return known;
  };
  for (const line of text.split("\n")) {
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (keyword === "HELP") familyOf(name).help = unescaped(rest);
    else if (keyword === "TYPE") familyOf(name).type = rest as MetricFamily["type"];
    else addSample(line, familyOf);
  }
  return [...families].map(([name, family]) => ({ name, ...family }));
}

function addSample(line: string, familyOf: (name: string) => { samples: MetricSample[] }): void {
  const [, name, labels = "", value = ""] = SAMPLE.exec(line) ?? [];
  if (name === undefined) return;
  const pairs = [...labels.matchAll(LABEL)].map(([, key = "", text = ""]) => [key, unescaped(text)]);
  familyOf(name).samples.push({ value: numberOf(value), labels: Object.fromEntries(pairs) });
}

function numberOf(text: string): number {
  return text.endsWith("Inf") ? Number(text.replace("Inf", "Infinity")) : Number(text);
}

function unescaped(text: string): string {
  return text.replaceAll(/\\(.)/g, (_whole, sign: string) => (sign === "n" ? "\n" : sign));
}
