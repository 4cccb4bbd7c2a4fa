import { Link } from "@tanstack/react-router";
import type { ShiftFacts } from "../../api/queries.ts";
import { PriorityTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

/** What stands open, in words, and the dearest of it. */
export function StandsOpen(props: { readonly facts: ShiftFacts }) {
  const { say } = useWords("shift", words);
  const { dateTime } = useFormat();
  const { facts } = props;
  const { safety = 0, critical = 0, major = 0, minor = 0 } = facts.unacknowledged;
  return (
    <>
      <p className="nf-tight nf-soft">
        {facts.sinceAt === null ? say("sinceEver") : say("since", { when: dateTime(facts.sinceAt) })}
      </p>
      <p className="nf-tight">
        {say("happened", {
          opened: facts.newFindings,
          ended: facts.endedFindings,
          tickets: facts.ticketsOpened,
          closed: facts.ticketsClosed,
        })}
      </p>
      <p className="nf-tight">
        {say("waiting", { safety, critical, major, minor, shelved: facts.shelved, suppressed: facts.suppressed })}
      </p>
      <h3>{say("worst")}</h3>
      <Worst worst={facts.worst} />
    </>
  );
}

function Worst(props: { readonly worst: ShiftFacts["worst"] }) {
  const { say } = useWords("shift", words);
  const { pick } = useVocabulary();
  const { money } = useFormat();
  if (props.worst.length === 0) return <p className="nf-soft nf-tight">{say("noneOpen")}</p>;
  return (
    <ul className="nf-cards">
      {props.worst.map((event) => (
        <li key={event.id} className="nf-card">
          <Link to="/events/$id" params={{ id: event.id }}>
            <span className="nf-card-line">
              <span>
                <PriorityTag priority={event.priority} isSeen={true} /> {pick(event.ruleName)}
              </span>
              <span className="nf-number">{say("perDay", { money: money(event.moneyPerDay) })}</span>
            </span>
            <span className="nf-card-line nf-small nf-soft">
              <span className="nf-clamp">{event.place === "" ? event.subject : event.place}</span>
              <span>{event.owner ?? event.ticketNo ?? say("nobody")}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
