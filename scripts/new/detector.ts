import { formsOf, type Skeleton } from "./insert.ts";

/** A detector: its file, its rule in the vocabulary, the catalogue and the tickets' words, and a failing test. */
export function detectorSkeleton(name: string): Skeleton {
  const { pascal, camel, upper, words } = formsOf(name);
  const folder = "analytics/src/pure/detectors";
  return {
    files: {
      [`${folder}/${name}.ts`]: detector(pascal, camel, upper),
      [`${folder}/${name}.test.ts`]: test(name, pascal, upper, words),
    },
    insertions: [
      {
        file: "domain/src/anomaly.ts",
        text: `  "${upper}",\n`,
        anchor: /(?<=RuleCode = z\.enum\(\[\n(?: {2}"[A-Z_0-9]+",\n)+)(?=\]\);)/,
        where: "before",
      },
      {
        file: "analytics/src/pure/rules/untuned-rules.ts",
        text: catalogueEntry(upper, words),
        anchor: /(?<=const UNTUNED_RULES: readonly RuleEntry\[\] = \[\n)/,
        where: "after",
      },
      {
        file: "crm-api/src/tickets/words.ts",
        text: `  ${upper}: { zh: "新规则", en: "${words}" },\n`,
        anchor: /(?<=const RULES: Readonly<Record<RuleCode, TwoTongues>> = \{\n)/,
        where: "after",
      },
    ],
    failingTest: `${folder}/${name}.test.ts`,
    next: [
      `write the series and what should be found into ${folder}/${name}.test.ts, then the rule into ${folder}/${name}.ts`,
      "give it slots and call it in analytics/src/engine-meters.ts, and measure it: npm run bench:leaks",
      "npm run docs writes the API's types with the new rule",
    ],
  };
}

const detector = (
  pascal: string,
  camel: string,
  upper: string,
) => `import { type Flow, type Step, WARM_UP_HOURS } from "./flow.ts";

/** What the rule is tuned by. */
export interface ${pascal}Parameters {
  /** Intervals in a row that make a finding. */
  readonly leastIntervals: number;
}
/** To be tuned on leak-bench. */
export const ${upper}_PARAMETERS: ${pascal}Parameters = { leastIntervals: 24 };

/** State of the rule for one meter. */
export const ${upper}_SCHEMA = { ${camel}OpenMs: "sec" } as const;
export type ${pascal}State = { -readonly [Name in keyof typeof ${upper}_SCHEMA]: number };

/**
 * Say in one line what this finds, then the formula.
 *
 * Null case: the first 14 days of a meter only teach; an unknown interval neither opens nor clears.
 * Source: which paper, which rule of DOMAIN or LEAKS.
 */
export function step${pascal}(
  state: ${pascal}State & { readonly hoursSeen: number },
  interval: Flow,
  p: ${pascal}Parameters,
): Step {
  if (!interval.isGood || state.hoursSeen < WARM_UP_HOURS || p.leastIntervals < 1)
    return state.${camel}OpenMs === 0 ? "none" : "hold";
  return "none";
}
`;

const test = (
  name: string,
  pascal: string,
  upper: string,
  words: string,
) => `import { describe, expect, it } from "vitest";
import type { Flow } from "./flow.ts";
import { ${upper}_PARAMETERS, step${pascal} } from "./${name}.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 1);

/** Hours of a meter, in litres: put the series in that shows what should be found. */
const SERIES: readonly number[] = Array.from({ length: 48 }, () => 10);

function flowOf(litres: number, at: number): Flow {
  const startMs = START_MS + at * HOUR_MS;
  return { startMs, endMs: startMs + HOUR_MS, litres, isGood: true };
}

describe("${words}", () => {
  it("is found in a series that shows it", () => {
    const state = { hoursSeen: 1000, ${pascal.slice(0, 1).toLowerCase()}${pascal.slice(1)}OpenMs: 0 };
    const steps = SERIES.map((litres, at) => step${pascal}(state, flowOf(litres, at), ${upper}_PARAMETERS));
    expect(steps).toContain("open");
  });
});
`;

const catalogueEntry = (upper: string, words: string) => `  {
    code: "${upper}",
    name: { zh: "新规则", en: "${words}" },
    subject: "meter",
    finds: { zh: "说明它发现什么", en: "say what it finds" },
    nullCase: { zh: "说明何时不判定", en: "say when it says nothing" },
    source: "say where it is from",
    parameters: {},
  },
`;
