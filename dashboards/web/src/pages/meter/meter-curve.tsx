import { usageCurveChart } from "@nightflow/dashboards/reports";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Skeleton } from "antd";
import { useMemo } from "react";
import { type MeterDetail, meterCurveQuery, type UsageCurve } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { CurveControls } from "../../parts/curve-controls.tsx";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { STEP_OF } from "../../parts/range.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useSpan } from "../../parts/use-span.ts";
import { useWords } from "../../words/use-words.ts";
import { curvePoints, stepMsOf } from "./curve-points.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/meters/$id");
const HEIGHT_PX = 320;

/** A meter's usage over a day, a week or a month; what is shown can be exported. */
export function MeterCurve(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const { range = "week", back = 0 } = route.useSearch();
  const navigate = route.useNavigate();
  const mayExport = useMay("meter.curve.export");
  const { whole, passed } = useSpan(range, back);
  const step = STEP_OF[range];
  const { id } = props.meter;
  const { data, error, refetch } = useQuery(meterCurveQuery(id, { ...passed, step }));
  const csv = `/api/meters/${encodeURIComponent(id)}/curve.csv?from=${passed.from}&to=${passed.to}&step=${step}`;
  return (
    <Panel title={say("curve")} extra={mayExport && <Button href={csv}>{say("csv")}</Button>}>
      <CurveControls
        range={range}
        back={back}
        span={whole}
        onChange={(nextRange, nextBack) =>
          void navigate({ search: { range: nextRange, back: nextBack === 0 ? undefined : nextBack }, replace: true })
        }
      />
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton.Node active style={{ width: "100%", height: HEIGHT_PX }} />}
      {data !== undefined && data !== null && <Drawn curve={data} />}
    </Panel>
  );
}

function Drawn(props: { readonly curve: UsageCurve }) {
  const { say, language } = useWords("meter", words);
  const { volume, share, zone } = useFormat();
  const { curve } = props;
  const option = useMemo(
    () =>
      usageCurveChart({
        points: curvePoints(curve),
        stepMs: stepMsOf(curve),
        zone,
        volumeUnit: curve.unit ?? "m3",
        language,
        canZoom: true,
      }),
    [curve, zone, language],
  );
  if (curve.unit === null) return <p className="nf-soft">{say("noRegister")}</p>;
  if (curve.total === null) return <p className="nf-soft">{say("noCurve")}</p>;
  const total = say("total", { volume: volume(curve.total, curve.unit), share: share(curve.completeness) });
  return (
    <>
      <p className="nf-tight" style={{ marginTop: 8 }}>
        {total}
      </p>
      <LazyChart option={option} heightPx={HEIGHT_PX} label={`${say("curve")}: ${total}`} />
    </>
  );
}
