import { Button } from "antd";
import { useMay } from "../../api/session.ts";
import type { AlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { words as alarmWords } from "../../parts/alarm/words.ts";
import { useWords } from "../../words/use-words.ts";

const words = {
  ...alarmWords,
  ticked: { zh: "已选 {{count}} 条", en: "{{count}} ticked" },
  none: { zh: "取消选择", en: "Tick none" },
  keys: {
    zh: "键：j/k 选行，x 勾选，a 确认，s 搁置，t 由我处理",
    en: "Keys: j/k row, x tick, a acknowledge, s shelve, t take on",
  },
} as const;

/** What can be done with the alarms that are ticked. */
export function BulkBar(props: {
  readonly ids: readonly string[];
  readonly acts: AlarmActs;
  readonly onShelve: () => void;
  readonly onNone: () => void;
}) {
  const { say } = useWords("bulk-bar", words);
  const mayAcknowledge = useMay("monitor.alarm.ack");
  const mayShelve = useMay("monitor.alarm.shelve");
  const { ids, acts } = props;
  if (!mayAcknowledge) return null;
  if (ids.length === 0) return <p className="nf-soft nf-small nf-tight nf-desk-only">{say("keys")}</p>;
  return (
    <div className="nf-actions nf-bulk">
      <span className="nf-strong">{say("ticked", { count: ids.length })}</span>
      <Button type="primary" loading={acts.isPending} onClick={() => acts.acknowledge(ids)}>
        {say("acknowledge")}
      </Button>
      {mayShelve && <Button onClick={props.onShelve}>{say("shelve")}</Button>}
      <Button onClick={() => acts.takeOn(ids)}>{say("takeOn")}</Button>
      <Button type="text" onClick={props.onNone}>
        {say("none")}
      </Button>
    </div>
  );
}
