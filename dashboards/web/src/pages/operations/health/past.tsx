import { spanWords } from "../../../parts/ago.ts";
import { Panel } from "../../../parts/panel.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import type { Health } from "./queries.ts";
import { words } from "./words.ts";

const MOST_SHOWN = 5;

/** When the head-end was silent of late, and for how long. */
export function Past(props: { readonly events: Health["events"] }) {
  const { say, language } = useWords("operations-health", words);
  const { dateTime } = useFormat();
  return (
    <Panel title={say("past")}>
      {props.events.length === 0 && <p className="nf-soft nf-tight">{say("noPast")}</p>}
      <ul className="nf-cards">
        {props.events.slice(0, MOST_SHOWN).map(({ id, subject: site, openedAt, lastSeenAt, closedAt }) => {
          const start = lastSeenAt ?? openedAt;
          const from = dateTime(start);
          return (
            <li key={id} className="nf-card nf-small" style={{ padding: "6px 0" }}>
              {closedAt === null
                ? say("pastOpen", { site, from })
                : say("pastLine", { site, from, to: dateTime(closedAt), span: spanWords(closedAt - start, language) })}
            </li>
          );
        })}
      </ul>
    </Panel>
  );
}
