import { useMutation } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { type ReactNode, useId, useState } from "react";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

const SHORTEST_REASON = 3;

/** Asks once before something is done: names it, and takes the reason that the audit trail keeps. */
export function ReasonDialog<Result>(props: {
  readonly title: string;
  readonly confirm: string;
  /** What will happen, and to how many. */
  readonly children: ReactNode;
  readonly isDangerous?: boolean;
  /** Something else is missing before it can be done. */
  readonly isBlocked?: boolean;
  readonly act: (reason: string) => Promise<Result>;
  readonly onDone: (result: Result) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("operations", words);
  const id = useId();
  const [reason, setReason] = useState("");
  const acting = useMutation({
    mutationFn: () => props.act(reason.trim()),
    onSuccess: (result) => {
      props.onClose();
      props.onDone(result);
    },
  });
  return (
    <Modal
      open
      title={props.title}
      okText={props.confirm}
      cancelText={say("cancel")}
      okButtonProps={{
        disabled: props.isBlocked === true || reason.trim().length < SHORTEST_REASON,
        loading: acting.isPending,
        danger: props.isDangerous ?? false,
      }}
      onOk={() => acting.mutate()}
      onCancel={props.onClose}
    >
      {props.children}
      <div className="nf-field">
        <label htmlFor={id}>
          {say("reason")} <span className="nf-soft">({say("reasonHint")})</span>
        </label>
        <Input.TextArea
          id={id}
          rows={3}
          maxLength={500}
          value={reason}
          onChange={(change) => setReason(change.target.value)}
        />
      </div>
      {acting.error !== null && <Problem error={acting.error} />}
    </Modal>
  );
}
