import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Alert, Button, Skeleton } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { rowsOfPages, useFlatRows } from "../../api/use-pages.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { RankedList } from "../../parts/ranked-list.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { ConfigTag } from "../fleet/parts.tsx";
import type { AgentName } from "../fleet/queries.ts";
import { type Fact, Facts } from "../operations/facts.tsx";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { Changes } from "./config-changes.tsx";
import { ConfigEditor } from "./config-editor.tsx";
import {
  type AgentConfigRow,
  agentConfigQuery,
  type ConfigVersion,
  configDeeds,
  versionQuery,
  versionsQuery,
} from "./config-queries.ts";
import { words } from "./words.ts";

const FIRST = { v: 1, channels: [], buses: [] };

/** What an agent is to read: how that stands with what it reads, its versions, and the way to another one. */
export function Config({ name }: { readonly name: AgentName }) {
  const { data, error, refetch } = useQuery(agentConfigQuery(name));
  if (data !== undefined) return <Whole name={name} row={data} />;
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  return <Skeleton active title={false} />;
}

function Whole(props: { readonly name: AgentName; readonly row: AgentConfigRow }) {
  const { say } = useWords("agent", words);
  const { row } = props;
  return (
    <>
      <Panel title={say("configTitle")} extra={<Edit {...props} />}>
        {row.standing === "unmanaged" && <Alert type="info" showIcon title={say("unmanagedHint")} />}
        <Facts facts={useFacts(row)} />
        {row.result !== null && row.result.faults.length > 0 && (
          <ul className="nf-tight">
            {row.result.faults.map((fault) => (
              <li key={fault}>{fault}</li>
            ))}
          </ul>
        )}
      </Panel>
      <Versions {...props} />
    </>
  );
}

function useFacts({ standing, desired, applied, result }: AgentConfigRow): Fact[] {
  const { say } = useWords("agent", words);
  const { dateTime } = useFormat();
  const inForce = applied && [
    applied.version === null ? applied.hash.slice(0, 12) : say("versionNo", { version: applied.version }),
    applied.source === null ? undefined : say(`source_${applied.source}`),
    say("since", { time: dateTime(applied.at) }),
  ];
  return [
    [say("state"), <ConfigTag key="state" standing={standing} />],
    ...(desired === null ? [] : [[say("desired"), say("versionNo", { version: desired.version })] as const]),
    ...(inForce ? [[say("applied"), inForce.filter(Boolean).join(" · ")] as const] : []),
    ...(result === null
      ? []
      : [[say("result"), `${say(`outcome_${result.outcome}`, result.buses)} · ${dateTime(result.at)}`] as const]),
  ];
}

function Edit({ name, row }: { readonly name: AgentName; readonly row: AgentConfigRow }) {
  const { say } = useWords("agent", words);
  const mayEdit = useMay("collection.config.edit");
  const [isOpen, setIsOpen] = useState(false);
  const newest = row.desired?.version ?? null;
  const { data } = useQuery({ ...versionQuery(name, newest ?? 0), enabled: isOpen && newest !== null });
  if (!mayEdit) return null;
  const content = newest === null ? FIRST : data?.config;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{say("edit")}</Button>
      {isOpen && content !== undefined && (
        <ConfigEditor
          name={name}
          text={JSON.stringify(content, null, 2)}
          basedOn={newest}
          onClose={() => setIsOpen(false)}
        />
      )}
    </>
  );
}

interface ListedVersion {
  readonly id: string;
  readonly version: ConfigVersion;
}

function Versions({ name, row }: { readonly name: AgentName; readonly row: AgentConfigRow }) {
  const { say } = useWords("agent", words);
  const result = useInfiniteQuery(versionsQuery(name));
  const flat = useFlatRows<ConfigVersion>(result.data?.pages);
  const rows = flat?.map((version) => ({ id: String(version.version), version }));
  const back = (version: ConfigVersion) => <GoBack name={name} row={row} to={version} />;
  return (
    <Panel title={say("versions")}>
      <RankedList<ListedVersion>
        {...rowsOfPages(result, flat)}
        rows={rows}
        label={say("versions")}
        question={`${name.site}/${name.agent}`}
        empty={say("noVersions")}
        card={({ version }) => (
          <div className="nf-lines">
            <Made version={version} />
            <Changes changes={version.changes} />
            {back(version)}
          </div>
        )}
        columns={[
          { key: "made", title: say("versions"), render: ({ version }) => <Made version={version} /> },
          { key: "changes", title: say("changes"), render: ({ version }) => <Changes changes={version.changes} /> },
          { key: "back", title: "", width: 170, render: ({ version }) => back(version) },
        ]}
      />
    </Panel>
  );
}

function Made({ version }: { readonly version: ConfigVersion }) {
  const { say } = useWords("agent", words);
  const { dateTime } = useFormat();
  const back = version.backTo === null ? "" : ` · ${say("backTo", { version: version.backTo })}`;
  return (
    <span className="nf-lines">
      <span className="nf-strong">
        {say("versionNo", { version: version.version })}
        {back}
      </span>
      <span>{version.reason}</span>
      <span className="nf-soft nf-small">{say("by", { who: version.madeBy, time: dateTime(version.madeAt) })}</span>
    </span>
  );
}

function GoBack(props: { readonly name: AgentName; readonly row: AgentConfigRow; readonly to: ConfigVersion }) {
  const { say } = useWords("agent", words);
  const mayEdit = useMay("collection.config.edit");
  const [isAsked, setIsAsked] = useState(false);
  const newest = props.row.desired?.version ?? null;
  const { version } = props.to;
  if (!mayEdit || version === newest) return null;
  return (
    <>
      <Button size="small" onClick={() => setIsAsked(true)}>
        {say("goBack")}
      </Button>
      {isAsked && (
        <ReasonDialog
          title={say("goBackTitle", { version })}
          confirm={say("goBack")}
          act={(reason) => configDeeds.back(props.name, { version, reason, basedOn: newest })}
          onDone={() => undefined}
          onClose={() => setIsAsked(false)}
        >
          <p>{say("goBackWhat")}</p>
        </ReasonDialog>
      )}
    </>
  );
}
