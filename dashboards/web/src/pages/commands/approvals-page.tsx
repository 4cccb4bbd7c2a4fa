import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { ChoiceFilter } from "../../parts/filters.tsx";
import { Panel } from "../../parts/panel.tsx";
import { type Column, RankedList } from "../../parts/ranked-list.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { CollectionTabs } from "../collection/tabs.tsx";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { positionOf } from "./parts.tsx";
import { type ApprovalRow, approvalsQuery, deeds } from "./queries.ts";
import { APPROVAL_STATES } from "./search.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/collection/approvals");

const TONES: Readonly<Record<ApprovalRow["state"], Tone>> = {
  open: "open",
  approved: "good",
  rejected: "quiet",
  expired: "quiet",
};

/** Valves that one person wants turned and a second one decides about. */
export function ApprovalsPage() {
  const { say } = useWords("commands", words);
  useTitle(say("approvals"));
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const result = useInfiniteQuery(approvalsQuery(state));
  const rows = useFlatRows<ApprovalRow>(result.data?.pages);
  return (
    <div className="nf-page">
      <CollectionTabs />
      <search className="nf-filters">
        <ChoiceFilter
          label={say("state")}
          none={say("all")}
          value={state}
          choices={APPROVAL_STATES.map((value) => ({ value, label: say(`approval_${value}`) }))}
          onChange={(value) => void navigate({ search: { state: value }, replace: true })}
        />
      </search>
      <Panel title={say("approvalList")}>
        <RankedList<ApprovalRow>
          {...rowsOfPages(result, rows)}
          label={say("approvalList")}
          question={state ?? ""}
          columns={useColumns()}
          card={(row) => <ApprovalCard row={row} />}
          empty={say("noApprovals")}
        />
      </Panel>
    </div>
  );
}

function useColumns(): readonly Column<ApprovalRow>[] {
  const { say } = useWords("commands", words);
  return [
    { key: "state", title: say("state"), width: 110, render: (row) => <StateOf row={row} /> },
    { key: "what", title: say("about"), width: 190, render: (row) => <What row={row} /> },
    { key: "place", title: say("place"), render: (row) => <Place row={row} /> },
    { key: "asked", title: say("asked"), render: (row) => <Asked row={row} /> },
    { key: "decision", title: say("decision"), render: (row) => <Decision row={row} /> },
  ];
}

interface RowProps {
  readonly row: ApprovalRow;
}

function StateOf({ row }: RowProps) {
  const { say } = useWords("commands", words);
  return <Tag tone={TONES[row.state]}>{say(`approval_${row.state}`)}</Tag>;
}

function What({ row }: RowProps) {
  const { say } = useWords("commands", words);
  return (
    <span className="nf-two-lines">
      <span className="nf-strong">{row.command.subjects[0]}</span>
      <span>{say(`position_${positionOf(row.command)}`)}</span>
    </span>
  );
}

function Place({ row }: RowProps) {
  const { say } = useWords("commands", words);
  if (row.place === null) return <span>–</span>;
  return (
    <span className="nf-lines">
      <span>
        {row.place.address} · {row.place.no}
      </span>
      {row.place.isProtected && (
        <span>
          <Tag tone="act">{say("protectedPlace")}</Tag>
        </span>
      )}
      {row.overrideReason !== null && (
        <span className="nf-small">{say("overrides", { reason: row.overrideReason })}</span>
      )}
    </span>
  );
}

function Asked({ row }: RowProps) {
  const { say } = useWords("commands", words);
  const { dateTime } = useFormat();
  return (
    <span className="nf-two-lines">
      <span>{row.command.reason}</span>
      <span className="nf-soft nf-small">{say("by", { who: row.askedBy, time: dateTime(row.askedAt) })}</span>
    </span>
  );
}

/** What was decided, by whom and why; while nobody has, what this person may decide. */
function Decision({ row }: RowProps) {
  const { say } = useWords("commands", words);
  const { dateTime } = useFormat();
  const mayApprove = useMay("collection.valve.approve");
  if (row.state === "open" && mayApprove && row.mayDecide) return <Decide row={row} />;
  if (row.state === "open") return <span className="nf-soft">{mayApprove ? say("yourOwn") : ""}</span>;
  if (row.decidedBy === null) return null;
  return (
    <span className="nf-two-lines">
      <span>{row.decisionReason}</span>
      <span className="nf-soft nf-small">{say("by", { who: row.decidedBy, time: dateTime(row.decidedAt) })}</span>
    </span>
  );
}

function Decide({ row }: RowProps) {
  const { say } = useWords("commands", words);
  const [asked, setAsked] = useState<"approve" | "reject">();
  const about = { meter: row.command.subjects[0] ?? "", position: say(`position_${positionOf(row.command)}`) };
  return (
    <div className="nf-actions">
      <Button onClick={() => setAsked("approve")}>{say("approve")}</Button>
      <Button onClick={() => setAsked("reject")}>{say("reject")}</Button>
      {asked !== undefined && (
        <ReasonDialog
          title={say(`${asked}Title`, about)}
          confirm={say(asked)}
          isDangerous={asked === "approve"}
          act={(reason) => deeds[asked](row.id, reason)}
          onDone={() => undefined}
          onClose={() => setAsked(undefined)}
        >
          <p>{say(`${asked}What`)}</p>
          <Place row={row} />
        </ReasonDialog>
      )}
    </div>
  );
}

function ApprovalCard({ row }: RowProps) {
  return (
    <div className="nf-lines">
      <span className="nf-card-line">
        <What row={row} />
        <StateOf row={row} />
      </span>
      <Place row={row} />
      <Asked row={row} />
      <Decision row={row} />
    </div>
  );
}
