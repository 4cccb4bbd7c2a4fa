import type { AlarmSummary, AnomalyRow } from "../../api/queries.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

const ROWS = 4;

/** The alarms that somebody must look at now, safety first. */
export function CriticalAlarms(props: {
  readonly events: readonly AnomalyRow[];
  readonly waiting: AlarmSummary["unacknowledged"] | undefined;
}) {
  const { say } = useWords("wall", words);
  const { pick, word } = useVocabulary();
  const count = (props.waiting?.safety ?? 0) + (props.waiting?.critical ?? 0);
  const { major = 0, minor = 0 } = props.waiting ?? {};
  const calm = props.waiting === undefined ? say("alarmsUnknown") : say("noAlarms");
  const headline = count > 0 ? `▲ ${say("alarms", { count })}` : calm;
  return (
    <section className={count > 0 ? "wall-panel wall-act" : "wall-panel"} aria-live="polite">
      <h2>{headline}</h2>
      <ol className="wall-rows">
        {props.events.slice(0, ROWS).map((event) => (
          <li key={event.id}>
            <span className="wall-name">
              {pick(event.ruleName)} · {event.place === "" ? event.subject : event.place}
            </span>
            <span className="wall-soft">
              {word("alarmState", event.alarm.state)} · <Ago at={event.openedAt} />
            </span>
          </li>
        ))}
      </ol>
      {major + minor > 0 && <p className="wall-soft wall-also">{say("alsoWait", { major, minor })}</p>}
    </section>
  );
}
