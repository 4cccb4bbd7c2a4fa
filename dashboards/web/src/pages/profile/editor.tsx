import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Input, Table } from "antd";
import { useId, useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { useWords } from "../../words/use-words.ts";
import { parsedJson } from "../agent/parsed-json.ts";
import { type CheckedProfile, profileDeeds } from "../profiles/queries.ts";
import { words } from "../profiles/words.ts";
import { TestRead } from "./test-read.tsx";

const SHORTEST_REASON = 3;

/** The content of a profile: checked with every fault and telegram, read once on a real meter, kept with a reason. */
export function ProfileEditor(props: {
  readonly name: string;
  readonly profile: unknown;
  readonly basedOn: number | null;
}) {
  const { say } = useWords("profiles", words);
  const [text, setText] = useState(() => JSON.stringify(props.profile, null, 2));
  const id = useId();
  const parsed = parsedJson(text);
  const checking = useMutation({ mutationFn: () => profileDeeds.check(parsed.value) });
  return (
    <>
      <Panel title={say("editor")}>
        <label htmlFor={id} className="nf-hidden">
          {say("editor")}
        </label>
        <Input.TextArea
          id={id}
          className="nf-code"
          autoSize={{ minRows: 8, maxRows: 28 }}
          spellCheck={false}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        {!parsed.isJson && <Alert type="warning" showIcon title={say("notJson", { why: parsed.why })} />}
        <div className="nf-actions nf-apart">
          <Button disabled={!parsed.isJson} loading={checking.isPending} onClick={() => checking.mutate()}>
            {say("check")}
          </Button>
        </div>
        {checking.error !== null && <Problem error={checking.error} />}
        {checking.data !== undefined && <Checked checked={checking.data} />}
        <Save {...props} profile={parsed.value} isReady={parsed.isJson} />
      </Panel>
      {parsed.isJson && <TestRead profile={parsed.value} />}
    </>
  );
}

function Save(props: {
  readonly name: string;
  readonly profile: unknown;
  readonly basedOn: number | null;
  readonly isReady: boolean;
}) {
  const { say } = useWords("profiles", words);
  const { name, profile, basedOn } = props;
  const mayEdit = useMay("collection.config.edit");
  const [reason, setReason] = useState("");
  const id = useId();
  const saving = useMutation({
    mutationFn: () => profileDeeds.save(name, { profile, reason: reason.trim(), basedOn }),
  });
  if (!mayEdit) return null;
  return (
    <div className="nf-field">
      <label htmlFor={id}>{say("reason")}</label>
      <Input id={id} maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
      <p>
        <Button
          type="primary"
          disabled={!props.isReady || reason.trim().length < SHORTEST_REASON}
          loading={saving.isPending}
          onClick={() => saving.mutate()}
        >
          {say("save")}
        </Button>
      </p>
      {saving.error !== null && <Problem error={saving.error} />}
    </div>
  );
}

type Vector = CheckedProfile["vectors"][number];

function Checked({ checked }: { readonly checked: CheckedProfile }) {
  const { say, language } = useWords("profiles", words);
  return (
    <>
      {checked.faults.length === 0 ? (
        <Alert type="success" showIcon title={say("fine")} />
      ) : (
        <Alert
          type="error"
          showIcon
          title={say("faults", { count: checked.faults.length })}
          description={
            <ul className="nf-tight">
              {checked.faults.map(({ path, message, zh }) => (
                <li key={`${path} ${message}`}>
                  <code>{path}</code> {language === "zh" ? (zh ?? message) : message}
                </li>
              ))}
            </ul>
          }
        />
      )}
      {checked.vectors.length > 0 && (
        <Table<Vector>
          size="small"
          aria-label={say("vectors")}
          rowKey={(row) => `${row.register} ${row.words}`}
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={[...checked.vectors]}
          columns={[
            { key: "register", title: say("register"), dataIndex: "register" },
            { key: "words", title: say("telegram"), render: (_, row) => <code>{row.words}</code> },
            { key: "expected", title: say("expected"), dataIndex: "expected" },
            { key: "decoded", title: say("decoded"), dataIndex: "decoded" },
            {
              key: "right",
              title: say("proof"),
              render: (_, row) => (
                <Tag tone={row.isRight ? "good" : "open"}>{say(row.isRight ? "isRight" : "isWrong")}</Tag>
              ),
            },
          ]}
        />
      )}
    </>
  );
}
