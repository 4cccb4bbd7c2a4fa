import { Button, Skeleton } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import type { QuarantineRow } from "../../../api/operations-queries.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { unitText } from "../../../parts/unit-text.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { visibleText } from "../../../parts/visible-text.ts";
import { When } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { Facts, RawText } from "../facts.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { askAgain } from "../use-job-progress.ts";
import { ApproveFields } from "./approve-fields.tsx";
import { type ApproveForm, approvalOf, formOf, isComplete } from "./form.ts";
import { guessChannel, isOfDevice } from "./guess.ts";
import { words } from "./words.ts";

/** One unknown channel: what came, what its agent says of it, and what it shall be. */
export function ChannelDetail(props: {
  readonly channel: string;
  readonly row: QuarantineRow | undefined;
  readonly isLoading: boolean;
  readonly onDecided: (decision: string) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("quarantine", words);
  const mayDecide = useMay("collection.set_aside.decide");
  const { row } = props;
  return (
    <Panel title={props.channel} extra={<Button onClick={props.onClose}>{say("close")}</Button>}>
      {props.isLoading && <Skeleton active />}
      {!props.isLoading && row === undefined && <p>{say("gone")}</p>}
      {row !== undefined && <ChannelFacts row={row} />}
      {row !== undefined && mayDecide && <Decide row={row} onDecided={props.onDecided} />}
    </Panel>
  );
}

function ChannelFacts(props: { readonly row: QuarantineRow }) {
  const { say } = useWords("quarantine", words);
  const { number } = useFormat();
  const { row } = props;
  const { announced } = row;
  const said =
    announced === null
      ? say("notAnnounced")
      : [say(announced.quantity), announced.resolution ?? "", unitText(announced.unit)]
          .filter((part) => part !== "")
          .join(" · ");
  return (
    <>
      <Facts
        facts={[
          [say("source"), visibleText(row.agents.join(", "))],
          [say("count"), number(row.count, 0)],
          [
            say("span"),
            <>
              <When at={row.firstReadAt} /> – <When at={row.lastReadAt} />
            </>,
          ],
          [say("announced"), said],
        ]}
      />
      <RawText label={say("samples")} text={row.samples.join("\n")} />
    </>
  );
}

function Decide(props: { readonly row: QuarantineRow; readonly onDecided: (decision: string) => void }) {
  const { say } = useWords("quarantine", words);
  const { row } = props;
  const [form, setForm] = useState<ApproveForm>(() => formOf(guessChannel(row)));
  const [asking, setAsking] = useState<"approve" | "reject">();
  return (
    <section aria-label={say("approve")}>
      <h3>{say("approve")}</h3>
      <ApproveFields form={form} isOfDevice={isOfDevice(row.agents)} onChange={setForm} />
      <div className="nf-actions">
        <Button type="primary" disabled={!isComplete(form)} onClick={() => setAsking("approve")}>
          {say("approveThis")}
        </Button>
        <Button onClick={() => setAsking("reject")}>{say("rejectThis")}</Button>
      </div>
      {asking !== undefined && (
        <DecideDialog
          row={row}
          form={form}
          verdict={asking}
          onDecided={props.onDecided}
          onClose={() => setAsking(undefined)}
        />
      )}
    </section>
  );
}

function DecideDialog(props: {
  readonly row: QuarantineRow;
  readonly form: ApproveForm;
  readonly verdict: "approve" | "reject";
  readonly onDecided: (decision: string) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("quarantine", words);
  const { number } = useFormat();
  const { row, form, verdict } = props;
  const { channel } = row;
  const isApproval = verdict === "approve";
  return (
    <ReasonDialog
      title={say(isApproval ? "approveTitle" : "rejectTitle", { channel })}
      confirm={say(verdict)}
      act={(reason) =>
        isApproval
          ? dataOf(api.POST("/api/quarantine/approve", { body: { channel, as: approvalOf(form), reason } }))
          : dataOf(api.POST("/api/quarantine/reject", { body: { channel, reason } }))
      }
      onDone={(decision) => {
        props.onDecided(decision.id);
        void askAgain();
      }}
      onClose={props.onClose}
    >
      <p>{say(isApproval ? "approveText" : "rejectText", { count: number(row.count, 0) })}</p>
    </ReasonDialog>
  );
}
