import type { DmaDetail } from "../../api/queries.ts";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

type Night = DmaDetail["revisedNights"][number];

/** Nights that late readings made others: when each was judged again, what it says now and what it said before. */
export function RevisedNights(props: { readonly nights: readonly Night[] }) {
  const { say } = useWords("district", words);
  if (props.nights.length === 0) return null;
  return (
    <>
      <h3 className="nf-tight">{say("judgedAgain")}</h3>
      <ul className="nf-cards" aria-label={say("judgedAgain")}>
        {props.nights.map((night) => (
          <Revised key={night.night} night={night} />
        ))}
      </ul>
    </>
  );
}

function Revised({ night }: { readonly night: Night }) {
  const { say } = useWords("district", words);
  const { flow } = useFormat();
  const flowOf = (m3h: number | null) => (m3h === null ? say("notMeasured") : flow(m3h));
  const { now, was } = night;
  const flows = { now: flowOf(now.mnfM3h), was: was === null ? say("notKept") : flowOf(was.mnfM3h) };
  const losses = { now: flowOf(now.lossM3h), was: was === null ? say("notKept") : flowOf(was.lossM3h) };
  const isSameFlow = was !== null && flows.now === flows.was;
  return (
    <li className="nf-card">
      <span className="nf-card-line">
        <span className="nf-strong">{night.night}</span>
        <span className="nf-number">{say(isSameFlow ? "nightSame" : "nightNow", flows)}</span>
      </span>
      <span className="nf-card-line nf-soft nf-small">
        <span>
          <JudgedAgain at={night.revisedAt} /> · {say("versionNo", { version: night.version })}
        </span>
        {was !== null && losses.now !== losses.was && <span className="nf-number">{say("lossNow", losses)}</span>}
      </span>
    </li>
  );
}

function JudgedAgain({ at }: { readonly at: number }) {
  const { say } = useWords("district", words);
  const [before = "", after = ""] = say("judgedAgainAt", { at: "|" }).split("|");
  return (
    <>
      {before}
      <When at={at} />
      {after}
    </>
  );
}
