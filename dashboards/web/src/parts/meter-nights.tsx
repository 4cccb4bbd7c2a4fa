import { Link } from "@tanstack/react-router";
import type { MeterNight } from "../api/queries.ts";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { CollectionTag } from "./tag.tsx";
import { useFormat } from "./use-format.ts";

const words = {
  ...common,
  night: { zh: "夜间 {{now}}（此前 {{before}}）", en: "night {{now}} (before {{before}})" },
  event: { zh: "事件", en: "event" },
} as const;

/** Meters with their state, what runs through them at night, and their event. */
export function MeterNights(props: { readonly meters: readonly MeterNight[]; readonly empty: string }) {
  const { say } = useWords("meter-nights", words);
  const { flow, money } = useFormat();
  if (props.meters.length === 0) return <p className="nf-soft nf-tight">{props.empty}</p>;
  return (
    <ul className="nf-cards nf-log">
      {props.meters.map((meter) => (
        <li key={meter.id} className="nf-card">
          <span className="nf-card-line">
            <Link to="/meters/$id" params={{ id: meter.id }}>
              {meter.address === "" ? meter.id : `${meter.address} · ${meter.id}`}
            </Link>
            {meter.finding === null ? (
              <CollectionTag status={meter.status} />
            ) : (
              <Link to="/events/$id" params={{ id: meter.finding.id }}>
                {say("event")} {say("perDay", { money: money(meter.finding.moneyPerDay) })}
              </Link>
            )}
          </span>
          <span className="nf-card-line nf-small nf-soft">
            <span className="nf-clamp">{meter.customer}</span>
            <span className="nf-number">
              {say("night", { now: flow(meter.nightNowM3h), before: flow(meter.nightBeforeM3h) })}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
