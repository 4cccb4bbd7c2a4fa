import { usageCurveChart } from "@nightflow/dashboards/reports";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button, Checkbox, Skeleton } from "antd";
import { useMemo } from "react";
import type { components } from "../../api/generated/schema.d.ts";
import { type AccountDetail, accountCurveQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { CurveControls } from "../../parts/curve-controls.tsx";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { STEP_OF } from "../../parts/range.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useSpan } from "../../parts/use-span.ts";
import { useWords } from "../../words/use-words.ts";
import { curvePoints, stepMsOf } from "../meter/curve-points.ts";
import { closedSpans } from "./closed-spans.ts";
import { type AccountBands, accountBandsQuery } from "./terms-queries.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/accounts/$id");
const HEIGHT_PX = 340;

/** An account's usage over a day, a week or a month, beside the period before. */
export function AccountCurve(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  const { range = "week", back = 0, compare } = route.useSearch();
  const navigate = route.useNavigate();
  const mayExport = useMay("meter.curve.export");
  const { whole, passed } = useSpan(range, back);
  const step = STEP_OF[range];
  const { id } = props.account;
  const isCompared = compare !== "none";
  const { data, error, refetch } = useQuery(
    accountCurveQuery(id, { ...passed, step, ...(isCompared ? { compare: "previous" } : {}) }),
  );
  const bands = useQuery({
    ...accountBandsQuery(id, whole),
    enabled: props.account.isKeyAccount,
    placeholderData: keepPreviousData,
  });
  const csv = `/api/accounts/${id}/curve.csv?from=${passed.from}&to=${passed.to}&step=${step}`;
  return (
    <Panel title={say("curve")} extra={mayExport && <Button href={csv}>{say("csv")}</Button>}>
      <CurveControls
        range={range}
        back={back}
        span={whole}
        onChange={(nextRange, nextBack) =>
          void navigate({
            search: { range: nextRange, back: nextBack === 0 ? undefined : nextBack, compare },
            replace: true,
          })
        }
      />
      <Checkbox
        style={{ marginTop: 8 }}
        checked={isCompared}
        onChange={() =>
          void navigate({ search: { range, back, compare: isCompared ? "none" : undefined }, replace: true })
        }
      >
        {say("compare")}
      </Checkbox>
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton.Node active style={{ width: "100%", height: HEIGHT_PX }} />}
      {data !== undefined && <Drawn curve={data} bands={bands.data} />}
    </Panel>
  );
}

function Drawn(props: {
  readonly curve: components["schemas"]["AccountCurve"];
  readonly bands: AccountBands | undefined;
}) {
  const { say, language } = useWords("account", words);
  const { volume, share, zone } = useFormat();
  const { current, previous } = props.curve;
  const { bands } = props;
  const option = useMemo(
    () =>
      usageCurveChart({
        points: curvePoints(current),
        stepMs: stepMsOf(current),
        zone,
        volumeUnit: current.unit ?? "m3",
        language,
        canZoom: true,
        ...(bands && {
          bands: bands.hours.map(({ startAt, low, high }) => ({ startMs: startAt, low, high })),
          closed: closedSpans(bands.hours),
          contractM3h: bands.thresholds.contractM3h ?? null,
        }),
        ...(previous === null
          ? {}
          : { previous: curvePoints(previous), previousShiftMs: current.from - previous.from }),
      }),
    [current, previous, bands, zone, language],
  );
  const unit = current.unit ?? "m3";
  if (current.total === null && (previous?.total ?? null) === null) return <p className="nf-soft">{say("noCurve")}</p>;
  const total = say("total", { volume: volume(current.total, unit), share: share(current.completeness) });
  return (
    <>
      <p className="nf-tight" style={{ marginTop: 8 }}>
        {total}
        {previous !== null && (
          <span className="nf-soft"> · {say("before", { volume: volume(previous.total, previous.unit ?? unit) })}</span>
        )}
      </p>
      <LazyChart option={option} heightPx={HEIGHT_PX} label={`${say("curve")}: ${total}`} />
    </>
  );
}
