import { intervalVersionsChart } from "@nightflow/dashboards/reports";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Skeleton } from "antd";
import { useMemo } from "react";
import { type IntervalList, intervalsQuery, type MeterDetail } from "../../api/queries.ts";
import { LazyChart } from "../../parts/lazy-chart.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useSpan } from "../../parts/use-span.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { IntervalTable } from "./interval-table.tsx";
import { Versions } from "./versions.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/meters/$id");
const HEIGHT_PX = 260;

/** The span of the usage curve interval by interval: what was read, what validation made of it, what people put in its place. */
export function Intervals(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const { range = "week", back = 0 } = route.useSearch();
  const { passed } = useSpan(range, back);
  const { data, error, refetch } = useQuery(intervalsQuery(props.meter.id, passed));
  if (data === undefined)
    return (
      <Panel title={say("intervals")}>
        {error === null ? (
          <Skeleton.Node active style={{ width: "100%", height: HEIGHT_PX }} />
        ) : (
          <Problem error={error} onRetry={() => void refetch()} />
        )}
      </Panel>
    );
  if (data.rows.length === 0)
    return (
      <Panel title={say("intervals")}>
        <p className="nf-soft">{say(data.channel === null ? "noRegister" : "noIntervals")}</p>
      </Panel>
    );
  return (
    <>
      <Panel title={say("intervals")}>
        <Drawn list={data} />
        <IntervalTable key={`${data.from} ${data.to}`} list={data} />
      </Panel>
      <Notes list={data} />
      <Versions list={data} />
    </>
  );
}

function Drawn(props: { readonly list: IntervalList }) {
  const { say, language } = useWords("meter", words);
  const { zone } = useFormat();
  const summary = useSummary(props.list);
  const { rows, unit } = props.list;
  const option = useMemo(
    () =>
      intervalVersionsChart({
        points: rows.map((row) => ({
          startMs: row.startAt,
          rawM3: row.raw,
          validatedM3: row.validated,
          volumeM3: row.volume,
          quality: row.quality,
        })),
        zone,
        volumeUnit: unit ?? "m3",
        language,
      }),
    [rows, unit, zone, language],
  );
  return (
    <>
      <p className="nf-tight">{summary}</p>
      <LazyChart option={option} heightPx={HEIGHT_PX} label={`${say("intervals")}: ${summary}`} />
    </>
  );
}

function useSummary({ rows, unit, completeness }: IntervalList): string {
  const { say } = useWords("meter", words);
  const { volume, share, number } = useFormat();
  const total = rows.reduce((sum, row) => sum + (row.volume ?? 0), 0);
  const count = (quality: IntervalList["rows"][number]["quality"]) =>
    number(rows.filter((row) => row.quality === quality).length, 0);
  return say("summary", {
    volume: volume(total, unit ?? "m3"),
    share: share(completeness),
    estimated: count("estimated"),
    edited: count("edited"),
    missing: count("missing"),
  });
}

function Notes(props: { readonly list: IntervalList }) {
  const { say } = useWords("meter", words);
  const { word, pick } = useVocabulary();
  const { notes } = props.list;
  return (
    <Panel title={say("findings")}>
      {notes.length === 0 && <p className="nf-soft nf-tight">{say("noFindings")}</p>}
      <ul className="nf-cards">
        {notes.map((note) => (
          <li key={`${note.rule} ${note.from}`} className="nf-card nf-card-line nf-small">
            <span>
              <Tag tone={note.verdict === "fail" ? "open" : "going"}>
                {say(note.verdict === "fail" ? "fails" : "warns")}
              </Tag>{" "}
              <strong>{word("veeRule", note.rule)}</strong> {pick(note.reason)}
            </span>
            <When at={note.from} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
