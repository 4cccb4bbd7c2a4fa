import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Checkbox, Input, Modal } from "antd";
import { useId, useState } from "react";
import { useMay } from "../../../api/session.ts";
import { agoWords } from "../../../parts/ago.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { askAgain, deeds, type EnrolmentRequest, heldQuery } from "./queries.ts";
import { words } from "./words.ts";

/** Agents that nobody had announced and that wait for somebody; nothing while nobody waits and none are held. */
export function Held(props: { readonly isPolicy: boolean }) {
  const { say } = useWords("operations-agents", words);
  const result = useQuery(heldQuery);
  const rows = result.data?.items ?? [];
  if (rows.length === 0 && !props.isPolicy && result.error === null) return null;
  return (
    <Panel title={say("held")} extra={rows.length > 0 && <Tag tone="open">{rows.length}</Tag>}>
      {result.error !== null && <Problem error={result.error} />}
      {rows.length === 0 && result.error === null && <p className="nf-soft nf-tight">{say("noneHeld")}</p>}
      <ul className="nf-cards">
        {rows.map((row) => (
          <li key={row.id} className="nf-card" style={{ padding: "8px 0" }}>
            <Request request={row} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}

interface RequestProps {
  readonly request: EnrolmentRequest;
}

function Request({ request }: RequestProps) {
  const { say, language } = useWords("operations-agents", words);
  const { dateTime } = useFormat();
  const { site, agent, remoteAddress, requestedAt, askedAt } = request;
  const asked = say("asked", { time: dateTime(requestedAt), ago: agoWords(askedAt, Date.now(), language) });
  return (
    <>
      <div className="nf-card-line" style={{ alignItems: "center", flexWrap: "wrap" }}>
        <span className="nf-strong">
          {site}/{agent}
        </span>
        <Decisions request={request} />
      </div>
      <div>
        <span className="nf-soft nf-small">{say(labelOf(request))}</span> <Fingerprint of={request.fingerprint} />
      </div>
      <div className="nf-soft nf-small">
        {remoteAddress !== null && `${say("from", { address: remoteAddress })} · `}
        {asked}
      </div>
      <Warning request={request} />
    </>
  );
}

function labelOf({ kind }: EnrolmentRequest): "fingerprint" | "fingerprintForeign" {
  return kind === "request" ? "fingerprint" : "fingerprintForeign";
}

function Warning({ request: { standing } }: RequestProps) {
  const { say } = useWords("operations-agents", words);
  if (standing === "unknown") return null;
  return (
    <p className="nf-tight">
      <Tag tone="open">{say(standing === "admitted" ? "willReplace" : "wasRevoked")}</Tag>
    </p>
  );
}

function Decisions({ request }: RequestProps) {
  const { say } = useWords("operations-agents", words);
  const mayDecide = useMay("enrolment.request.decide");
  const [asked, setAsked] = useState<"approve" | "reject">();
  const close = () => setAsked(undefined);
  const agent = `${request.site}/${request.agent}`;
  if (!mayDecide) return null;
  return (
    <div className="nf-actions">
      <Button type="primary" aria-label={say("approveOf", { agent })} onClick={() => setAsked("approve")}>
        {say("approve")}…
      </Button>
      <Button aria-label={say("rejectOf", { agent })} onClick={() => setAsked("reject")}>
        {say("reject")}…
      </Button>
      {asked === "approve" && <ApproveDialog request={request} onClose={close} />}
      {asked === "reject" && (
        <ReasonDialog
          title={say("rejectOf", { agent })}
          confirm={say("reject")}
          isDangerous
          act={(reason) => deeds.reject(request.id, reason)}
          onDone={askAgain}
          onClose={close}
        >
          <p>{say("rejectWhat")}</p>
        </ReasonDialog>
      )}
    </div>
  );
}

function ApproveDialog({ request, onClose }: RequestProps & { readonly onClose: () => void }) {
  const { say } = useWords("operations-agents", words);
  const id = useId();
  const [isCompared, setIsCompared] = useState(false);
  const [reason, setReason] = useState("");
  const approving = useMutation({
    mutationFn: () => deeds.approve(request.id, reason.trim()),
    onSuccess: () => {
      onClose();
      askAgain();
    },
  });
  return (
    <Modal
      open
      title={say("approveOf", { agent: `${request.site}/${request.agent}` })}
      okText={say("approve")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: !isCompared, loading: approving.isPending }}
      onOk={() => approving.mutate()}
      onCancel={onClose}
    >
      <div style={{ display: "grid", gap: 12 }}>
        <p className="nf-tight">{say("approveWhat")}</p>
        <div>
          <span className="nf-soft nf-small">{say(labelOf(request))}</span>
          <div style={{ fontSize: 18 }}>
            <Fingerprint of={request.fingerprint} />
          </div>
        </div>
        <Warning request={request} />
        <Checkbox checked={isCompared} onChange={(event) => setIsCompared(event.target.checked)}>
          {say("compared")}
        </Checkbox>
        <div className="nf-field">
          <label htmlFor={id}>{say("reasonOptional")}</label>
          <Input id={id} maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} />
        </div>
        {approving.error !== null && <Problem error={approving.error} />}
      </div>
    </Modal>
  );
}
