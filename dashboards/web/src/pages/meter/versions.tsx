import { useMutation } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { IntervalList } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { ReasonField } from "./edit-dialog.tsx";
import { words } from "./words.ts";

type Revision = IntervalList["revisions"][number];

/** What has changed in the span, by whom and why, newest first; an edit can be undone, which is a version of its own. */
export function Versions(props: { readonly list: IntervalList }) {
  const { say } = useWords("meter", words);
  const mayEdit = useMay("vee.interval.edit");
  const [undoing, setUndoing] = useState<Revision | null>(null);
  const { list } = props;
  return (
    <Panel title={say("versions")}>
      {list.revisions.length === 0 && <p className="nf-soft nf-tight">{say("noVersions")}</p>}
      <ul className="nf-cards">
        {list.revisions.map((revision) => (
          <li key={revision.id} className="nf-card nf-small">
            <Lines revision={revision} unit={list.unit ?? "m3"} />
            {mayEdit && revision.kind === "edit" && !revision.isUndone && (
              <Button size="small" onClick={() => setUndoing(revision)}>
                {say("undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {undoing !== null && <UndoDialog list={list} revision={undoing} onClose={() => setUndoing(null)} />}
    </Panel>
  );
}

function Lines(props: { readonly revision: Revision; readonly unit: "m3" | "Sm3" }) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { volume, dateTime } = useFormat();
  const { revision, unit } = props;
  const sums = { before: volume(revision.before, unit), since: volume(revision.since, unit) };
  return (
    <>
      <div className="nf-card-line">
        <span>
          <strong>
            {revision.no} · {word("revisionKind", revision.kind)}
          </strong>{" "}
          {revision.readings === null ? "" : say("lateCount", { count: revision.readings })}{" "}
          {revision.isUndone && <Tag tone="quiet">{say("undone")}</Tag>}
        </span>
        <span>
          {revision.actor} · <When at={revision.at} />
        </span>
      </div>
      <div>{revision.reason}</div>
      <div className="nf-soft">
        {say("editSpan", { from: dateTime(revision.from), to: dateTime(revision.to) })} · {say("beforeSince", sums)}
      </div>
    </>
  );
}

function UndoDialog(props: { readonly list: IntervalList; readonly revision: Revision; readonly onClose: () => void }) {
  const { say } = useWords("meter", words);
  const [reason, setReason] = useState("");
  const { list, revision, onClose } = props;
  const undo = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST("/api/meters/{id}/edits/{edit}/undo", {
          params: { path: { id: list.meter, edit: revision.id }, query: { from: list.from, to: list.to } },
          body: { reason: reason.trim() },
        }),
      ),
    onSuccess: onClose,
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["meter", list.meter, "intervals"] }),
  });
  return (
    <Modal
      open
      title={say("undoTitle")}
      okText={say("undoTitle")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: reason.trim().length < 3, loading: undo.isPending }}
      onOk={() => undo.mutate()}
      onCancel={onClose}
    >
      <p>{say("undoText")}</p>
      <ReasonField value={reason} onChange={setReason} />
      {undo.error !== null && <Problem error={undo.error} />}
    </Modal>
  );
}
