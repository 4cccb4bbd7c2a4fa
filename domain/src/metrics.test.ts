import { expect, test } from "vitest";
import { counterFamily, gaugeFamily, histogramFamily, metricsText } from "./metrics.ts";

test("metrics of the same name from two threads are written as one family", () => {
  const heap = (thread: string, value: number) => gaugeFamily("heap_bytes", "Heap.", { value, labels: { thread } });
  expect(metricsText([heap("main", 1), counterFamily("polls_total", "Polls.", 7), heap("api", 2)])).toBe(
    '# HELP heap_bytes Heap.\n# TYPE heap_bytes gauge\nheap_bytes{thread="main"} 1\nheap_bytes{thread="api"} 2\n' +
      "# HELP polls_total Polls.\n# TYPE polls_total counter\npolls_total 7\n",
  );
});

test("each bucket of a histogram counts what lies below its bound, the last one everything", () => {
  const family = histogramFamily("took_seconds", "Took.", { bounds: [0.1, 1], counts: [2, 3, 1], sum: 4.5 });
  expect(metricsText([family]).split("\n").slice(2, -1)).toEqual([
    'took_seconds_bucket{le="0.1"} 2',
    'took_seconds_bucket{le="1"} 5',
    'took_seconds_bucket{le="+Inf"} 6',
    "took_seconds_sum 4.5",
    "took_seconds_count 6",
  ]);
});

test("a label that a stranger chose cannot break the page", () => {
  const family = gaugeFamily("a", "One\nline.", { value: Number.NaN, labels: { name: 'x"\n\\' } });
  expect(metricsText([family])).toBe('# HELP a One\\nline.\n# TYPE a gauge\na{name="x\\"\\n\\\\"} NaN\n');
});

test("counters and gauges are written with their help, type and labels", () => {
  const text = metricsText([
    counterFamily(
      "nf_seen_total",
      "Seen.",
      { value: 3, labels: { kind: "a", from: "b" } },
      { value: 0, labels: { kind: "c" } },
    ),
    gaugeFamily("nf_open", "Open.", 2.5),
  ]);
  expect(text).toBe(
    '# HELP nf_seen_total Seen.\n# TYPE nf_seen_total counter\nnf_seen_total{kind="a",from="b"} 3\nnf_seen_total{kind="c"} 0\n' +
      "# HELP nf_open Open.\n# TYPE nf_open gauge\nnf_open 2.5\n",
  );
});

test("what would end a line or a label is escaped, and what is no finite number is written in words", () => {
  const odd = [{ value: Number.NaN, labels: { name: 'a"b\\c\nd' } }, Number.POSITIVE_INFINITY];
  const text = metricsText([gaugeFamily("nf_odd", 'two\nlines \\ "', ...odd)]);
  expect(text).toContain('# HELP nf_odd two\\nlines \\\\ "\n');
  expect(text).toContain('nf_odd{name="a\\"b\\\\c\\nd"} NaN\nnf_odd +Inf\n');
});
