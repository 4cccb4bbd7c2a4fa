import { getRouteApi, Link } from "@tanstack/react-router";
import type { TicketRow } from "../../api/queries.ts";
import { type Column, RankedList, type RankedListProps } from "../../parts/ranked-list.tsx";
import { ClockTag, TicketTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { nextLimitOf } from "./due.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/tickets");
const BESIDE = new Set(["ticket", "due", "state"]);

type ListProps = Omit<RankedListProps<TicketRow>, "label" | "columns" | "card" | "onOpen">;

/** Tickets with what they wait for and who has them; with one selected, fewer columns. */
export function TicketList(props: ListProps) {
  const { say } = useWords("tickets", words);
  const navigate = route.useNavigate();
  const columns = useTicketColumns();
  return (
    <RankedList
      {...props}
      label={say("list")}
      columns={props.selectedId === undefined ? columns : columns.filter((column) => BESIDE.has(String(column.key)))}
      card={(row) => <TicketCard ticket={row} />}
      onOpen={(row) => void navigate({ search: (before) => ({ ...before, ticket: row.id }) })}
    />
  );
}

function useTicketColumns(): readonly Column<TicketRow>[] {
  const { say } = useWords("tickets", words);
  const { money } = useFormat();
  return [
    { key: "ticket", title: say("ticket"), render: (row) => <TicketName ticket={row} /> },
    { key: "due", title: say("due"), width: 200, render: (row) => <Due ticket={row} /> },
    {
      key: "priority",
      title: say("priority"),
      width: 90,
      render: (row) => <span className={row.priority === "P1" ? "nf-strong" : ""}>{row.priority}</span>,
    },
    { key: "state", title: say("state"), width: 150, render: (row) => <TicketTag state={row.state} /> },
    {
      key: "who",
      title: say("who"),
      width: 160,
      render: (row) =>
        row.assignee === null ? (
          <span className="nf-soft">{say("nobody")}</span>
        ) : (
          <span className="nf-clamp">{row.assignee.displayName}</span>
        ),
    },
    {
      key: "worth",
      title: say("worth"),
      align: "right",
      width: 110,
      render: (row) => <span className="nf-number nf-strong">{money(row.moneyPerDay)}</span>,
    },
  ];
}

function TicketName(props: { readonly ticket: TicketRow }) {
  const { pick, word } = useVocabulary();
  const { id, no, title, kind } = props.ticket;
  return (
    <span className="nf-two-lines">
      <Link from="/tickets" to="/tickets" search={(before) => ({ ...before, ticket: id })} className="nf-clamp">
        {pick(title)}
      </Link>
      <span className="nf-soft nf-small">
        {no} · {word("ticketKind", kind)}
      </span>
    </span>
  );
}

function Due(props: { readonly ticket: TicketRow }) {
  const { say } = useWords("tickets", words);
  const { what, at, clock } = nextLimitOf(props.ticket);
  return (
    <span className="nf-two-lines">
      <span>
        <Ago at={at} /> <ClockTag clock={clock} />
      </span>
      <span className="nf-soft nf-small">{say(what)}</span>
    </span>
  );
}

function TicketCard(props: { readonly ticket: TicketRow }) {
  const { say } = useWords("tickets", words);
  const { pick } = useVocabulary();
  const { ticket } = props;
  const { at, clock } = nextLimitOf(ticket);
  return (
    <Link from="/tickets" to="/tickets" search={(before) => ({ ...before, ticket: ticket.id })}>
      <span className="nf-card-line">
        <span className="nf-strong nf-clamp">{pick(ticket.title)}</span>
        <TicketTag state={ticket.state} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <span>
          {ticket.priority} · {ticket.no} · {ticket.assignee?.displayName ?? say("nobody")}
        </span>
        <span>
          <Ago at={at} /> <ClockTag clock={clock} />
        </span>
      </span>
    </Link>
  );
}
