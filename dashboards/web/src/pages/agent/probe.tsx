import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Alert, Button, Input, InputNumber, Select } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useWords } from "../../words/use-words.ts";
import { commandQuery, deeds, isEnded } from "../commands/queries.ts";
import type { BusRow } from "../fleet/queries.ts";
import { Found } from "./probe-found.tsx";
import { FIRST_FORM, type ProbeForm, probeOrder } from "./probe-order.ts";
import { words } from "./probe-words.ts";

const route = getRouteApi("/inside/collection/fleet/$site/$agent");
const PROBED_KINDS = ["modbus-tcp", "modbus"];

/** Looks at a line of an agent before anything is configured: which units answer, and what their registers may mean. */
export function Probe({ buses }: { readonly buses: readonly BusRow[] }) {
  const modbus = buses.filter(({ kind }) => PROBED_KINDS.includes(kind)).map(({ bus }) => bus);
  const [form, setForm] = useState<ProbeForm>({ ...FIRST_FORM, bus: modbus[0] ?? "" });
  const { probe } = route.useSearch();
  const mayOrder = useMay("collection.command.order");
  const change = (part: Partial<ProbeForm>) => setForm((before) => ({ ...before, ...part }));
  return (
    <>
      {mayOrder && <Ask form={form} buses={modbus} onChange={change} />}
      {probe !== undefined && (
        <Result id={probe} onUnit={(unitId) => change({ units: String(unitId), block: "3:0-39", profile: "" })} />
      )}
    </>
  );
}

interface AskProps {
  readonly form: ProbeForm;
  readonly buses: readonly string[];
  readonly onChange: (part: Partial<ProbeForm>) => void;
}

function Ask(props: AskProps) {
  const { say } = useWords("probe", words);
  const { site, agent } = route.useParams();
  const navigate = route.useNavigate();
  const asked = probeOrder(props.form);
  const ordering = useMutation({
    mutationFn: () => {
      if ("fault" in asked) throw new Error(asked.fault);
      return deeds.order({ order: asked.order, site, agent });
    },
    onSuccess: ({ items }) => void navigate({ search: { part: "probe", probe: items[0]?.id }, replace: true }),
  });
  const begin = () => {
    if ("order" in asked) ordering.mutate();
  };
  return (
    <Panel title={say("probeTitle")}>
      <p className="nf-soft">{say("probeHint")}</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <div className="nf-form-line">
          <LineFields {...props} />
        </div>
        <div className="nf-form-line">
          <WhatFields {...props} />
          <Button type="primary" htmlType="submit" disabled={"fault" in asked} loading={ordering.isPending}>
            {say("begin")}
          </Button>
        </div>
      </form>
      {"fault" in asked && <p className="nf-soft">{say(`fault_${asked.fault}`)}</p>}
      {ordering.error !== null && <Problem error={ordering.error} />}
    </Panel>
  );
}

function LineFields({ form, buses, onChange }: AskProps) {
  const { say } = useWords("probe", words);
  const lines = [...buses.map((value) => ({ value, label: value })), { value: "", label: say("ownLine") }];
  return (
    <>
      <Labelled label={say("viaLine")}>
        {(id) => (
          <Select<string>
            id={id}
            style={{ minWidth: 200 }}
            value={form.bus}
            onChange={(bus) => onChange({ bus })}
            options={lines}
          />
        )}
      </Labelled>
      {form.bus === "" && <AddressFields form={form} onChange={onChange} />}
      <Text label={say("unitIds")} value={form.units} onChange={(units) => onChange({ units })} />
      <Labelled label={say("timeoutMs")}>
        {(id) => (
          <InputNumber
            id={id}
            min={10}
            max={60_000}
            value={form.timeoutMs}
            onChange={(value) => onChange({ timeoutMs: value ?? FIRST_FORM.timeoutMs })}
          />
        )}
      </Labelled>
    </>
  );
}

function AddressFields({ form, onChange }: Omit<AskProps, "buses">) {
  const { say } = useWords("probe", words);
  return (
    <>
      <Text label={say("host")} value={form.host} onChange={(host) => onChange({ host })} />
      <Labelled label={say("port")}>
        {(id) => (
          <InputNumber
            id={id}
            min={1}
            max={65_535}
            value={form.port}
            onChange={(port) => onChange({ port: port ?? FIRST_FORM.port })}
          />
        )}
      </Labelled>
      <Labelled label={say("framing")}>
        {(id) => (
          <Select<ProbeForm["framing"]>
            id={id}
            style={{ minWidth: 110 }}
            value={form.framing}
            onChange={(framing) => onChange({ framing })}
            options={(["tcp", "rtu", "ascii"] as const).map((value) => ({ value, label: value }))}
          />
        )}
      </Labelled>
    </>
  );
}

function WhatFields({ form, onChange }: AskProps) {
  const { say } = useWords("probe", words);
  return (
    <>
      <Text label={say("block")} value={form.block} onChange={(block) => onChange({ block })} />
      <Text label={say("dial")} value={form.dial} onChange={(dial) => onChange({ dial })} />
      <Text label={say("byProfile")} value={form.profile} onChange={(profile) => onChange({ profile })} />
    </>
  );
}

function Text(props: { readonly label: string; readonly value: string; readonly onChange: (text: string) => void }) {
  return (
    <Labelled label={props.label}>
      {(id) => (
        <Input id={id} value={props.value} maxLength={200} onChange={({ target }) => props.onChange(target.value)} />
      )}
    </Labelled>
  );
}

function Labelled(props: { readonly label: string; readonly children: (id: string) => ReactNode }) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id}>{props.label}</label>
      {props.children(id)}
    </div>
  );
}

function Result(props: { readonly id: string; readonly onUnit: (unitId: number) => void }) {
  const { say } = useWords("probe", words);
  const { data, error, refetch } = useQuery(commandQuery(props.id));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined || !isEnded(data.state)) return <p role="status">{say("probing")}</p>;
  const found = data.reply?.details;
  if (data.state === "done" && found !== undefined && found !== null)
    return <Found found={found} onUnit={props.onUnit} />;
  const why = [data.message, data.code].filter(Boolean).join(" · ");
  return <Alert type="warning" showIcon title={say("notFound", { why: why === "" ? data.state : why })} />;
}
