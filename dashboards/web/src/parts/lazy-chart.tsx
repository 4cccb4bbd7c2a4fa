import type { ChartOption } from "@nightflow/dashboards/reports";
import { Skeleton } from "antd";
import { lazy, Suspense } from "react";

const Chart = lazy(async () => ({ default: (await import("./chart.tsx")).Chart }));

/** A chart whose drawing library comes when the first chart is shown; until then a place of the same height. */
export function LazyChart(props: { readonly option: ChartOption; readonly heightPx: number; readonly label: string }) {
  return (
    <Suspense fallback={<Skeleton.Node active style={{ width: "100%", height: props.heightPx }} />}>
      <Chart {...props} />
    </Suspense>
  );
}
