import { Button } from "antd";
import { useMay } from "../../api/session.ts";
import type { AlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { words as alarmWords } from "../../parts/alarm/words.ts";
import { useWords } from "../../words/use-words.ts";

const words = {
  ...alarmWords,
  ticked: { zh: "已选 {{count}} 条", en: "{{count}} ticked" },
  none: { zh: "取消选择", en: "Tick none" },
  onlyShown: {
    zh: "只选了已加载的；符合条件的还有更多。",
    en: "Only what is loaded is ticked; more events fit.",
  },
  all: { zh: "选择全部符合条件的（最多 {{most}} 条）", en: "Tick all that fit ({{most}} at most)" },
  keys: {
    zh: "键：j/k 选行，x 勾选，a 确认，s 搁置，t 由我处理",
    en: "Keys: j/k row, x tick, a acknowledge, s shelve, t take on",
  },
} as const;

/** So many alarms the API takes at once. */
export const MOST_AT_ONCE = 1000;

/** What can be done with the alarms that are ticked. */
export function BulkBar(props: {
  readonly ids: readonly string[];
  readonly acts: AlarmActs;
  readonly onShelve: () => void;
  readonly onNone: () => void;
  /** What ticks the rows that are not loaded yet, too; undefined where all that is loaded is not ticked, or nothing more fits. */
  readonly onAll: (() => void) | undefined;
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
      {props.onAll !== undefined && (
        <span>
          {say("onlyShown")}{" "}
          <Button size="small" onClick={props.onAll}>
            {say("all", { most: MOST_AT_ONCE })}
          </Button>
        </span>
      )}
    </div>
  );
}
