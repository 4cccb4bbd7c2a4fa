import { usageCurveChart } from "@nightflow/dashboards/reports";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Skeleton, Slider } from "antd";
import { useEffect, useMemo, useState } from "react";
import { type Happening, type Replay, replayQuery } from "../../api/queries.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { LazyChart } from "../lazy-chart.tsx";
import { useHasLessMotion } from "../media.ts";
import { Panel } from "../panel.tsx";
import { Problem } from "../problem.tsx";
import { useFormat } from "../use-format.ts";
import { When } from "../when.tsx";
import { flowKnownAt, happenedBy, neighbourInstant } from "./known.ts";
import { ACTION_WORDS, words } from "./words.ts";

const HOUR_MS = 3_600_000;
const SLIDER_STEP_MS = HOUR_MS / 4;
const MOST_SHOWN = 12;

/** The hours around an event, or the last days of a district, as they became known; paused until somebody plays them. */
export function ReplayPanel(props: { readonly of: { readonly event: string } | { readonly district: string } }) {
  const { say } = useWords("replay", words);
  const { data, error, refetch } = useQuery(replayQuery(props.of));
  return (
    <Panel title={say("title")}>
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton active title={false} />}
      {data !== undefined &&
        (data.startAt.length + data.happenings.length === 0 ? (
          <p className="nf-soft nf-tight">{say("noReplay")}</p>
        ) : (
          <Player replay={data} />
        ))}
    </Panel>
  );
}

function Player(props: { readonly replay: Replay }) {
  const { say } = useWords("replay", words);
  const { flow, dateTime } = useFormat();
  const { replay } = props;
  const { at, setAt, isPlaying, setIsPlaying } = usePlaying(replay);
  const known = happenedBy(replay.happenings, at);
  const jump = (direction: 1 | -1) => {
    setIsPlaying(false);
    setAt(neighbourInstant(replay, at, direction));
  };
  return (
    <>
      <div className="nf-actions">
        <Button type="primary" onClick={() => setIsPlaying(!isPlaying)}>
          {say(isPlaying ? "pause" : "play")}
        </Button>
        <Button onClick={() => jump(-1)}>{say("stepBack")}</Button>
        <Button onClick={() => jump(1)}>{say("stepOn")}</Button>
        <strong>
          <When at={at} />
        </strong>
        <span>
          {say("flowNow")} {flow(flowKnownAt(replay, at), replay.unit ?? "m3")}
        </span>
      </div>
      <Slider
        ariaLabelForHandle={say("instant")}
        ariaValueTextFormatterForHandle={(value) => dateTime(value)}
        min={replay.from}
        max={replay.to}
        step={SLIDER_STEP_MS}
        value={at}
        tooltip={{ formatter: (value) => dateTime(value) }}
        onChange={(value) => {
          setIsPlaying(false);
          setAt(value);
        }}
      />
      <FlowSoFar replay={replay} at={at} />
      {known.length === 0 && <p className="nf-soft nf-tight">{say("nothingYet")}</p>}
      <ol className="nf-steps">
        {known.slice(0, MOST_SHOWN).map((one) => (
          <li key={`${one.at}-${one.kind}-${one.what}-${one.subject}-${one.anomalyId}`}>
            <HappeningLine happening={one} />
          </li>
        ))}
      </ol>
      <p className="nf-soft nf-small nf-tight">{say("keys")}</p>
    </>
  );
}

/** Begins at the first finding, so that the first look shows what was known then. Who wants less motion sees it in steps of six hours. */
function usePlaying(replay: Replay) {
  const first = replay.happenings.find((one) => one.kind === "found")?.at;
  const [at, setAt] = useState(first ?? replay.to);
  const [isPlaying, setIsPlaying] = useState(false);
  const hasLessMotion = useHasLessMotion();
  useEffect(() => {
    if (!isPlaying) return;
    const [everyMs, stepMs] = hasLessMotion ? [2000, 6 * HOUR_MS] : [250, HOUR_MS / 4];
    const timer = setInterval(() => setAt((now) => Math.min(replay.to, now + stepMs)), everyMs);
    return () => clearInterval(timer);
  }, [isPlaying, hasLessMotion, replay.to]);
  useEffect(() => {
    if (at >= replay.to) setIsPlaying(false);
  }, [at, replay.to]);
  const play = (wanted: boolean) => {
    if (wanted && at >= replay.to) setAt(replay.from);
    setIsPlaying(wanted);
  };
  return { at, setAt, isPlaying, setIsPlaying: play };
}

/** The flow up to the instant; the axis stays that of all the hours. */
function FlowSoFar(props: { readonly replay: Replay; readonly at: number }) {
  const { say, language } = useWords("replay", words);
  const { replay, at } = props;
  const option = useMemo(() => {
    const { startAt, flowM3h, quality, stepMs, zone, unit } = replay;
    const hours = stepMs / HOUR_MS;
    const points = startAt.map((startMs, index) => {
      const flow = startMs + stepMs <= at ? (flowM3h[index] ?? null) : null;
      return { startMs, volumeM3: flow === null ? null : flow * hours, quality: quality[index] ?? "missing" };
    });
    return usageCurveChart({ points, stepMs, zone, volumeUnit: unit ?? "m3", language });
  }, [replay, at, language]);
  if (replay.startAt.length === 0) return null;
  return <LazyChart option={option} heightPx={180} label={say("title")} />;
}

function HappeningLine(props: { readonly happening: Happening }) {
  const { happening } = props;
  const { who, anomalyId, kind, text } = happening;
  const { pick } = useVocabulary();
  const title = useTitleOf(happening);
  const detail = kind === "found" || kind === "ended" ? happening.subject : pick(text);
  return (
    <>
      <span className="nf-soft nf-small">
        <When at={happening.at} />
        {who !== null && <> · {who}</>}
      </span>
      <div>
        {anomalyId !== null && (kind === "found" || kind === "ended") ? (
          <Link to="/events/$id" params={{ id: anomalyId }}>
            {title}
          </Link>
        ) : (
          title
        )}
        {detail !== "" && kind !== "night" && <> · {detail}</>}
      </div>
    </>
  );
}

function useTitleOf({ kind, what, text, subject, valueM3h, limitM3h }: Happening): string {
  const { say } = useWords("replay", words);
  const { pick, word } = useVocabulary();
  const { flow } = useFormat();
  if (kind === "found" || kind === "ended") return say(kind, { what: pick(text) });
  if (kind === "note") return say("note");
  if (kind === "night") {
    const isAbove = limitM3h !== null && (valueM3h ?? 0) > limitM3h;
    return say(isAbove ? "nightAbove" : "nightWithin", { flow: flow(valueM3h), limit: flow(limitM3h) });
  }
  if (kind === "ticket") {
    const state = vocabularyKeys("ticketState").find((key) => key === what);
    return `${say("ticket", { no: subject })}${state === undefined ? "" : ` · ${word("ticketState", state)}`}`;
  }
  const action = ACTION_WORDS.get(what);
  return action === undefined ? what : say(action);
}
