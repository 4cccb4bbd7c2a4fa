import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Input, Modal } from "antd";
import { useId, useState } from "react";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import type { AgentName } from "../fleet/queries.ts";
import { Changes } from "./config-changes.tsx";
import { type CheckedConfig, configDeeds } from "./config-queries.ts";
import { parsedJson } from "./parsed-json.ts";
import { words } from "./words.ts";

const SHORTEST_REASON = 3;

/** Edits an agent's configuration as JSON: checked with every fault at once, saved with a reason, sent. */
export function ConfigEditor(props: {
  readonly name: AgentName;
  readonly text: string;
  /** The newest version that the person has seen; null for the first. */
  readonly basedOn: number | null;
  readonly onClose: () => void;
}) {
  const { say } = useWords("agent", words);
  const { name, basedOn, onClose } = props;
  const [text, setText] = useState(props.text);
  const [reason, setReason] = useState("");
  const [configId, reasonId] = [useId(), useId()];
  const parsed = parsedJson(text);
  const checking = useMutation({ mutationFn: () => configDeeds.check(name, parsed.value) });
  const saving = useMutation({
    mutationFn: () => configDeeds.save(name, { config: parsed.value, reason: reason.trim(), basedOn }),
    onSuccess: onClose,
  });
  return (
    <Modal
      open
      width={900}
      title={say("editTitle")}
      okText={say("save")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: !parsed.isJson || reason.trim().length < SHORTEST_REASON, loading: saving.isPending }}
      onOk={() => saving.mutate()}
      onCancel={onClose}
    >
      <label htmlFor={configId}>{say("config")}</label>
      <Input.TextArea
        id={configId}
        className="nf-code"
        rows={18}
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      {!parsed.isJson && <Alert type="warning" showIcon title={say("notJson", { why: parsed.why })} />}
      <p>
        <Button disabled={!parsed.isJson} loading={checking.isPending} onClick={() => checking.mutate()}>
          {say("check")}
        </Button>
      </p>
      {checking.data !== undefined && <Checked checked={checking.data} />}
      {checking.error !== null && <Problem error={checking.error} />}
      <div className="nf-field">
        <label htmlFor={reasonId}>{say("whyChange")}</label>
        <Input id={reasonId} maxLength={500} value={reason} onChange={({ target }) => setReason(target.value)} />
      </div>
      {saving.error !== null && <Problem error={saving.error} />}
    </Modal>
  );
}

function Checked({ checked }: { readonly checked: CheckedConfig }) {
  const { say, language } = useWords("agent", words);
  if (checked.faults.length === 0)
    return (
      <Alert
        type="success"
        showIcon
        title={say("fine")}
        description={checked.changes !== null && <Changes changes={checked.changes} />}
      />
    );
  return (
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
  );
}
