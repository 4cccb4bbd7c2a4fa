import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { agoWords } from "../../../parts/ago.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import type { Trouble } from "./queries.ts";
import { bytesText } from "./sizes.ts";
import { PLACE } from "./trouble-words.ts";
import type { Verdict } from "./verdict.ts";
import { words } from "./words.ts";

const EDGES = { good: "var(--nf-good)", warning: "var(--nf-open)", alarm: "var(--nf-act)", unheard: "var(--nf-act)" };

/** Whether all is well, in words; if not what is wrong, since when and what to do. `nowMs` is the server's. */
export function Headline(props: { readonly verdict: Verdict; readonly lookedAt: number; readonly nowMs: number }) {
  const { say } = useWords("operations-health", words);
  const { dateTime } = useFormat();
  const { verdict } = props;
  return (
    <section aria-label={say("verdict")} aria-live="polite">
      <div className="nf-worst" style={{ borderLeftColor: EDGES[verdict.kind], gridTemplateColumns: "minmax(0, 1fr)" }}>
        {verdict.kind === "good" && (
          <Line mark="✓" what={say("allWell")} note={say("looked", { time: dateTime(props.lookedAt) })} />
        )}
        {verdict.kind === "unheard" && (
          <Line mark="▲" what={say("unheard")} note={say("unheardSince", { time: dateTime(verdict.heardAtMs) })}>
            <p className="nf-tight">{say("doUnheard")}</p>
          </Line>
        )}
        {"worst" in verdict && <Worst trouble={verdict.worst} nowMs={props.nowMs} />}
      </div>
      {"others" in verdict && verdict.others.length > 0 && <Others troubles={verdict.others} nowMs={props.nowMs} />}
    </section>
  );
}

function Line(props: {
  readonly mark: string;
  readonly what: string;
  readonly note: string;
  readonly children?: ReactNode;
}) {
  return (
    <div>
      <div className="nf-worst-what">
        <span aria-hidden="true">{props.mark}</span> {props.what}
      </div>
      <p className="nf-soft nf-tight">{props.note}</p>
      {props.children}
    </div>
  );
}

interface TroubleProps {
  readonly trouble: Trouble;
  readonly nowMs: number;
}

function Worst(props: TroubleProps) {
  const { trouble } = props;
  const { what, since } = useTroubleWords(props);
  return (
    <Line mark={trouble.level === "alarm" ? "▲" : "●"} what={what} note={since}>
      <Remedy trouble={trouble} />
    </Line>
  );
}

function Others(props: { readonly troubles: readonly Trouble[]; readonly nowMs: number }) {
  const { say } = useWords("operations-health", words);
  return (
    <Panel title={say("alsoWrong")}>
      <ul className="nf-cards">
        {props.troubles.map((trouble) => (
          <li key={trouble.code} className="nf-card" style={{ padding: "8px 0" }}>
            <Other trouble={trouble} nowMs={props.nowMs} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Other(props: TroubleProps) {
  const { what, since } = useTroubleWords(props);
  return (
    <>
      <div className="nf-card-line">
        <span className="nf-strong">
          <Mark level={props.trouble.level} /> {what}
        </span>
        <span className="nf-soft nf-small">{since}</span>
      </div>
      <div className="nf-small">
        <Remedy trouble={props.trouble} />
      </div>
    </>
  );
}

function Mark(props: { readonly level: Trouble["level"] }) {
  const { say } = useWords("operations-health", words);
  return props.level === "alarm" ? <Tag tone="act">{say("actNow")}</Tag> : <span aria-hidden="true">●</span>;
}

function Remedy(props: { readonly trouble: Trouble }) {
  const { say } = useWords("operations-health", words);
  const { code, why } = props.trouble;
  const place = PLACE[code];
  return (
    <>
      <p className="nf-tight">
        {say(`do_${code}`)}{" "}
        {place !== undefined && (
          <Link to={place} style={{ textDecoration: "underline" }}>
            {say("goThere")}
          </Link>
        )}
      </p>
      {why !== null && (
        <p className="nf-tight nf-soft nf-small">
          {say("saysItself")}: <code>{why}</code>
        </p>
      )}
    </>
  );
}

function useTroubleWords({ trouble, nowMs }: TroubleProps) {
  const { say, language } = useWords("operations-health", words);
  const { dateTime, number } = useFormat();
  const { code, subjects, count, since, isSinceAtLeast } = trouble;
  const counted = code === "disk_filling" ? bytesText(count, language) : number(count, 0);
  const ago = agoWords(since, nowMs, language);
  return {
    what: say(`what_${code}`, { subjects: subjectsText(subjects, count), count: counted }),
    since: say(isSinceAtLeast ? "sinceAtLeast" : "since", { time: dateTime(since), ago }),
  };
}

const MOST_NAMED = 3;

function subjectsText(subjects: readonly string[], count: number | null): string {
  const hasMore = subjects.length > MOST_NAMED || (count ?? 0) > subjects.length;
  return `${subjects.slice(0, MOST_NAMED).join(", ")}${hasMore ? " …" : ""}` || "–";
}
