import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type MeterRow, metersQuery } from "../../api/queries.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter, TextFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { CollectionTag } from "../../parts/tag.tsx";
import { useTitle } from "../../parts/use-title.ts";
import { Ago } from "../../parts/when.tsx";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary, vocabularyKeys } from "../../words/vocabulary.ts";
import { RegisterValue } from "./register-value.tsx";
import type { MetersSearch } from "./search.ts";

const route = getRouteApi("/inside/meters");

const words = {
  ...common,
  list: { zh: "表具与采集状态", en: "Meters and whether they report" },
  find: { zh: "表号、地址、客户、户号", en: "Meter, address, customer, account" },
  status: { zh: "采集状态", en: "Collection" },
  commodity: { zh: "介质", en: "Commodity" },
  purpose: { zh: "用途", en: "Purpose" },
  meter: { zh: "表具", en: "Meter" },
  place: { zh: "地址 / 客户", en: "Address / customer" },
  lastReading: { zh: "最近读数", en: "Last reading" },
  register: { zh: "表底", en: "Register" },
  district: { zh: "分区", en: "District" },
  agent: { zh: "采集终端", en: "Agent" },
  empty: {
    zh: "没有符合条件的表具。可放宽筛选条件，或先导入表具档案（nightflow registry import）。",
    en: "No meter fits. Widen the filters, or import meters first (nightflow registry import).",
  },
} as const;

/** Every meter: does it report, how old is its last reading, what does its register show. */
export function MetersPage() {
  const { say } = useWords("meters", words);
  useTitle(say("meters"));
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const result = useInfiniteQuery(metersQuery(search));
  const list = rowsOfPages(result, useFlatRows<MeterRow>(result.data?.pages));
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>{say("meters")}</h1>
      </div>
      <Filters search={search} />
      <Panel title={say("list")}>
        <RankedList
          {...list}
          label={say("list")}
          question={JSON.stringify(search)}
          columns={useMeterColumns()}
          card={(row) => <MeterCard meter={row} />}
          onOpen={(row) => void navigate({ to: "/meters/$id", params: { id: row.id }, search: {} })}
          empty={say("empty")}
        />
      </Panel>
    </div>
  );
}

function Filters(props: { readonly search: MetersSearch }) {
  const { say } = useWords("meters", words);
  const { word } = useVocabulary();
  const navigate = route.useNavigate();
  const { search } = props;
  const change = (part: MetersSearch) => void navigate({ search: { ...search, ...part }, replace: true });
  return (
    <search className="nf-filters">
      <TextFilter label={say("find")} value={search.q} onChange={(q) => change({ q })} />
      <ChoiceFilter
        label={say("status")}
        none={say("all")}
        value={search.status}
        choices={vocabularyKeys("collectionStatus").map((value) => ({ value, label: word("collectionStatus", value) }))}
        onChange={(status) => change({ status })}
      />
      <ChoiceFilter
        label={say("commodity")}
        none={say("all")}
        value={search.commodity}
        choices={vocabularyKeys("commodity").map((value) => ({ value, label: word("commodity", value) }))}
        onChange={(commodity) => change({ commodity })}
      />
      <ChoiceFilter
        label={say("purpose")}
        none={say("all")}
        value={search.purpose}
        choices={vocabularyKeys("purpose").map((value) => ({ value, label: word("purpose", value) }))}
        onChange={(purpose) => change({ purpose })}
      />
      <TextFilter label={say("district")} value={search.dma} onChange={(dma) => change({ dma })} />
      <TextFilter label={say("agent")} value={search.agent} onChange={(agent) => change({ agent })} />
    </search>
  );
}

function useMeterColumns(): readonly Column<MeterRow>[] {
  const { say } = useWords("meters", words);
  return [
    { key: "meter", title: say("meter"), width: 220, render: (row) => <MeterName meter={row} /> },
    {
      key: "place",
      title: say("place"),
      render: (row) => (
        <span className="nf-two-lines">
          <span className="nf-clamp">{row.address}</span>
          <span className="nf-soft nf-small nf-clamp">{row.customer}</span>
        </span>
      ),
    },
    { key: "status", title: say("status"), width: 130, render: (row) => <CollectionTag status={row.status} /> },
    { key: "last", title: say("lastReading"), width: 140, render: (row) => <Ago at={row.lastValueAt} /> },
    {
      key: "register",
      title: say("register"),
      align: "right",
      width: 150,
      render: (row) => <RegisterValue value={row.register} unit={row.unit} />,
    },
    { key: "district", title: say("district"), width: 110, render: (row) => row.dmaId ?? "–" },
    { key: "agent", title: say("agent"), width: 150, render: (row) => row.agent ?? "–" },
  ];
}

function MeterName(props: { readonly meter: MeterRow }) {
  const { word } = useVocabulary();
  const { id, commodity, purpose, model } = props.meter;
  return (
    <span className="nf-two-lines">
      <Link to="/meters/$id" params={{ id }}>
        {id}
      </Link>
      <span className="nf-soft nf-small nf-clamp">
        {word("commodity", commodity)} · {word("purpose", purpose)}
        {model === "" ? "" : ` · ${model}`}
      </span>
    </span>
  );
}

function MeterCard(props: { readonly meter: MeterRow }) {
  const { meter } = props;
  return (
    <Link to="/meters/$id" params={{ id: meter.id }}>
      <span className="nf-card-line">
        <span className="nf-strong">{meter.id}</span>
        <CollectionTag status={meter.status} />
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <span className="nf-clamp">{[meter.address, meter.customer].filter(Boolean).join(" · ")}</span>
        <span>
          <RegisterValue value={meter.register} unit={meter.unit} /> · <Ago at={meter.lastValueAt} />
        </span>
      </span>
    </Link>
  );
}
