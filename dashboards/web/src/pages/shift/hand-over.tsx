import { useMutation } from "@tanstack/react-query";
import { Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { handOver, refreshShift } from "./acts.ts";
import { words } from "./words.ts";

/** Hands the shift over, for those who may. */
export function HandOverButton() {
  const { say } = useWords("shift", words);
  const mayWrite = useMay("monitor.shift.write");
  const [isOpen, setIsOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <>
      <Button type="primary" onClick={() => setIsOpen(true)}>
        {say("handOver")}
      </Button>
      {isOpen && <HandOverDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

function HandOverDialog(props: { readonly onClose: () => void }) {
  const { say } = useWords("shift", words);
  const id = useId();
  const [text, setText] = useState("");
  const handing = useMutation({
    mutationFn: () => handOver(text.trim()),
    onSuccess: async () => {
      props.onClose();
      await refreshShift();
    },
  });
  return (
    <Modal
      open
      title={say("handOverTitle")}
      okText={say("confirmHandOver")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: text.trim() === "", loading: handing.isPending }}
      onOk={() => handing.mutate()}
      onCancel={props.onClose}
    >
      <p>{say("handOverHint")}</p>
      <div className="nf-field">
        <label htmlFor={id}>{say("handOverText")}</label>
        <Input.TextArea
          id={id}
          rows={5}
          maxLength={4000}
          value={text}
          onChange={(change) => setText(change.target.value)}
        />
      </div>
      {handing.error !== null && <Problem error={handing.error} />}
    </Modal>
  );
}
