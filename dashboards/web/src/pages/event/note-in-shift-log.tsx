import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Checkbox, Input, Modal } from "antd";
import { useState } from "react";
import type { AnomalyDetail } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";
import { refreshShift, writeNote } from "../shift/acts.ts";
import { aroundWords } from "./around-words.ts";

/** Notes an event in the shift log, so that it is handed over. */
export function NoteInShiftLog(props: { readonly event: AnomalyDetail }) {
  const { say } = useWords("event-around", aroundWords);
  const mayWrite = useMay("monitor.shift.write");
  const [isOpen, setIsOpen] = useState(false);
  const [isNoted, setIsNoted] = useState(false);
  if (!mayWrite) return null;
  return (
    <p className="nf-actions">
      <Button onClick={() => setIsOpen(true)}>{say("toShiftLog")}</Button>
      <span role="status">
        {isNoted && (
          <>
            {say("noted")}{" "}
            <Link to="/shift" className="nf-inline-link">
              {say("seeLog")}
            </Link>
          </>
        )}
      </span>
      {isOpen && (
        <NoteDialog anomalyId={props.event.id} onNoted={() => setIsNoted(true)} onClose={() => setIsOpen(false)} />
      )}
    </p>
  );
}

function NoteDialog(props: { readonly anomalyId: string; readonly onNoted: () => void; readonly onClose: () => void }) {
  const { say } = useWords("event-around", aroundWords);
  const [text, setText] = useState("");
  const [isCarried, setIsCarried] = useState(true);
  const writing = useMutation({
    mutationFn: () => writeNote(text.trim(), isCarried, props.anomalyId),
    onSuccess: async () => {
      props.onNoted();
      props.onClose();
      await refreshShift();
    },
  });
  return (
    <Modal
      open
      title={say("noteTitle")}
      okText={say("noteTitle")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: text.trim() === "", loading: writing.isPending }}
      onOk={() => writing.mutate()}
      onCancel={props.onClose}
    >
      <Field label={say("noteText")}>
        {(id) => (
          <Input.TextArea
            id={id}
            rows={3}
            maxLength={4000}
            value={text}
            onChange={(change) => setText(change.target.value)}
          />
        )}
      </Field>
      <Checkbox checked={isCarried} onChange={(change) => setIsCarried(change.target.checked)}>
        {say("carry")}
      </Checkbox>
      {writing.error !== null && <Problem error={writing.error} />}
    </Modal>
  );
}
