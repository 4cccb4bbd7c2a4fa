import type { ReactNode } from "react";
import type { CollectionReport, Overview } from "../../api/queries.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

/** The four figures of the wall: what comes in, what is lost, at which pressure, and whether we hear the meters. */
export function WallFigures(props: { readonly overview: Overview; readonly collection: CollectionReport | undefined }) {
  const { say } = useWords("wall", words);
  const { flow, money, number, share } = useFormat();
  const { dmas, totals } = props.overview;
  const all = dmas.length;
  const measured = dmas.filter((dma) => dma.inflow !== null).length;
  const known = dmas.filter((dma) => dma.lossPerDay !== null).length;
  const pressures = dmas.flatMap((dma) => dma.pressure ?? []);
  const lowest = Math.min(...pressures.map((pressure) => pressure.lowestKpa));
  const highest = Math.max(...pressures.map((pressure) => pressure.highestKpa));
  return (
    <dl className="wall-figures">
      <Figure
        name={say("systemInput")}
        note={say("measured", { count: measured, all })}
        isBad={all > 0 && measured === 0}
      >
        {flow(totals.inflowM3h)}
      </Figure>
      <Figure
        name={say("lossNow")}
        note={known === 0 ? say("noNight") : say("lossOf", { money: money(totals.lossPerDay), count: known, all })}
      >
        {flow(totals.nightLossM3h)}
      </Figure>
      <Figure
        name={say("pressure")}
        note={pressures.length === 0 ? say("noPressure") : say("gauges", { count: pressures.length })}
      >
        {pressures.length === 0 ? number(null) : `${number(lowest, 0)}–${number(highest, 0)} kPa`}
      </Figure>
      <Comms collection={props.collection} share={share} />
    </dl>
  );
}

/** Below this share of meters heard the collection itself is in trouble: the other figures are old then. */
const LEAST_REPORTING = 0.9;

function Comms(props: {
  readonly collection: CollectionReport | undefined;
  readonly share: (share: number | null | undefined, digits?: number) => string;
}) {
  const { say } = useWords("wall", words);
  const { total, byAgent } = props.collection ?? {};
  const agents = (byAgent ?? []).filter((group) => group.id !== "");
  const online = agents.filter((group) => group.good + group.late > 0).length;
  const reporting = total === undefined || total.meters === 0 ? null : (total.good + total.late) / total.meters;
  return (
    <Figure
      name={say("comms")}
      note={total === undefined ? "" : say("agents", { online, all: agents.length })}
      isBad={online < agents.length || (reporting !== null && reporting < LEAST_REPORTING)}
    >
      {props.share(reporting, 1)}
    </Figure>
  );
}

function Figure(props: {
  readonly name: string;
  readonly note: string;
  readonly isBad?: boolean;
  readonly children: ReactNode;
}) {
  const isBad = props.isBad === true;
  return (
    <div className={isBad ? "wall-bad" : undefined}>
      <dt>
        {isBad && "▲ "}
        {props.name}
      </dt>
      <dd className="wall-figure">{props.children}</dd>
      <dd className="wall-soft">{props.note}</dd>
    </div>
  );
}
