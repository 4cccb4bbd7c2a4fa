import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useState } from "react";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { Ago } from "../../../parts/when.tsx";
import { useWords } from "../../../words/use-words.ts";
import { type Fact, Facts } from "../facts.tsx";
import { ReasonDialog } from "../reason-dialog.tsx";
import { Connection, type ListedAgent, OutboxFill, StandingOf } from "./agent-list.tsx";
import { Fingerprint } from "./fingerprint.tsx";
import { Notes } from "./notes.tsx";
import { askAgain, deeds } from "./queries.ts";
import { TokenDialog } from "./token-dialog.tsx";
import { words } from "./words.ts";

interface DetailProps {
  readonly agent: ListedAgent;
  /** Whether tokens can be made here. */
  readonly canEnrol: boolean;
}

/** Everything about one agent, what can be done about it, and who did what. */
export function AgentDetail({ agent, canEnrol }: DetailProps) {
  const { say } = useWords("operations-agents", words);
  const facts = useFacts(agent);
  return (
    <>
      <Panel title={say("detail", { agent: agent.id })} extra={<Actions agent={agent} canEnrol={canEnrol} />}>
        <Facts facts={facts} />
        <p className="nf-tight">
          <Link to="/operations/agents" search={(before) => ({ ...before, agent: undefined })}>
            {say("closeDetail")}
          </Link>
        </p>
      </Panel>
      <Notes agent={agent} />
    </>
  );
}

function Actions({ agent, canEnrol }: DetailProps) {
  const { say } = useWords("operations-agents", words);
  const mayRevoke = useMay("enrolment.agent.revoke");
  const mayMake = useMay("enrolment.token.make");
  const [asked, setAsked] = useState<"revoke" | "token">();
  const close = () => setAsked(undefined);
  return (
    <div className="nf-actions">
      {mayMake && canEnrol && <Button onClick={() => setAsked("token")}>{say("reEnrol")}</Button>}
      {mayRevoke && canEnrol && agent.standing !== "revoked" && (
        <Button danger onClick={() => setAsked("revoke")}>
          {say("revoke")}
        </Button>
      )}
      {asked === "token" && <TokenDialog of={agent} sites={[agent.site]} onClose={close} />}
      {asked === "revoke" && (
        <ReasonDialog
          title={say("revokeOf", { agent: agent.id })}
          confirm={say("revokeOf", { agent: agent.id })}
          isDangerous
          act={(reason) => deeds.revoke(agent, reason)}
          onDone={askAgain}
          onClose={close}
        >
          <p>{say("revokeWhat")}</p>
        </ReasonDialog>
      )}
    </div>
  );
}

function useFacts(agent: ListedAgent): Fact[] {
  const { say } = useWords("operations-agents", words);
  const { dateTime, number } = useFormat();
  const { certificate, says, joinedAt, joinedBy, revokedAt } = agent;
  const by = (at: number | null, who: string | null) => say("byWhom", { time: dateTime(at), who: who ?? "–" });
  return [
    [say("state"), <Connection key="state" agent={agent} />],
    [say("standing"), <StandingOf key="standing" agent={agent} />],
    ...facts(revokedAt !== null, [
      [say("revokedAt"), `${by(revokedAt, agent.revokedBy)}: ${agent.revokedReason ?? "–"}`],
    ]),
    ...facts(says.enrolment !== null, [[say("says"), <Says key="says" agent={agent} />]]),
    [say("outbox"), <OutboxFill key="outbox" agent={agent} />],
    [say("joined"), agent.how === "none" ? say("how_none") : `${say(`how_${agent.how}`)} · ${by(joinedAt, joinedBy)}`],
    ...(certificate === null
      ? []
      : ([
          [
            say("validity"),
            say("validUntil", { from: dateTime(certificate.issuedAt), to: dateTime(certificate.expiresAt) }),
          ],
          [say("renewsFrom"), dateTime(certificate.renewableFrom)],
          [say("keyFingerprint"), <Fingerprint key="key" of={certificate.keyFingerprint} />],
          [say("serial"), <code key="serial">{certificate.serial}</code>],
        ] satisfies Fact[])),
    [say("version"), says.version ?? "–"],
    ...facts(says.startedAt !== null, [[say("started"), <Ago key="started" at={says.startedAt} />]]),
    [say("meters"), number(agent.meters, 0)],
  ];
}

function facts(isThere: boolean, of: readonly Fact[]): readonly Fact[] {
  return isThere ? of : [];
}

function Says({ agent }: { readonly agent: ListedAgent }) {
  const { say } = useWords("operations-agents", words);
  const { enrolment } = agent.says;
  if (enrolment === null) return null;
  return (
    <>
      {say(`says_${enrolment.state}`)}
      {enrolment.reason !== null && <span className="nf-soft"> · {enrolment.reason}</span>}
    </>
  );
}
