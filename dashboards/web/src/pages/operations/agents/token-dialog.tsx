import { useMutation } from "@tanstack/react-query";
import { AutoComplete, Input, InputNumber, Modal, QRCode } from "antd";
import { useState } from "react";
import { Problem } from "../../../parts/problem.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { Field } from "../field.tsx";
import { CopyLine } from "./copy-line.tsx";
import { askAgain, deeds, type MadeToken } from "./queries.ts";
import { faultsOf, orderOf, type TokenForm } from "./standing.ts";
import { words } from "./words.ts";

const DEFAULT_HOURS = 72;

interface TokenDialogProps {
  /** The agent that it is for; any new one when there is none. */
  readonly of?: { readonly site: string; readonly agent: string };
  readonly sites: readonly string[];
  readonly hours?: number | undefined;
  readonly onClose: () => void;
}

/** Makes a token and shows it, this once. */
export function TokenDialog(props: TokenDialogProps) {
  const [made, setMade] = useState<MadeToken>();
  if (made !== undefined) return <MadeDialog made={made} onClose={props.onClose} />;
  return <OrderDialog {...props} onMade={setMade} />;
}

function OrderDialog(props: TokenDialogProps & { readonly onMade: (made: MadeToken) => void }) {
  const { say } = useWords("operations-agents", words);
  const [form, setForm] = useState<TokenForm>({
    site: props.of?.site ?? (props.sites.length === 1 ? (props.sites[0] ?? "") : ""),
    agent: props.of?.agent ?? "",
    uses: 1,
    hours: props.hours ?? DEFAULT_HOURS,
    note: "",
  });
  const change = (part: Partial<TokenForm>) => setForm((before) => ({ ...before, ...part }));
  const faults = faultsOf(form);
  const making = useMutation({
    mutationFn: () => deeds.makeToken(orderOf(form)),
    onSuccess: (made) => {
      askAgain();
      props.onMade(made);
    },
  });
  return (
    <Modal
      open
      title={say("makeTokenTitle")}
      okText={say("makeTokenOk")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: faults.length > 0, loading: making.isPending }}
      onOk={() => making.mutate()}
      onCancel={props.onClose}
    >
      <div style={{ display: "grid", gap: 12 }}>
        <OrderFields form={form} sites={props.sites} change={change} isFixed={props.of !== undefined} />
        {faults.length > 0 && (
          <span className="nf-soft">{say("mend", { fields: faults.map((fault) => say(fault)).join(", ") })}</span>
        )}
        {making.error !== null && <Problem error={making.error} />}
      </div>
    </Modal>
  );
}

function OrderFields(props: {
  readonly form: TokenForm;
  readonly sites: readonly string[];
  readonly isFixed: boolean;
  readonly change: (part: Partial<TokenForm>) => void;
}) {
  const { say } = useWords("operations-agents", words);
  const { form, change, isFixed } = props;
  const isNamed = form.agent.trim() !== "";
  return (
    <>
      <Field label={say("site")}>
        {(id) => (
          <AutoComplete
            id={id}
            disabled={isFixed}
            value={form.site}
            options={props.sites.map((value) => ({ value }))}
            onChange={(site: string) => change({ site })}
          />
        )}
      </Field>
      <Field label={say("agentName")} note={say("agentNameHint")}>
        {(id) => (
          <Input
            id={id}
            disabled={isFixed}
            maxLength={64}
            value={form.agent}
            onChange={(event) => change({ agent: event.target.value })}
          />
        )}
      </Field>
      <div style={{ display: "grid", gridTemplateColumns: "1fr 1fr", gap: 12 }}>
        <Field label={say("uses")}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={10_000}
              precision={0}
              disabled={isNamed}
              style={{ width: "100%" }}
              value={isNamed ? 1 : form.uses}
              onChange={(uses) => change({ uses: uses ?? 0 })}
            />
          )}
        </Field>
        <Field label={say("hours")}>
          {(id) => (
            <InputNumber
              id={id}
              min={1}
              max={8760}
              precision={0}
              style={{ width: "100%" }}
              value={form.hours}
              onChange={(hours) => change({ hours: hours ?? 0 })}
            />
          )}
        </Field>
      </div>
      <Field label={say("note")}>
        {(id) => (
          <Input id={id} maxLength={200} value={form.note} onChange={(event) => change({ note: event.target.value })} />
        )}
      </Field>
    </>
  );
}

function MadeDialog(props: { readonly made: MadeToken; readonly onClose: () => void }) {
  const { say } = useWords("operations-agents", words);
  const { dateTime } = useFormat();
  const { command, joinText, expiresAt } = props.made;
  return (
    <Modal
      open
      title={say("madeTitle")}
      okText={say("done")}
      cancelButtonProps={{ style: { display: "none" } }}
      mask={{ closable: false }}
      onOk={props.onClose}
      onCancel={props.onClose}
    >
      <p>
        <Tag tone="open">{say("shownOnce")}</Tag> {say("until", { time: dateTime(expiresAt) })}
      </p>
      <p className="nf-tight">{say("runThis")}</p>
      <CopyLine text={command} />
      <p className="nf-tight">{say("scan")}</p>
      <div style={{ background: "#fff", width: "fit-content", padding: 8 }}>
        <QRCode
          aria-label={say("qrName")}
          value={joinText}
          size={220}
          bordered={false}
          color="#000"
          bgColor="#fff"
          errorLevel="L"
        />
      </div>
    </Modal>
  );
}
