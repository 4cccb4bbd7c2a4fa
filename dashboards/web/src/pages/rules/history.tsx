import { useQuery } from "@tanstack/react-query";
import { Button, Spin } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { type RuleRow, ruleVersionsQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { words } from "./words.ts";

/** What a rule was set to, by whom and why; a former version is put back as a new one. */
export function HistoryPanel({ rule, name }: { readonly rule: RuleRow; readonly name: string }) {
  const { say } = useWords("rules", words);
  const { dateTime } = useFormat();
  const mayTune = useMay("monitor.rule.tune");
  const versions = useQuery(ruleVersionsQuery(rule.code));
  const [restoring, setRestoring] = useState<number>();
  const rows = versions.data?.items ?? [];
  return (
    <Panel title={say("history")}>
      {versions.error !== null && <Problem error={versions.error} onRetry={() => void versions.refetch()} />}
      {versions.isPending && <Spin />}
      {versions.data !== undefined && rows.length === 0 && <p className="nf-soft">{say("noHistory")}</p>}
      <ol className="nf-plain">
        {rows.map(({ version, by, at, reason, restores, parameters }) => (
          <li key={version}>
            <strong>{say("made", { version, who: by ?? "–", when: dateTime(at) })}</strong> {reason}{" "}
            {restores !== null && <span className="nf-soft">{say("restored", { version: restores })}</span>}
            <div className="nf-soft">
              {Object.entries(parameters)
                .map(([parameter, value]) => `${parameter} ${value}`)
                .join(" · ")}
            </div>
            {mayTune && version !== rule.version && (
              <Button size="small" onClick={() => setRestoring(version)}>
                {say("restore")}
              </Button>
            )}
          </li>
        ))}
      </ol>
      {mayTune && rows.length > 0 && (
        <Button size="small" onClick={() => setRestoring(0)}>
          {say("restoreDefaults")}
        </Button>
      )}
      {restoring !== undefined && (
        <ReasonDialog
          title={say("restoreTitle", { rule: name, version: restoring })}
          confirm={say("restore")}
          act={(reason) => {
            const body = { version: restoring, reason, basedOn: rule.version };
            return dataOf(api.POST("/api/rules/{code}/restore", { params: { path: { code: rule.code } }, body }));
          }}
          onDone={() => void queryClient.invalidateQueries({ queryKey: ["rules"] })}
          onClose={() => setRestoring(undefined)}
        >
          <p>{say("applyHint")}</p>
        </ReasonDialog>
      )}
    </Panel>
  );
}
