import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type TicketRow, ticketsQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { useDetailInView } from "../../parts/use-detail-in-view.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { PRIORITIES, type TicketsSearch } from "./search.ts";
import { TicketDetail } from "./ticket-detail.tsx";
import { TicketList } from "./ticket-list.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/tickets");

/** Whose ticket is next due; the chosen one beside the list. */
export function TicketsPage() {
  const { say } = useWords("tickets", words);
  useTitle(say("tickets"));
  const { ticket, mine, ...search } = route.useSearch();
  const detail = useDetailInView(ticket);
  const query = {
    ...search,
    ...(mine === true ? { mine: "true" as const } : {}),
    state: search.state ?? ("open" as const),
  };
  const result = useInfiniteQuery(ticketsQuery({ ...query, sort: search.sort ?? "due" }));
  const list = rowsOfPages(result, useFlatRows<TicketRow>(result.data?.pages));
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("tickets")}</h1>
      </div>
      <Filters search={{ ...search, mine, ticket }} />
      <div className={ticket === undefined ? "" : "nf-split"}>
        <Panel title={say("list")}>
          <TicketList {...list} question={JSON.stringify(query)} selectedId={ticket} empty={say("empty")} />
        </Panel>
        {ticket !== undefined && (
          <div className="nf-split-detail" ref={detail}>
            <TicketDetail id={ticket} />
          </div>
        )}
      </div>
    </div>
  );
}

function Filters(props: { readonly search: TicketsSearch }) {
  const { say } = useWords("tickets", words);
  const { word } = useVocabulary();
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: TicketsSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  const states = vocabularyKeys("ticketState").map((value) => ({ value, label: word("ticketState", value) }));
  return (
    <search className="nf-filters">
      <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
      <ChoiceFilter
        label={say("who")}
        none={say("everybody")}
        value={search.mine === true ? "mine" : undefined}
        choices={[{ value: "mine", label: say("mine") }]}
        onChange={(value) => change({ mine: value === "mine" ? true : undefined })}
      />
      <ChoiceFilter
        label={say("state")}
        none={say("open")}
        value={search.state}
        choices={[{ value: "all", label: say("all") }, ...states]}
        onChange={(state) => change({ state })}
      />
      <ChoiceFilter
        label={say("kind")}
        none={say("all")}
        value={search.kind}
        choices={vocabularyKeys("ticketKind").map((value) => ({ value, label: word("ticketKind", value) }))}
        onChange={(kind) => change({ kind })}
      />
      <ChoiceFilter
        label={say("priority")}
        none={say("all")}
        value={search.priority}
        choices={PRIORITIES.map((value) => ({ value, label: value }))}
        onChange={(priority) => change({ priority })}
      />
      <ChoiceFilter
        label={say("order")}
        none={say("byDue")}
        value={search.sort}
        choices={[{ value: "newest", label: say("newest") }]}
        onChange={(sort) => change({ sort })}
      />
    </search>
  );
}
