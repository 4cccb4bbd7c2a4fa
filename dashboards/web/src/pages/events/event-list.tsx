import { Link, useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import type { AnomalyRow } from "../../api/queries.ts";
import { useMay } from "../../api/session.ts";
import type { AlarmActs } from "../../parts/alarm/use-alarm-acts.ts";
import { words as alarmWords } from "../../parts/alarm/words.ts";
import { type Column, RankedList, type RankedListProps } from "../../parts/ranked-list.tsx";
import { unitOfCommodity } from "../../parts/subject-link.tsx";
import { AlarmTag, AnomalyTag, PriorityTag, TicketTag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";

const words = {
  ...common,
  acknowledge: alarmWords.acknowledge,
  takeOn: alarmWords.takeOn,
  shelve: alarmWords.shelve,
  label: { zh: "异常事件，按每日损失排序", en: "Events, by money lost in a day" },
  event: { zh: "事件", en: "Event" },
  since: { zh: "开始", en: "Since" },
  rate: { zh: "流量", en: "Rate" },
  lost: { zh: "累计损失", en: "Lost so far" },
  money: { zh: "每日损失", en: "Money/day" },
  state: { zh: "状态", en: "State" },
  chattering: { zh: "频繁反复，建议搁置", en: "comes and goes: shelve it?" },
  who: { zh: "工单 / 处理人", en: "Ticket / who" },
} as const;

type ListProps = Omit<RankedListProps<AnomalyRow>, "label" | "columns" | "card" | "onOpen">;

/** What is done about one alarm, right on its card on a phone. */
export function CardActs(props: {
  readonly event: AnomalyRow;
  readonly acts: AlarmActs;
  readonly onShelve: () => void;
}) {
  const { say } = useWords("event-list", words);
  const mayAcknowledge = useMay("monitor.alarm.ack");
  const mayShelve = useMay("monitor.alarm.shelve");
  const { event, acts } = props;
  if (!mayAcknowledge || event.alarm.state !== "active_unack") return null;
  return (
    <div className="nf-card-acts">
      <Button loading={acts.isPending} onClick={() => acts.acknowledge([event.id])}>
        {say("acknowledge")}
      </Button>
      <Button onClick={() => acts.takeOn([event.id])}>{say("takeOn")}</Button>
      {mayShelve && <Button onClick={props.onShelve}>{say("shelve")}</Button>}
    </div>
  );
}

/** Events with what they cost and who is on them. */
export function EventList(props: ListProps) {
  const { say } = useWords("event-list", words);
  const router = useRouter();
  return (
    <RankedList
      {...props}
      label={say("label")}
      columns={useEventColumns()}
      card={(row) => <EventCard event={row} />}
      onOpen={(row) => void router.navigate({ to: "/events/$id", params: { id: row.id } })}
    />
  );
}

function useEventColumns(): readonly Column<AnomalyRow>[] {
  const { say } = useWords("event-list", words);
  const format = useFormat();
  return [
    { key: "event", title: say("event"), render: (row) => <EventName event={row} /> },
    { key: "since", title: say("since"), width: 130, render: (row) => <Ago at={row.startsAt} /> },
    {
      key: "rate",
      title: say("rate"),
      align: "right",
      width: 120,
      render: (row) => <span className="nf-number">{format.flow(row.rateM3h, unitOfCommodity(row.commodity))}</span>,
    },
    {
      key: "lost",
      title: say("lost"),
      align: "right",
      width: 130,
      render: (row) => <Lost event={row} />,
    },
    {
      key: "money",
      title: say("money"),
      align: "right",
      width: 110,
      render: (row) => <span className="nf-number nf-strong">{format.money(row.moneyPerDay)}</span>,
    },
    { key: "state", title: say("state"), width: 150, render: (row) => <States event={row} /> },
    { key: "who", title: say("who"), width: 210, render: (row) => <WhoIsOnIt event={row} /> },
  ];
}

function States(props: { readonly event: AnomalyRow }) {
  const { say } = useWords("event-list", words);
  const { alarm, state } = props.event;
  return (
    <span className="nf-two-lines nf-tags nf-small">
      {state !== "open" && <AnomalyTag state={state} />}
      {state !== "past" && <AlarmTag state={alarm.state} />}
      {alarm.isChattering && <span className="nf-soft">{say("chattering")}</span>}
    </span>
  );
}

/** How soon somebody has to look: shown while it is more than the money beside it says. */
function Priority(props: { readonly event: AnomalyRow }) {
  const { priority, state } = props.event.alarm;
  if (priority === "info" || priority === "minor") return null;
  return <PriorityTag priority={priority} isSeen={state !== "active_unack"} />;
}

function Lost(props: { readonly event: AnomalyRow }) {
  const { say } = useWords("event-list", words);
  const format = useFormat();
  const { lostM3, commodity, estimatedShare } = props.event;
  return (
    <span className="nf-two-lines nf-number">
      {format.volume(lostM3, unitOfCommodity(commodity))}
      {estimatedShare > 0 && (
        <span className="nf-soft nf-small">{say("estimated", { share: format.share(estimatedShare) })}</span>
      )}
    </span>
  );
}

function EventName(props: { readonly event: AnomalyRow }) {
  const { pick } = useVocabulary();
  const { event } = props;
  return (
    <span className="nf-two-lines">
      <span>
        <Priority event={event} />{" "}
        <Link to="/events/$id" params={{ id: event.id }} className="nf-strong">
          {pick(event.ruleName)}
        </Link>
      </span>
      <span className="nf-soft nf-small nf-clamp">{placeOf(event)}</span>
    </span>
  );
}

/** Where an event is: the address or name, and the id of the meter or district; an account's id says nothing to people. */
export function placeOf(event: Pick<AnomalyRow, "place" | "subject" | "subjectKind">): string {
  if (event.place === "" || event.place === event.subject) return event.subject;
  return event.subjectKind === "account" ? event.place : `${event.place} · ${event.subject}`;
}

/** The ticket of an event and who has it; why there is none. */
export function WhoIsOnIt(props: { readonly event: AnomalyRow }) {
  const { say } = useWords("event-list", words);
  const { ticket, noTicketReason, alarm } = props.event;
  if (ticket === null)
    return (
      <span className="nf-two-lines nf-small">
        <span className="nf-soft nf-clamp" title={noTicketReason ?? undefined}>
          {say("noTicket")}
        </span>
        {alarm.owner !== null && <span className="nf-clamp">{alarm.owner.name}</span>}
      </span>
    );
  return (
    <span className="nf-two-lines nf-small">
      <span>
        <Link to="/tickets" search={{ ticket: ticket.id }}>
          {ticket.no}
        </Link>{" "}
        {ticket.assignee === null && <TicketTag state={ticket.state} />}
      </span>
      <span className={ticket.assignee === null ? "nf-soft" : "nf-clamp"}>
        {ticket.assignee ?? alarm.owner?.name ?? say("nobody")}
      </span>
    </span>
  );
}

function EventCard(props: { readonly event: AnomalyRow }) {
  const { say } = useWords("event-list", words);
  const { pick } = useVocabulary();
  const format = useFormat();
  const { event } = props;
  return (
    <Link to="/events/$id" params={{ id: event.id }}>
      <span className="nf-card-line">
        <span className="nf-strong">
          <Priority event={event} /> {pick(event.ruleName)}
        </span>
        <span className="nf-number nf-strong">{say("perDay", { money: format.money(event.moneyPerDay) })}</span>
      </span>
      <span className="nf-soft nf-small nf-clamp">{placeOf(event)}</span>
      <span className="nf-card-line nf-small">
        <span>
          <AnomalyTag state={event.state} /> <Ago at={event.startsAt} />
        </span>
        <span className="nf-soft">
          {event.ticket === null
            ? (event.alarm.owner?.name ?? say("noTicket"))
            : (event.ticket.assignee ?? event.alarm.owner?.name ?? say("nobody"))}
        </span>
      </span>
    </Link>
  );
}
