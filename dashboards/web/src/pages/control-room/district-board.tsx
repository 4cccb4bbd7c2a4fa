import { Link, useRouter } from "@tanstack/react-router";
import type { DmaRow } from "../../api/queries.ts";
import { digitsFor } from "../../parts/figures.ts";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { Ago } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { words } from "./words.ts";

/** Districts by what they lose; with one selected, fewer columns, as its detail stands beside. */
export function DistrictBoard(props: {
  readonly rows: readonly DmaRow[] | undefined;
  readonly selectedId: string | undefined;
}) {
  const { say } = useWords("control-room", words);
  const router = useRouter();
  const columns = useDistrictColumns();
  const isBeside = props.selectedId !== undefined;
  return (
    <RankedList
      label={say("districts")}
      question="districts"
      rows={props.rows}
      selectedId={props.selectedId}
      columns={isBeside ? columns.filter((column) => BESIDE.has(String(column.key))) : columns}
      card={(row) => <DistrictCard district={row} />}
      onOpen={(row) => void router.navigate({ to: "/", search: { dma: row.id } })}
      empty={say("noDistricts")}
    />
  );
}

const BESIDE = new Set(["name", "loss", "money", "events"]);

function useDistrictColumns(): readonly Column<DmaRow>[] {
  const { say } = useWords("control-room", words);
  const { flow, money, share } = useFormat();
  return [
    { key: "name", title: say("district"), render: (row) => <DistrictName district={row} /> },
    {
      key: "inflow",
      title: say("inflow"),
      align: "right",
      width: 130,
      render: (row) => <InflowNow district={row} />,
    },
    { key: "night", title: say("night"), align: "right", width: 230, render: (row) => <LastNight district={row} /> },
    {
      key: "loss",
      title: say("nightLoss"),
      align: "right",
      width: 120,
      render: (row) => <span className="nf-number">{flow(row.nightLossM3h)}</span>,
    },
    {
      key: "money",
      title: say("lossPerDay"),
      align: "right",
      width: 110,
      render: (row) => <span className="nf-number nf-strong">{money(row.lossPerDay)}</span>,
    },
    {
      key: "complete",
      title: say("completeness"),
      align: "right",
      width: 120,
      render: (row) => <span className="nf-number">{share(row.lastNight?.completeness)}</span>,
    },
    {
      key: "events",
      title: say("openEvents"),
      align: "right",
      width: 80,
      render: (row) => <span className="nf-number">{row.openEvents}</span>,
    },
  ];
}

function DistrictName(props: { readonly district: DmaRow }) {
  const { say } = useWords("control-room", words);
  const { pick } = useVocabulary();
  const { id, name, status } = props.district;
  return (
    <span>
      <Link to="/" search={{ dma: id }} className="nf-strong nf-clamp">
        {pick(name)}
      </Link>{" "}
      {status === "PAUSE" && <Tag tone="quiet">{say("paused")}</Tag>}
      {status === "RETIRE" && <Tag tone="quiet">{say("retired")}</Tag>}
    </span>
  );
}

function InflowNow(props: { readonly district: DmaRow }) {
  const { flow } = useFormat();
  const { inflow } = props.district;
  if (inflow === null) return <>{flow(null)}</>;
  return (
    <span className="nf-two-lines nf-number">
      {flow(inflow.flowM3h)}
      <span className="nf-soft nf-small">
        <Ago at={inflow.endAt} />
      </span>
    </span>
  );
}

/** The last night flow beside the band that was expected of it; a word says on which side it lies. */
function LastNight(props: { readonly district: DmaRow }) {
  const { say } = useWords("control-room", words);
  const { flow, number } = useFormat();
  const { lastNight: night, nightLossM3h, isNightOld } = props.district;
  if (night === null || night.mnfM3h === null) return <>{flow(null)}</>;
  if (isNightOld)
    return (
      <span className="nf-two-lines nf-number nf-soft">
        {flow(night.mnfM3h)}
        <span className="nf-small">{say("nightOf", { night: night.night })}</span>
      </span>
    );
  const { mnfM3h, bandLowM3h, bandHighM3h } = night;
  // While a leak runs its nights have no band: what the finding says is lost is above what was expected.
  const isAbove = bandHighM3h === null ? (nightLossM3h ?? 0) > 0 : mnfM3h > bandHighM3h;
  return (
    <span className="nf-two-lines nf-number">
      <span>
        {isAbove && <Tag tone="open">{say("above")}</Tag>} {flow(mnfM3h)}
      </span>
      {bandLowM3h !== null && bandHighM3h !== null && (
        <span className="nf-soft nf-small">
          {say("expected", {
            low: number(bandLowM3h, digitsFor(bandHighM3h)),
            high: number(bandHighM3h, digitsFor(bandHighM3h)),
          })}
        </span>
      )}
      {bandHighM3h === null && isAbove && nightLossM3h !== null && (
        <span className="nf-soft nf-small">{say("aboveBy", { flow: flow(nightLossM3h) })}</span>
      )}
    </span>
  );
}

function DistrictCard(props: { readonly district: DmaRow }) {
  const { say } = useWords("control-room", words);
  const { pick } = useVocabulary();
  const { flow, money } = useFormat();
  const { id, name, nightLossM3h, lossPerDay, openEvents, lastNight, isNightOld } = props.district;
  return (
    <Link to="/" search={{ dma: id }}>
      <span className="nf-card-line">
        <span className="nf-strong nf-clamp">{pick(name)}</span>
        <span className="nf-number nf-strong">{say("perDay", { money: money(lossPerDay) })}</span>
      </span>
      <span className="nf-card-line nf-small nf-soft">
        <span>
          {say("nightLoss")} {flow(nightLossM3h)} · {say("night")} {flow(lastNight?.mnfM3h)}
          {isNightOld && ` · ${say("nightOf", { night: lastNight?.night ?? "" })}`}
        </span>
        <span>
          {say("openEvents")} {openEvents}
        </span>
      </span>
    </Link>
  );
}
