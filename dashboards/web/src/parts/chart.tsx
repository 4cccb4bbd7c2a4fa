import { type ChartOption, toDark } from "@nightflow/dashboards/reports";
import { BarChart, LineChart } from "echarts/charts";
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";
import { useIsDark } from "./media.ts";

use([
  BarChart,
  LineChart,
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  CanvasRenderer,
]);

/** Draws a chart option of the chart core as canvas, follows the size of its place, says its content to screen readers. */
export function Chart(props: { readonly option: ChartOption; readonly heightPx: number; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init>>(null);
  const isDark = useIsDark();
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const drawn = init(element);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    // The drawing library writes the element's name by itself, from what it is told here.
    const named = { ...props.option, aria: { enabled: true, label: { description: props.label } } };
    chart.current?.setOption(isDark ? toDark(named) : named, { notMerge: true });
  }, [props.option, props.label, isDark]);
  return <div ref={place} role="img" aria-label={props.label} style={{ height: props.heightPx, width: "100%" }} />;
}
