import { useMutation } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { ApiProblem, api, dataOf } from "../../api/client.ts";
import { type TicketDetail, ticketQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { useWords } from "../../words/use-words.ts";
import { type TicketState, useVocabulary } from "../../words/vocabulary.ts";
import { Problem } from "../problem.tsx";
import { MoveDialog } from "./move-dialog.tsx";
import { emptyForm, type MoveForm, mainMoveOf, moveBody, questionOf } from "./move-form.ts";
import { words } from "./words.ts";

interface Move {
  readonly to: TicketState;
  readonly form: MoveForm;
}

/** The steps that a ticket may take now, as buttons; the one towards its end first. */
export function TicketMoves(props: { readonly ticket: TicketDetail; readonly extra?: React.ReactNode }) {
  const { say } = useWords("ticket-panel", words);
  const { word } = useVocabulary();
  const mayMove = useMay("ticket.ticket.move");
  const [asking, setAsking] = useState<TicketState | null>(null);
  const { ticket } = props;
  const move = useMoveTicket(ticket, () => setAsking(null));
  const start = (to: TicketState) => {
    move.reset();
    if (questionOf(to) === null) move.mutate({ to, form: emptyForm(ticket) });
    else setAsking(to);
  };
  const main = mainMoveOf(ticket.next);
  const others = ticket.next.filter((state) => state !== main);
  if (!mayMove) return <p className="nf-soft nf-tight">{say("noRight")}</p>;
  return (
    <>
      <fieldset className="nf-actions nf-bare" aria-label={say("nextStep")}>
        {main !== undefined && (
          <Button type="primary" loading={move.isPending && asking === null} onClick={() => start(main)}>
            {word("ticketMove", main)}
            {questionOf(main) === null ? "" : "…"}
          </Button>
        )}
        {others.map((to) => (
          <Button key={to} disabled={move.isPending} onClick={() => start(to)}>
            {word("ticketMove", to)}
            {questionOf(to) === null ? "" : "…"}
          </Button>
        ))}
        {ticket.next.length === 0 && <span className="nf-soft">{say("ended")}</span>}
        {props.extra}
      </fieldset>
      {asking === null && move.error !== null && <Problem error={move.error} />}
      {asking !== null && (
        <MoveDialog
          ticket={ticket}
          to={asking}
          isBusy={move.isPending}
          error={move.error}
          onMove={(form) => move.mutate({ to: asking, form })}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

function useMoveTicket(ticket: TicketDetail, onDone: () => void) {
  return useMutation({
    mutationFn: ({ to, form }: Move) =>
      dataOf(
        api.POST("/api/tickets/{id}/move", {
          params: { path: { id: ticket.id } },
          body: moveBody(ticket, to, form),
        }),
      ),
    onSuccess: (moved) => {
      keepTicket(moved);
      onDone();
    },
    onError: (error) => {
      if (error instanceof ApiProblem && error.status === 409)
        void queryClient.invalidateQueries(ticketQuery(ticket.id));
    },
  });
}

/** Shows a ticket as the server answered it, and asks again for the lists that hold it. */
export function keepTicket(ticket: TicketDetail): void {
  queryClient.setQueryData(ticketQuery(ticket.id).queryKey, ticket);
  for (const part of ["tickets", "anomalies", "anomaly", "overview"])
    void queryClient.invalidateQueries({ queryKey: [part] });
}
