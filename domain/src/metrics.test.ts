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
