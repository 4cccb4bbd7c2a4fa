import { Button } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Tag, type Tone } from "../../parts/tag.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { deeds } from "../commands/queries.ts";
import type { AgentName, FleetAgent } from "../fleet/queries.ts";
import { Facts } from "../operations/facts.tsx";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { words } from "./words.ts";

type Standing = NonNullable<FleetAgent["opcua"]>;
type Server = Standing["servers"][number];
type Certificate = Standing["certificates"][number];

const SERVER_TONES: Readonly<Record<Server["state"], Tone>> = {
  connected: "good",
  connecting: "going",
  refused: "open",
};
const CERTIFICATE_TONES: Readonly<Record<Certificate["state"], Tone>> = {
  pending: "open",
  trusted: "good",
  rejected: "quiet",
};

/** The OPC UA servers of an agent, its own certificate, and the certificates that somebody has to decide about. */
export function OpcUa(props: { readonly name: AgentName; readonly standing: Standing }) {
  const { say } = useWords("agent", words);
  const { servers, own, certificates } = props.standing;
  return (
    <Panel title={say("opcua")}>
      <ul className="nf-cards">
        {servers.map((server) => (
          <ServerLine key={server.bus} server={server} />
        ))}
      </ul>
      {own !== null && <Own own={own} />}
      <h3>{say("certificates")}</h3>
      {certificates.length === 0 && <p className="nf-soft">{say("noCertificates")}</p>}
      <ul className="nf-cards">
        {certificates.map((certificate) => (
          <CertificateLine key={certificate.fingerprint} name={props.name} certificate={certificate} />
        ))}
      </ul>
    </Panel>
  );
}

function ServerLine({ server }: { readonly server: Server }) {
  const { say } = useWords("agent", words);
  const { fault } = server;
  return (
    <li className="nf-card nf-lines">
      <span className="nf-card-line">
        <span className="nf-strong">{server.endpointUrl}</span>
        <Tag tone={SERVER_TONES[server.state]}>{say(`server_${server.state}`)}</Tag>
      </span>
      <span className="nf-soft nf-small">
        {server.bus} · {say("security")} {server.security}
      </span>
      {fault !== null && (
        <span>
          {fault.message} <span className="nf-soft">{fault.remedy}</span>
        </span>
      )}
    </li>
  );
}

function Own({ own }: { readonly own: NonNullable<Standing["own"]> }) {
  const { say } = useWords("agent", words);
  const { dateTime } = useFormat();
  return (
    <>
      <h3>{say("own")}</h3>
      <Facts
        facts={[
          [say("thumbprint"), <code key="sha1">{own.sha1}</code>],
          ["SHA-256", <code key="sha256">{own.fingerprint}</code>],
          ["URI", own.applicationUri],
          [say("validUntil"), dateTime(own.expiresAt)],
        ]}
      />
    </>
  );
}

function CertificateLine(props: { readonly name: AgentName; readonly certificate: Certificate }) {
  const { say } = useWords("agent", words);
  const { dateTime } = useFormat();
  const { certificate } = props;
  return (
    <li className="nf-card nf-lines">
      <span className="nf-card-line">
        <span className="nf-strong">{certificate.subject}</span>
        <Tag tone={CERTIFICATE_TONES[certificate.state]}>{say(`certificate_${certificate.state}`)}</Tag>
      </span>
      <code className="nf-small nf-break">{certificate.fingerprint}</code>
      <span className="nf-soft nf-small">
        {certificate.endpointUrl} · {say("validUntil")} {dateTime(certificate.expiresAt)}
        {certificate.decidedBy !== null &&
          ` · ${say("by", { who: certificate.decidedBy, time: dateTime(certificate.decidedAt) })}`}
      </span>
      <Decide {...props} />
    </li>
  );
}

function Decide({ name, certificate }: { readonly name: AgentName; readonly certificate: Certificate }) {
  const { say } = useWords("agent", words);
  const mayDecide = useMay("collection.certificate.decide");
  const [asked, setAsked] = useState<"trust" | "reject">();
  const { bus, fingerprint, state, subject } = certificate;
  if (!mayDecide || bus === null) return null;
  const decide = (decision: "trust" | "reject") => (reason: string) =>
    deeds.certificate({ ...name, bus, thumbprint: fingerprint, decision, reason });
  return (
    <span className="nf-actions">
      {state !== "trusted" && <Button onClick={() => setAsked("trust")}>{say("trust")}</Button>}
      {state !== "rejected" && <Button onClick={() => setAsked("reject")}>{say("rejectIt")}</Button>}
      {asked !== undefined && (
        <ReasonDialog
          title={say(asked === "trust" ? "trustTitle" : "rejectIt_title", { subject })}
          confirm={say(asked === "trust" ? "trust" : "rejectIt")}
          isDangerous={asked === "reject"}
          act={decide(asked)}
          onDone={() => undefined}
          onClose={() => setAsked(undefined)}
        >
          <p className="nf-break">{say("compareFirst", { fingerprint })}</p>
        </ReasonDialog>
      )}
    </span>
  );
}
