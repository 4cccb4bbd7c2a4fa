import { useMutation } from "@tanstack/react-query";
import { Button, Checkbox, Input } from "antd";
import { useId, useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { useMay } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { Problem } from "../problem.tsx";
import { keepTicket } from "./moves.tsx";
import { words } from "./words.ts";

/** A note on a ticket; in follow-up it may count as an attempt to reach the customer. */
export function NoteForm(props: { readonly ticketId: string; readonly isFollowUp: boolean }) {
  const { say } = useWords("ticket-panel", words);
  const mayNote = useMay("ticket.ticket.note");
  const id = useId();
  const [note, setNote] = useState("");
  const [isAttempt, setIsAttempt] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/api/tickets/{id}/note", {
          params: { path: { id: props.ticketId } },
          body: { note: note.trim(), isFollowUpAttempt: isAttempt },
        }),
      ),
    onSuccess: (ticket) => {
      setNote("");
      setIsAttempt(false);
      keepTicket(ticket);
    },
  });
  if (!mayNote) return null;
  return (
    <form
      className="nf-field"
      style={{ marginBottom: 12 }}
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <label htmlFor={id} className="nf-soft">
        {say("note")}
      </label>
      <Input.TextArea
        id={id}
        autoSize={{ minRows: 1, maxRows: 6 }}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      {props.isFollowUp && (
        <Checkbox checked={isAttempt} onChange={(event) => setIsAttempt(event.target.checked)}>
          {say("isAttempt")}
        </Checkbox>
      )}
      <div>
        <Button htmlType="submit" disabled={note.trim() === ""} loading={send.isPending}>
          {say("addNote")}
        </Button>
      </div>
      {send.error !== null && <Problem error={send.error} />}
    </form>
  );
}
