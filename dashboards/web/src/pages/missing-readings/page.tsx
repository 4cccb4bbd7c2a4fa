import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { missingReadingsQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { Gaps } from "./gaps.tsx";
import { ReRead } from "./re-read.tsx";
import type { MissingRow } from "./row.ts";
import { type MissingSearch, SPANS } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/missing");

/** Which readings of which meters are missing in a span, and where. */
export function MissingReadingsPage() {
  const { say } = useWords("missing-readings", words);
  useTitle(say("title"));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { days, ...filter } = search;
  const result = useInfiniteQuery(missingReadingsQuery({ ...filter, days: Number(days ?? SPANS[0]) }));
  const flat = useFlatRows(result.data?.pages);
  const rows = useMemo(() => flat?.map((row): MissingRow => ({ id: row.meter.id, ...row })), [flat]);
  return (
    <div className="nf-page">
      <CollectionTabs />
      <Filters search={search} />
      <Panel title={say("list")} extra={rows !== undefined && rows.length > 0 && <ReRead rows={rows} isForAll />}>
        <RankedList<MissingRow>
          {...rowsOfPages(result, flat)}
          rows={rows}
          label={say("list")}
          question={JSON.stringify(search)}
          columns={useColumns()}
          card={(row) => <MissingCard row={row} />}
          onOpen={(row) => void navigate({ to: "/meters/$id", params: { id: row.id }, search: {} })}
          empty={say("nothing")}
        />
      </Panel>
    </div>
  );
}

function Filters(props: { readonly search: MissingSearch }) {
  const { say } = useWords("missing-readings", words);
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: MissingSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <search className="nf-filters">
      <ChoiceFilter
        label={say("span")}
        none={say("days1")}
        value={search.days}
        choices={SPANS.slice(1).map((value) => ({ value, label: say(`days${value}`) }))}
        onChange={(days) => change({ days })}
      />
      <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
      <TextFilter label={say("agent")} value={search.agent} onChange={(agent) => change({ agent })} />
      <TextFilter label={say("district")} value={search.dma} onChange={(dma) => change({ dma })} />
      <TextFilter label={say("model")} value={search.model} onChange={(model) => change({ model })} />
    </search>
  );
}

function useColumns(): readonly Column<MissingRow>[] {
  const { say } = useWords("missing-readings", words);
  return [
    {
      key: "meter",
      title: say("meter"),
      width: 220,
      render: ({ meter }) => (
        <span className="nf-two-lines">
          <Link to="/meters/$id" params={{ id: meter.id }}>
            {meter.id}
          </Link>
          <span className="nf-soft nf-small nf-clamp">{meter.address}</span>
        </span>
      ),
    },
    {
      key: "where",
      title: say("agent"),
      width: 300,
      render: ({ meter }) => (
        <span className="nf-two-lines">
          <span className="nf-clamp">{meter.agent ?? "–"}</span>
          <span className="nf-soft nf-small nf-clamp">{[meter.dmaId, meter.model].filter(Boolean).join(" · ")}</span>
        </span>
      ),
    },
    { key: "got", title: say("got"), align: "right", width: 110, render: (row) => <Got row={row} /> },
    { key: "gaps", title: say("gaps"), render: (row) => <Gaps row={row} /> },
    { key: "acts", title: "", width: 130, render: (row) => <ReRead rows={[row]} /> },
  ];
}

function Got(props: { readonly row: MissingRow }) {
  const { number } = useFormat();
  return (
    <span className="nf-number">
      {number(props.row.got, 0)} / {number(props.row.expected, 0)}
    </span>
  );
}

function MissingCard(props: { readonly row: MissingRow }) {
  const { row } = props;
  return (
    <Link to="/meters/$id" params={{ id: row.id }}>
      <span className="nf-card-line">
        <span className="nf-strong">{row.id}</span>
        <Got row={row} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <Gaps row={row} />
      </span>
    </Link>
  );
}
