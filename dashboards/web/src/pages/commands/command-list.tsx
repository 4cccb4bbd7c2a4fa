import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { RankedList } from "../../parts/ranked-list.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { aboutOf, CommandTag } from "./parts.tsx";
import { type CommandRow, commandsQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Commands that fit, newest first; a row opens one. */
export function CommandList(props: {
  readonly query: Parameters<typeof commandsQuery>[0];
  readonly chosen: string | undefined;
  readonly onOpen: (id: string) => void;
}) {
  const { say } = useWords("commands", words);
  const result = useInfiniteQuery(commandsQuery(props.query));
  const rows = useFlatRows<CommandRow>(result.data?.pages);
  return (
    <RankedList<CommandRow>
      {...rowsOfPages(result, rows)}
      label={say("list")}
      question={JSON.stringify(props.query)}
      selectedId={props.chosen}
      onOpen={(row) => props.onOpen(row.id)}
      empty={say("none")}
      card={(row) => <CommandCard row={row} onOpen={() => props.onOpen(row.id)} />}
      columns={[
        { key: "state", title: say("state"), width: 160, render: (row) => <CommandTag state={row.state} /> },
        {
          key: "kind",
          title: say("kind"),
          width: 130,
          render: (row) => (
            <Button type="link" onClick={() => props.onOpen(row.id)}>
              {say(`kind_${row.kind}`)}
            </Button>
          ),
        },
        { key: "about", title: say("about"), render: (row) => <span className="nf-clamp">{aboutOf(row)}</span> },
        { key: "ordered", title: say("ordered"), width: 190, render: (row) => <Ordered row={row} /> },
        {
          key: "outcome",
          title: say("outcome"),
          render: (row) => <span className="nf-clamp">{row.message ?? row.code ?? ""}</span>,
        },
      ]}
    />
  );
}

function Ordered({ row }: { readonly row: CommandRow }) {
  return (
    <span className="nf-two-lines">
      <Ago at={row.orderedAt} />
      <span className="nf-soft nf-small">{row.orderedBy}</span>
    </span>
  );
}

function CommandCard(props: { readonly row: CommandRow; readonly onOpen: () => void }) {
  const { say } = useWords("commands", words);
  const { dateTime } = useFormat();
  const { row } = props;
  return (
    <div className="nf-lines">
      <span className="nf-card-line">
        <Button type="link" onClick={props.onOpen}>
          {say(`kind_${row.kind}`)}
        </Button>
        <CommandTag state={row.state} />
      </span>
      <span className="nf-soft nf-small">{aboutOf(row)}</span>
      <span className="nf-soft nf-small">{say("by", { who: row.orderedBy, time: dateTime(row.orderedAt) })}</span>
      {row.message !== null && <span className="nf-small">{row.message}</span>}
    </div>
  );
}
