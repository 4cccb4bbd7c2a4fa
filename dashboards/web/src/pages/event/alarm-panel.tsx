import { Button } from "antd";
import { useState } from "react";
import type { AnomalyDetail } from "../../api/queries.ts";
import { useMay, useSession } from "../../api/session.ts";
import { type AlarmKey, useAlarmKeys } from "../../parts/alarm/alarm-keys.ts";
import { DoneBar } from "../../parts/alarm/done-bar.tsx";
import { ShelveDialog } from "../../parts/alarm/shelve-dialog.tsx";
import { type AlarmActs, useAlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { words as alarmWords } from "../../parts/alarm/words.ts";
import { Panel } from "../../parts/panel.tsx";
import { AlarmTag, PriorityTag } from "../../parts/tag.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";

const words = {
  ...alarmWords,
  title: { zh: "报警", en: "Alarm" },
  seenBy: { zh: "{{who}} 确认于", en: "Acknowledged by {{who}}" },
  ackBy: { zh: "须在此前确认：", en: "To be acknowledged by" },
  shelvedBy: { zh: "{{who}} 搁置至", en: "Shelved by {{who}} until" },
  heldBack: { zh: "计划作业期间抑制（{{reason}}），至", en: "Held back by planned work ({{reason}}) until" },
  owner: { zh: "处理人：{{who}}", en: "{{who}} is on it" },
  escalated: { zh: "超时未确认，已重复提示 {{count}} 次", en: "Told again {{count}}×, as nobody looked in time" },
  chattering: { zh: "一天内反复出现，建议搁置", en: "Came and went several times in a day: shelve it?" },
} as const;

/** What was done about an event's alarm, and what can be; by keys too. */
export function AlarmPanel(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("alarm-panel", words);
  const acts = useAlarmActs();
  const [isShelving, setIsShelving] = useState(false);
  const { id, alarm } = props.event;
  return (
    <Panel
      title={say("title")}
      extra={
        <span>
          <PriorityTag priority={alarm.priority} isSeen={alarm.state !== "active_unack"} />{" "}
          <AlarmTag state={alarm.state} />
        </span>
      }
    >
      <AlarmFacts event={props.event} />
      <AlarmButtons event={props.event} acts={acts} onShelve={() => setIsShelving(true)} />
      <DoneBar acts={acts} />
      {isShelving && (
        <ShelveDialog
          count={1}
          onShelve={(minutes, reason) => acts.shelve([id], minutes, reason)}
          onClose={() => setIsShelving(false)}
        />
      )}
    </Panel>
  );
}

function AlarmFacts(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("alarm-panel", words);
  const { alarm } = props.event;
  return (
    <ul className="nf-plain">
      {alarm.ackBy !== null && (
        <li>
          {say("ackBy")} <When at={alarm.ackBy} />
        </li>
      )}
      {alarm.ackedBy !== null && (
        <li>
          {say("seenBy", { who: alarm.ackedBy })} <When at={alarm.ackedAt} />
          {alarm.ackNote !== null && <> · {alarm.ackNote}</>}
        </li>
      )}
      {alarm.shelvedBy !== null && (
        <li>
          {say("shelvedBy", { who: alarm.shelvedBy })} <When at={alarm.shelvedUntil} /> · {alarm.shelveReason}
        </li>
      )}
      {alarm.plannedWork !== null && (
        <li>
          {say("heldBack", { reason: alarm.plannedWork.reason })} <When at={alarm.plannedWork.endsAt} />
        </li>
      )}
      {alarm.owner !== null && <li>{say("owner", { who: alarm.owner.name })}</li>}
      {alarm.escalation > 0 && <li>{say("escalated", { count: alarm.escalation })}</li>}
      {alarm.isChattering && <li>{say("chattering")}</li>}
    </ul>
  );
}

function AlarmButtons(props: {
  readonly event: AnomalyDetail;
  readonly acts: AlarmActs;
  readonly onShelve: () => void;
}) {
  const { say } = useWords("alarm-panel", words);
  const { user } = useSession();
  const mayAcknowledge = useMay("monitor.alarm.ack");
  const mayShelve = useMay("monitor.alarm.shelve");
  const { acts, onShelve } = props;
  const { id, alarm } = props.event;
  const ids = [id];
  useAlarmKeys((key: NonNullable<AlarmKey>) => {
    if (key === "acknowledge" && mayAcknowledge) acts.acknowledge(ids);
    if (key === "takeOn" && mayAcknowledge) acts.takeOn(ids);
    if (key === "shelve" && mayShelve) onShelve();
  });
  if (!mayAcknowledge) return null;
  const isMine = alarm.owner?.id === user.id;
  return (
    <div className="nf-actions">
      {alarm.ackedAt === null && (
        <Button type="primary" loading={acts.isPending} onClick={() => acts.acknowledge(ids)}>
          {say("acknowledge")}
        </Button>
      )}
      <Button onClick={() => (isMine ? acts.letGo(ids) : acts.takeOn(ids))}>{say(isMine ? "letGo" : "takeOn")}</Button>
      {mayShelve &&
        (alarm.state === "shelved" ? (
          <Button onClick={() => acts.unshelve(ids)}>{say("unshelve")}</Button>
        ) : (
          <Button onClick={onShelve}>{say("shelve")}</Button>
        ))}
    </div>
  );
}
