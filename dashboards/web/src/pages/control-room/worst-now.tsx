import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import type { AnomalyRow } from "../../api/queries.ts";
import { unitOfCommodity } from "../../parts/subject-link.tsx";
import { AnomalyTag, Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { placeOf, WhoIsOnIt } from "../events/event-list.tsx";
import { isUrgent } from "../events/ranking.ts";
import { words } from "./words.ts";

/** The answer in one look: what is worst now, what is it worth, who is on it. */
export function WorstNow(props: { readonly event: AnomalyRow | undefined; readonly isKnown: boolean }) {
  const { say } = useWords("control-room", words);
  const { pick, word } = useVocabulary();
  const format = useFormat();
  const { event } = props;
  if (!props.isKnown)
    return (
      <div className="nf-worst nf-worst-calm">
        <Skeleton active title={{ width: "40%" }} paragraph={{ rows: 1 }} />
      </div>
    );
  if (event === undefined)
    return (
      <div className="nf-worst nf-worst-calm">
        <div>
          <div className="nf-worst-what">✓ {say("calm")}</div>
          <span className="nf-soft">{say("calmHint")}</span>
        </div>
      </div>
    );
  return (
    <section className="nf-worst" aria-label={say("worstNow")}>
      <div>
        <span className="nf-soft">
          {isUrgent(event) && <Tag tone="act">{word("causeGroup", event.causeGroup)}</Tag>} {say("worstNow")} ·{" "}
          <Ago at={event.startsAt} /> <AnomalyTag state={event.state} />
        </span>
        <div className="nf-worst-what nf-clamp">
          <Link to="/events/$id" params={{ id: event.id }}>
            {pick(event.ruleName)}
          </Link>
          {" · "}
          {placeOf(event)}
        </div>
        <span className="nf-soft nf-clamp">{pick(event.reason)}</span>
      </div>
      <div>
        <div className="nf-worst-money">{say("perDay", { money: format.money(event.moneyPerDay) })}</div>
        <span className="nf-soft nf-number">{format.flow(event.rateM3h, unitOfCommodity(event.commodity))}</span>
      </div>
      <div>
        <div className="nf-soft">{say("whoIsOnIt")}</div>
        <WhoIsOnIt event={event} />
      </div>
    </section>
  );
}
