import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useId } from "react";
import { api, dataOf } from "../../api/client.ts";
import { type TicketDetail, usersQuery } from "../../api/queries.ts";
import { useMay, useSession } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { Problem } from "../problem.tsx";
import { keepTicket } from "./moves.tsx";
import { words } from "./words.ts";

const NOBODY = "";

/** Who has a ticket; for those who may, the choice of somebody else. */
export function Assignee(props: { readonly ticket: TicketDetail }) {
  const { say } = useWords("ticket-panel", words);
  const { ticket } = props;
  const mayAssign = useMay("ticket.ticket.assign");
  const mayReadUsers = useMay("system.user.read");
  const assign = useAssign(ticket);
  if (!mayAssign || !mayReadUsers)
    return (
      <div>
        {say("assignee")}: {ticket.assignee?.displayName ?? say("nobody")}
      </div>
    );
  return (
    <>
      <Choice ticket={ticket} isBusy={assign.isPending} onChoose={(id) => assign.mutate(id)} />
      {assign.error !== null && <Problem error={assign.error} />}
    </>
  );
}

function Choice(props: {
  readonly ticket: TicketDetail;
  readonly isBusy: boolean;
  readonly onChoose: (userId: string | null) => void;
}) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const { user } = useSession();
  const id = useId();
  const users = useQuery(usersQuery);
  const { ticket, onChoose } = props;
  const people = (users.data?.items ?? []).map((person) => ({
    value: person.id,
    label: `${person.displayName} · ${word("role", person.role)}`,
  }));
  return (
    <div className="nf-assign">
      <label htmlFor={id}>{say("assignee")}</label>
      <Select
        id={id}
        showSearch={{ optionFilterProp: "label" }}
        loading={users.isPending || props.isBusy}
        value={ticket.assignee?.id ?? NOBODY}
        onChange={(value) => onChoose(value === NOBODY ? null : value)}
        options={[{ value: NOBODY, label: say("assignNobody") }, ...withPresent(people, ticket.assignee)]}
      />
      {ticket.assignee?.id !== user.id && <Button onClick={() => onChoose(user.id)}>{say("takeIt")}</Button>}
    </div>
  );
}

/** The people to choose from, with the one who has it now even when he is outside the reader's region. */
function withPresent(
  people: readonly { readonly value: string; readonly label: string }[],
  present: TicketDetail["assignee"],
) {
  if (present === null || people.some((person) => person.value === present.id)) return people;
  return [{ value: present.id, label: present.displayName }, ...people];
}

function useAssign(ticket: TicketDetail) {
  return useMutation({
    mutationFn: (assigneeId: string | null) =>
      dataOf(
        api.POST("/api/tickets/{id}/assign", {
          params: { path: { id: ticket.id } },
          body: { assigneeId, version: ticket.version },
        }),
      ),
    onSuccess: keepTicket,
  });
}
