import { describe, expect, it } from "vitest";
import { Exposition } from "./exposition.ts";

describe("Exposition", () => {
  it("writes counters and gauges with their help, type and labels", () => {
    const text = new Exposition()
      .counter(
        "nf_seen_total",
        "Seen.",
        { value: 3, labels: { kind: "a", from: "b" } },
        { value: 0, labels: { kind: "c" } },
      )
      .gauge("nf_open", "Open.", 2.5)
      .text();
    expect(text).toBe(
      '# HELP nf_seen_total Seen.\n# TYPE nf_seen_total counter\nnf_seen_total{kind="a",from="b"} 3\nnf_seen_total{kind="c"} 0\n' +
        "# HELP nf_open Open.\n# TYPE nf_open gauge\nnf_open 2.5\n",
    );
  });

  it("escapes what would end a line or a label, and writes what is no finite number in words", () => {
    const text = new Exposition()
      .gauge(
        "nf_odd",
        'two\nlines \\ "',
        { value: Number.NaN, labels: { name: 'a"b\\c\nd' } },
        Number.POSITIVE_INFINITY,
      )
      .text();
    expect(text).toContain('# HELP nf_odd two\\nlines \\\\ "\n');
    expect(text).toContain('nf_odd{name="a\\"b\\\\c\\nd"} NaN\nnf_odd +Inf\n');
  });
});
