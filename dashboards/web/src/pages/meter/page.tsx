import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type AnomalyRow, anomaliesQuery, type MeterDetail, meterQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { useFlatRows } from "../../api/use-pages.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { CollectionTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { Ago, When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { CompactEvents } from "../events/compact-events.tsx";
import { RegisterValue } from "../meters/register-value.tsx";
import { Field } from "./field.tsx";
import { Intervals } from "./intervals.tsx";
import { MeterCurve } from "./meter-curve.tsx";
import { Readings } from "./readings.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/meters/$id");

/** One meter: does it report, what did it measure, what was found on it. */
export function MeterPage() {
  const { say } = useWords("meter", words);
  const { id } = route.useParams();
  useTitle(`${say("meter")} ${id}`);
  const { data, error, refetch } = useQuery(meterQuery(id));
  const mayReadEvents = useMay("monitor.event.read");
  if (data === undefined)
    return error === null ? (
      <PageLoading />
    ) : (
      <div className="nf-page">
        <Problem error={error} onRetry={() => void refetch()} />
      </div>
    );
  return (
    <div className="nf-page">
      <div className="nf-title">
        <h1>
          {say("meter")} {data.id}
        </h1>
        <CollectionTag status={data.status} />
        <span className="nf-soft">{[data.address, data.customer].filter(Boolean).join(" · ")}</span>
      </div>
      <div className="nf-split nf-split-wide">
        <div>
          <MeterCurve meter={data} />
          <Intervals meter={data} />
          <Readings meter={data} />
        </div>
        <div>
          <Panel title={say("figures")}>
            <MeterFigures meter={data} />
          </Panel>
          <Field meter={data} />
          <Channels meter={data} />
          {mayReadEvents && <MeterEvents id={id} />}
        </div>
      </div>
    </div>
  );
}

function MeterFigures(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { flow, number } = useFormat();
  const { meter } = props;
  const figures: Figure[] = [
    {
      name: say("register"),
      value: <RegisterValue value={meter.register} unit={meter.unit} />,
      note: <When at={meter.lastValueAt} />,
    },
    {
      name: say("lastReading"),
      value: <Ago at={meter.lastValueAt} />,
      note: say("every", { minutes: number(meter.periodS / 60) }),
    },
    { name: say("kind"), value: `${word("commodity", meter.commodity)} · ${word("purpose", meter.purpose)}` },
    { name: say("model"), value: [meter.maker, meter.model].filter(Boolean).join(" ") || number(null) },
    { name: say("serial"), value: meter.serial ?? number(null) },
    { name: "DN", value: number(meter.dn, 0) },
    { name: "Q3 / Q4", value: `${number(meter.q3M3h)} / ${flow(meter.q4M3h)}` },
    { name: say("agent"), value: meter.agent ?? number(null) },
    { name: say("district"), value: <District id={meter.dmaId} /> },
    { name: say("account"), value: <AccountLink meter={meter} /> },
  ];
  return <FigureList figures={figures} />;
}

function District(props: { readonly id: string | null }) {
  const mayReadBoard = useMay("monitor.overview.read");
  if (props.id === null || !mayReadBoard) return <>{props.id ?? "–"}</>;
  return (
    <Link to="/districts/$id" params={{ id: props.id }}>
      {props.id}
    </Link>
  );
}

function AccountLink(props: { readonly meter: MeterDetail }) {
  const mayReadAccounts = useMay("account.account.read");
  const { accountId, accountNo } = props.meter;
  if (accountId === null || !mayReadAccounts) return <>{accountNo ?? "–"}</>;
  return (
    <Link to="/accounts/$id" params={{ id: accountId }}>
      {accountNo}
    </Link>
  );
}

function Channels(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  return (
    <Panel title={say("channels")}>
      <ul className="nf-cards">
        {props.meter.channels.map((channel) => (
          <li key={channel.id} className="nf-card nf-card-line nf-small">
            <span>
              {channel.id} {channel.isMain && <strong>({say("main")})</strong>}
            </span>
            <span>
              <RegisterValue value={channel.value} unit={channel.unit} /> · <Ago at={channel.lastReadAt} />
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function MeterEvents(props: { readonly id: string }) {
  const { say } = useWords("meter", words);
  const result = useInfiniteQuery(
    anomaliesQuery({ state: "all", sort: "newest", subjectKind: "meter", subject: props.id }),
  );
  const rows = useFlatRows<AnomalyRow>(result.data?.pages);
  return (
    <Panel title={say("events")}>
      <CompactEvents events={rows} empty={say("noEvents")} error={result.error} onRetry={() => void result.refetch()} />
    </Panel>
  );
}
