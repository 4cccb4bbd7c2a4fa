import { Input, Modal, Segmented } from "antd";
import { useId, useState } from "react";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const HOUR_MIN = 60;
const SPANS = [
  { minutes: 15, word: "minutes15" },
  { minutes: HOUR_MIN, word: "hour1" },
  { minutes: 8 * HOUR_MIN, word: "hours8" },
  { minutes: 24 * HOUR_MIN, word: "day1" },
  { minutes: 7 * 24 * HOUR_MIN, word: "week1" },
] as const;
const SHORTEST_REASON = 3;

/** Asks for how long alarms are shelved, and why. */
export function ShelveDialog(props: {
  readonly count: number;
  readonly onShelve: (forMinutes: number, reason: string) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("alarm", words);
  const id = useId();
  const [minutes, setMinutes] = useState<number>(8 * HOUR_MIN);
  const [reason, setReason] = useState("");
  return (
    <Modal
      open
      title={say("shelveTitle")}
      okText={say("shelve")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: reason.trim().length < SHORTEST_REASON }}
      onOk={() => {
        props.onShelve(minutes, reason.trim());
        props.onClose();
      }}
      onCancel={props.onClose}
    >
      <p>{say("shelveHint", { count: props.count })}</p>
      <div className="nf-field">
        <span id={`${id}-for`}>{say("shelveFor")}</span>
        <Segmented
          aria-labelledby={`${id}-for`}
          value={minutes}
          onChange={setMinutes}
          options={SPANS.map(({ minutes: value, word }) => ({ value, label: say(word) }))}
        />
      </div>
      <div className="nf-field">
        <label htmlFor={`${id}-reason`}>{say("shelveReason")}</label>
        <Input.TextArea
          id={`${id}-reason`}
          rows={3}
          maxLength={500}
          value={reason}
          onChange={(change) => setReason(change.target.value)}
        />
      </div>
    </Modal>
  );
}
