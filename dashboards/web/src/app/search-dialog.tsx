import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Input, type InputRef, Modal } from "antd";
import { useDeferredValue, useRef, useState } from "react";
import { api, dataOf } from "../api/client.ts";
import { useMay } from "../api/session.ts";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { useVocabulary } from "../words/vocabulary.ts";

const words = {
  ...common,
  placeholder: { zh: "表号、地址、户号、客户、工单号", en: "Meter, address, account, customer, ticket number" },
  nothing: { zh: "没有找到“{{text}}”", en: "Nothing found for “{{text}}”" },
} as const;

const ROWS = 5;

/** Finds meters, events, tickets and accounts by a part of their number, name or address. */
export function SearchDialog(props: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const { say } = useWords("search", words);
  const [text, setText] = useState("");
  const field = useRef<InputRef>(null);
  const wanted = useDeferredValue(text.trim());
  return (
    <Modal
      title={say("search")}
      open={props.isOpen}
      footer={null}
      onCancel={props.onClose}
      afterOpenChange={(isOpen) => isOpen && field.current?.focus({ cursor: "all" })}
    >
      <Input
        ref={field}
        size="large"
        allowClear
        aria-label={say("search")}
        placeholder={say("placeholder")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      {wanted.length >= 2 && <Results text={wanted} onGo={props.onClose} />}
    </Modal>
  );
}

function useFound(text: string) {
  const may = {
    meters: useMay("meter.meter.read"),
    events: useMay("monitor.event.read"),
    tickets: useMay("ticket.ticket.read"),
    accounts: useMay("account.account.read"),
  };
  const query = { q: text, limit: ROWS };
  const nothing = { items: [] };
  return useQuery({
    queryKey: ["search", text],
    queryFn: async () => {
      const [meters, events, tickets, accounts] = await Promise.all([
        may.meters ? dataOf(api.GET("/api/meters", { params: { query } })) : nothing,
        may.events ? dataOf(api.GET("/api/anomalies", { params: { query: { ...query, state: "all" } } })) : nothing,
        may.tickets ? dataOf(api.GET("/api/tickets", { params: { query: { ...query, state: "all" } } })) : nothing,
        may.accounts ? dataOf(api.GET("/api/accounts", { params: { query: { ...query, all: "true" } } })) : nothing,
      ]);
      return { meters: meters.items, events: events.items, tickets: tickets.items, accounts: accounts.items };
    },
  });
}

function Results(props: { readonly text: string; readonly onGo: () => void }) {
  const { say } = useWords("search", words);
  const { pick } = useVocabulary();
  const { data } = useFound(props.text);
  if (data === undefined) return <p role="status">{say("loading")}…</p>;
  const count = data.meters.length + data.events.length + data.tickets.length + data.accounts.length;
  if (count === 0) return <p role="status">{say("nothing", { text: props.text })}</p>;
  return (
    <div className="nf-found">
      <Group title={say("tickets")} rows={data.tickets}>
        {(ticket) => (
          <Link to="/tickets" search={{ ticket: ticket.id, state: "all" }} onClick={props.onGo}>
            {ticket.no} {pick(ticket.title)}
          </Link>
        )}
      </Group>
      <Group title={say("events")} rows={data.events}>
        {(event) => (
          <Link to="/events/$id" params={{ id: event.id }} onClick={props.onGo}>
            {pick(event.ruleName)} · {event.place || event.subject}
          </Link>
        )}
      </Group>
      <Group title={say("meters")} rows={data.meters}>
        {(meter) => (
          <Link to="/meters/$id" params={{ id: meter.id }} onClick={props.onGo}>
            {meter.id} {meter.address}
          </Link>
        )}
      </Group>
      <Group title={say("keyAccounts")} rows={data.accounts}>
        {(account) => (
          <Link to="/accounts/$id" params={{ id: account.id }} onClick={props.onGo}>
            {account.no} {account.customer}
          </Link>
        )}
      </Group>
    </div>
  );
}

function Group<Row extends { readonly id: string }>(props: {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly children: (row: Row) => React.ReactNode;
}) {
  if (props.rows.length === 0) return null;
  return (
    <section>
      <h3 className="nf-small nf-soft">{props.title}</h3>
      <ul className="nf-cards">
        {props.rows.map((row) => (
          <li key={row.id} className="nf-card">
            {props.children(row)}
          </li>
        ))}
      </ul>
    </section>
  );
}
