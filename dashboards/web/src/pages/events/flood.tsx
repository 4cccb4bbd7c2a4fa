import { Button } from "antd";
import type { AlarmSummary } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import type { AlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { words as alarmWords } from "../../parts/alarm/words.ts";
import { Panel } from "../../parts/panel.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";

const words = {
  ...alarmWords,
  title: { zh: "报警风暴：十分钟内 {{count}} 条新报警", en: "A flood: {{count}} new alarms in ten minutes" },
  hint: { zh: "按分区和规则归并，可整组确认。", en: "By district and rule; a group can be acknowledged at once." },
  worth: { zh: "合计 {{money}}/天，同一漏点只计一次。", en: "{{money}}/day in all; a leak counts once." },
  elsewhere: { zh: "分区以外", en: "outside districts" },
  countedElsewhere: { zh: "{{count}} 条已计入其他规则", en: "{{count}} counted under another rule" },
} as const;

type Flood = NonNullable<AlarmSummary["flood"]>;

/** More new alarms than a person can take in, grouped. */
export function FloodPanel(props: { readonly flood: Flood; readonly acts: AlarmActs }) {
  const { say } = useWords("flood", words);
  const { money } = useFormat();
  const worth = say("worth", { money: money(props.flood.moneyPerDay) });
  return (
    <Panel title={say("title", { count: props.flood.count })}>
      <p className="nf-soft nf-tight">
        {say("hint")} {worth}
      </p>
      <ul className="nf-cards">
        {props.flood.groups.map((group) => (
          <FloodGroup key={`${group.dmaId} ${group.rule}`} group={group} acts={props.acts} />
        ))}
      </ul>
    </Panel>
  );
}

function FloodGroup(props: { readonly group: Flood["groups"][number]; readonly acts: AlarmActs }) {
  const { say } = useWords("flood", words);
  const { pick } = useVocabulary();
  const { money } = useFormat();
  const mayAcknowledge = useMay("monitor.alarm.ack");
  const { group, acts } = props;
  return (
    <li className="nf-card nf-card-line">
      <span>
        <span className="nf-strong">{group.dmaName === null ? say("elsewhere") : pick(group.dmaName)}</span> ·{" "}
        {pick(group.ruleName)} × {group.count}
      </span>
      <span className="nf-actions">
        {group.countedElsewhere > 0 && (
          <span className="nf-soft">{say("countedElsewhere", { count: group.countedElsewhere })}</span>
        )}
        {group.countedElsewhere < group.count && (
          <span className="nf-number">{say("perDay", { money: money(group.moneyPerDay) })}</span>
        )}
        {mayAcknowledge && (
          <Button size="small" loading={acts.isPending} onClick={() => acts.acknowledge(group.ids)}>
            {say("acknowledgeMany", { count: group.ids.length })}
          </Button>
        )}
      </span>
    </li>
  );
}
