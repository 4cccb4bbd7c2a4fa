import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { Alert, Button } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { type CommandWithReply, commandQuery, deeds, isEnded } from "../commands/queries.ts";
import type { BusRow } from "../fleet/queries.ts";
import { type EarlierProbe, earlierOf } from "./probe-earlier.ts";
import { LineFields, WhatFields } from "./probe-form.tsx";
import { Found } from "./probe-found.tsx";
import { FIRST_FORM, onLine, type ProbeForm, probeOrder } from "./probe-order.ts";
import { words } from "./probe-words.ts";

const route = getRouteApi("/inside/collection/fleet/$site/$agent");
const PROBED_KINDS = ["modbus-tcp", "modbus"];

/** Looks at a line of an agent before anything is configured: which units answer, and what their registers may mean. */
export function Probe({ buses }: { readonly buses: readonly BusRow[] }) {
  const modbus = buses.filter(({ kind }) => PROBED_KINDS.includes(kind)).map(({ bus }) => bus);
  const [changes, setChanges] = useState<Partial<ProbeForm>>({});
  const navigate = route.useNavigate();
  const { probe } = route.useSearch();
  const earlier = useEarlier();
  const mayOrder = useMay("collection.command.order");
  const [bus] = modbus;
  const first = { ...FIRST_FORM, ...(bus !== undefined && onLine("bus", bus)) };
  const form = { ...first, ...earlier?.form, ...changes };
  // Another block has no earlier reading.
  const isSameBlock = form.units === earlier?.form.units && form.block === earlier.form.block;
  const change = (part: Partial<ProbeForm>) => setChanges((before) => ({ ...before, ...part }));
  const compare = (id: string) => {
    setChanges({});
    void navigate({ search: { part: "probe", earlier: id } });
  };
  const letGo = () => {
    setChanges({ ...form });
    void navigate({ search: (before) => ({ ...before, earlier: undefined }), replace: true });
  };
  return (
    <>
      {mayOrder && (
        <Ask form={form} buses={modbus} earlier={isSameBlock ? earlier : undefined} onChange={change} onLetGo={letGo} />
      )}
      {probe !== undefined && (
        <Result
          id={probe}
          onUnit={(unitId) => change({ units: String(unitId), block: "3:0-39", profile: "" })}
          {...(mayOrder && { onCompare: compare })}
        />
      )}
    </>
  );
}

/** The reading that the address names for a comparison: it is there after the phone has slept, too. */
function useEarlier(): EarlierProbe | undefined {
  const { earlier } = route.useSearch();
  const { data } = useQuery({ ...commandQuery(earlier ?? ""), enabled: earlier !== undefined });
  return earlier === undefined ? undefined : earlierOf(data);
}

interface AskProps {
  readonly form: ProbeForm;
  readonly buses: readonly string[];
  readonly earlier: EarlierProbe | undefined;
  readonly onChange: (part: Partial<ProbeForm>) => void;
  readonly onLetGo: () => void;
}

function Ask(props: AskProps) {
  const { form, buses, earlier, onChange } = props;
  const { say } = useWords("probe", words);
  const { site, agent } = route.useParams();
  const navigate = route.useNavigate();
  const asked = probeOrder(form, earlier?.reading);
  const ordering = useMutation({
    mutationFn: () => {
      if ("fault" in asked) throw new Error(asked.fault);
      return deeds.order({ order: asked.order, site, agent });
    },
    onSuccess: ({ items }) =>
      void navigate({ search: { part: "probe", earlier: earlier?.id, probe: items[0]?.id }, replace: true }),
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
          <LineFields form={form} buses={buses} onChange={onChange} />
        </div>
        {earlier !== undefined && <ComparedWith earlier={earlier} onLetGo={props.onLetGo} />}
        <div className="nf-form-line">
          <WhatFields form={form} onChange={onChange} />
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

function ComparedWith(props: { readonly earlier: EarlierProbe; readonly onLetGo: () => void }) {
  const { say } = useWords("probe", words);
  const { dateTime } = useFormat();
  const { at, reading } = props.earlier;
  return (
    <Alert
      type="info"
      showIcon
      className="nf-apart"
      title={say("comparedWith", { time: dateTime(at), dial: reading.dial })}
      action={
        <Button size="small" onClick={props.onLetGo}>
          {say("letGo")}
        </Button>
      }
    />
  );
}

interface ResultProps {
  readonly id: string;
  readonly onUnit: (unitId: number) => void;
  readonly onCompare?: (id: string) => void;
}

function Result({ id, onUnit, onCompare }: ResultProps) {
  const { say } = useWords("probe", words);
  const { data, error, refetch } = useQuery(commandQuery(id));
  if (error !== null) return <Problem error={error} onRetry={() => void refetch()} />;
  if (data === undefined || !isEnded(data.state)) return <p role="status">{say("probing")}</p>;
  const found = data.reply?.details;
  if (data.state !== "done" || found === undefined || found === null) return <Nothing command={data} />;
  const mayCompare = onCompare !== undefined && earlierOf(data) !== undefined;
  return <Found found={found} onUnit={onUnit} {...(mayCompare && { onCompare: () => onCompare(id) })} />;
}

function Nothing({ command }: { readonly command: CommandWithReply }) {
  const { say } = useWords("probe", words);
  const { message, code, state } = command;
  const why = [message, code].filter(Boolean).join(" · ");
  return <Alert type="warning" showIcon title={say("notFound", { why: why === "" ? say(`state_${state}`) : why })} />;
}
