import { Link } from "@tanstack/react-router";
import { Skeleton } from "antd";
import type { AnomalyRow } from "../../api/queries.ts";
import { Problem } from "../../parts/problem.tsx";
import { AnomalyTag, Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { placeOf } from "./event-list.tsx";
import { isUrgent } from "./ranking.ts";

/** A few events beside something else: what, where, since when, what it costs. None is said of what could not be asked. */
export function CompactEvents(props: {
  /** Undefined while they are not there. */
  readonly events: readonly AnomalyRow[] | undefined;
  readonly empty: string;
  readonly error?: unknown;
  readonly onRetry?: () => void;
}) {
  const { say } = useWords("common", common);
  const { pick } = useVocabulary();
  const { money } = useFormat();
  const { error = null, onRetry } = props;
  if (props.events === undefined && error !== null)
    return <Problem error={error} {...(onRetry !== undefined && { onRetry })} />;
  if (props.events === undefined) return <Skeleton active title={false} paragraph={{ rows: 3 }} />;
  if (props.events.length === 0) return <p className="nf-soft nf-tight">{props.empty}</p>;
  return (
    <ul className="nf-cards">
      {props.events.map((event) => (
        <li key={event.id} className="nf-card">
          <Link to="/events/$id" params={{ id: event.id }}>
            <span className="nf-card-line">
              <span>
                {isUrgent(event) && <Tag tone="act">{say("actNow")}</Tag>} {pick(event.ruleName)}
              </span>
              <span className="nf-number">{say("perDay", { money: money(event.moneyPerDay) })}</span>
            </span>
            <span className="nf-card-line nf-small nf-soft">
              <span className="nf-clamp">{placeOf(event)}</span>
              <span>
                <AnomalyTag state={event.state} /> <Ago at={event.startsAt} />
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
