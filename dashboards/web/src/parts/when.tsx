import { formatDateTime } from "@nightflow/dashboards/reports";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { agoWords } from "./ago.ts";
import { useNowOfRender } from "./clock.ts";
import { useFormat } from "./use-format.ts";

/** An instant in the utility's zone; the reader's own time on hover. */
export function When(props: { readonly at: number | null | undefined }) {
  const { say } = useWords("common", common);
  const { dateTime, language } = useFormat();
  if (props.at === null || props.at === undefined) return <span>{dateTime(null)}</span>;
  const own = formatDateTime(props.at, Intl.DateTimeFormat().resolvedOptions().timeZone, language);
  return (
    <time className="nf-time" dateTime={new Date(props.at).toISOString()} title={say("yourTime", { time: own })}>
      {dateTime(props.at)}
    </time>
  );
}

/** How long ago an instant is, in words; the instant itself on hover. */
export function Ago(props: { readonly at: number | null | undefined }) {
  const { dateTime, language } = useFormat();
  const nowMs = useNowOfRender();
  if (props.at === null || props.at === undefined) return <span>{dateTime(null)}</span>;
  return (
    <time className="nf-time" dateTime={new Date(props.at).toISOString()} title={dateTime(props.at)}>
      {agoWords(props.at, nowMs, language)}
    </time>
  );
}
