import { dayBarsChart, isoWithOffset } from "@nightflow/dashboards/reports";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type AccountDetail, accountCurveQuery } from "../../api/queries.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useSpan } from "../../parts/use-span.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const DAYS = 30;
const DAY_MS = 86_400_000;

/** Volume of each of the last 30 days; incomplete ones are hatched. */
export function AccountDays(props: { readonly account: AccountDetail }) {
  const { say, language } = useWords("account", words);
  const { zone } = useFormat();
  const { to } = useSpan("day", 0).whole;
  const { data } = useQuery(accountCurveQuery(props.account.id, { from: to - DAYS * DAY_MS, to, step: "day" }));
  const option = useMemo(() => {
    if (data === undefined) return null;
    const days = data.current.points.map((point) => ({
      date: isoWithOffset(point.startAt, zone).slice(0, 10),
      volumeM3: point.volume,
      completeness: point.completeness,
    }));
    return dayBarsChart({ days, volumeUnit: data.current.unit ?? "m3", language });
  }, [data, zone, language]);
  return (
    <Panel title={say("days")}>
      {option !== null && <LazyChart option={option} heightPx={220} label={say("days")} />}
    </Panel>
  );
}
