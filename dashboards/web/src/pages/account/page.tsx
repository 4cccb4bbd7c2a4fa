import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type AccountDetail, accountQuery } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { TicketTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { categoryName, useVocabulary } from "../../words/vocabulary.ts";
import { Change } from "../accounts/change.tsx";
import { AccountCurve } from "./account-curve.tsx";
import { AccountDays } from "./account-days.tsx";
import { AccountEvents } from "./account-events.tsx";
import { Reports } from "./reports.tsx";
import { TermsPanels } from "./terms-panel.tsx";
import { words } from "./words.ts";

const route = getRouteApi("/inside/accounts/$id");

/** One key account: what it used, what changed, what is open, its reports. */
export function AccountPage() {
  const { say } = useWords("account", words);
  const { id } = route.useParams();
  const { data, error, refetch } = useQuery(accountQuery(id));
  const mayReadReports = useMay("report.usage.read");
  const mayReadEvents = useMay("monitor.event.read");
  useTitle(data?.customer);
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
        <h1>{data.customer}</h1>
        <span className="nf-soft">{data.no}</span>
      </div>
      <div className="nf-split nf-split-wide">
        <div>
          <AccountCurve account={data} />
          <AccountDays account={data} />
          <TermsPanels account={data} />
        </div>
        <div>
          <Panel title={say("figures")}>
            <AccountFigures account={data} />
          </Panel>
          {mayReadReports && <Reports account={data} />}
          {mayReadEvents && <AccountEvents account={data} />}
          <Tickets account={data} />
          <Meters account={data} />
        </div>
      </div>
    </div>
  );
}

function AccountFigures(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  const { pick, word } = useVocabulary();
  const { volume, share, money } = useFormat();
  const { usage, tariff, manager, phone, category } = props.account;
  const cost = usage?.volume == null || tariff === null ? null : usage.volume * tariff.pricePerM3;
  const complete = (value: number | undefined) =>
    value === undefined ? undefined : say("complete", { share: share(value) });
  const figures: Figure[] = [
    { name: say("volume"), value: volume(usage?.volume, usage?.unit), note: complete(usage?.completeness) },
    {
      name: say("previous"),
      value: volume(usage?.previousVolume, usage?.unit),
      note: complete(usage?.previousCompleteness),
    },
    { name: say("change"), value: <Change change={usage?.change} /> },
    {
      name: say("cost"),
      value: money(cost),
      note: tariff === null ? undefined : say("perM3", { price: money(tariff.pricePerM3) }),
    },
    { name: say("tariff"), value: tariff === null ? "–" : pick(tariff.name) },
    { name: say("category"), value: categoryName(category, word) },
    { name: say("manager"), value: manager?.displayName ?? "–" },
    { name: say("phone"), value: phone ?? "–" },
  ];
  return <FigureList figures={figures} />;
}

function Tickets(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  const { pick } = useVocabulary();
  const { tickets } = props.account;
  return (
    <Panel title={say("ticketsList")}>
      {tickets.length === 0 && <p className="nf-soft nf-tight">{say("noTickets")}</p>}
      <ul className="nf-cards">
        {tickets.map((ticket) => (
          <li key={ticket.id} className="nf-card">
            <Link to="/tickets" search={{ ticket: ticket.id, state: "all" }}>
              <span className="nf-card-line">
                <span className="nf-clamp">{pick(ticket.title)}</span>
                <TicketTag state={ticket.state} />
              </span>
              <span className="nf-small nf-soft">
                {ticket.no} · <Ago at={ticket.openedAt} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function Meters(props: { readonly account: AccountDetail }) {
  const { say } = useWords("account", words);
  return (
    <Panel title={say("metersList")}>
      <ul className="nf-cards">
        {props.account.servicePoints.map((point) => (
          <li key={point.id} className="nf-card nf-card-line" style={{ padding: "6px 0" }}>
            <span>{point.address}</span>
            <span>
              {point.meters.map((meter) => (
                <Link key={meter.id} to="/meters/$id" params={{ id: meter.id }}>
                  {meter.id}
                </Link>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
