import { useMutation, useQuery } from "@tanstack/react-query";
import { Button, Input, InputNumber, Modal } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import { type DmaDetail, type PressureLimits, pressureLimitsQuery } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { type Figure, FigureList } from "../../parts/figure-list.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";
import { words } from "./words.ts";

/** The pressure of a district now, the limits that its gauges are judged by, and where they are set. */
export function PressurePanel(props: { readonly district: DmaDetail }) {
  const { say } = useWords("district", words);
  const mayTune = useMay("monitor.rule.tune");
  const { data, error, refetch } = useQuery(pressureLimitsQuery(props.district.id));
  const [isOpen, setOpen] = useState(false);
  const figures = [...useRange(props.district), ...useLimits(data)];
  return (
    <Panel
      title={say("pressure")}
      extra={mayTune && data !== undefined && <Button onClick={() => setOpen(true)}>{say("setLimits")}</Button>}
    >
      {props.district.pressure === null && <p className="nf-soft nf-tight">{say("noPressure")}</p>}
      {figures.length > 0 && <FigureList figures={figures} />}
      {data === undefined && error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isOpen && data !== undefined && (
        <LimitsDialog id={props.district.id} limits={data} onClose={() => setOpen(false)} />
      )}
    </Panel>
  );
}

function useRange({ pressure }: DmaDetail): Figure[] {
  const { say } = useWords("district", words);
  const { number } = useFormat();
  if (pressure === null) return [];
  const value = `${number(pressure.lowestKpa, 0)}–${number(pressure.highestKpa, 0)} kPa`;
  return [{ name: say("pressureRange", { gauges: pressure.gauges }), value, note: <When at={pressure.readAt} /> }];
}

function useLimits(limits: PressureLimits | undefined): Figure[] {
  const { say } = useWords("district", words);
  const { number } = useFormat();
  if (limits === undefined) return [];
  const figure = (name: string, own: number | null, rule: number): Figure => ({
    name,
    value: `${number(own ?? rule, 0)} kPa`,
    note: own === null ? say("byRule") : undefined,
  });
  return [
    figure(say("leastPressure"), limits.lowKpa, limits.ruleLowKpa),
    figure(say("mostPressure"), limits.highKpa, limits.ruleHighKpa),
  ];
}

function LimitsDialog(props: { readonly id: string; readonly limits: PressureLimits; readonly onClose: () => void }) {
  const { say } = useWords("district", words);
  const { id, limits, onClose } = props;
  const [lowKpa, setLow] = useState(limits.lowKpa);
  const [highKpa, setHigh] = useState(limits.highKpa);
  const [reason, setReason] = useState("");
  const saving = useMutation({
    mutationFn: () =>
      dataOf(
        api.PUT("/api/districts/{id}/pressure-limits", {
          params: { path: { id } },
          body: { lowKpa, highKpa, reason: reason.trim() },
        }),
      ),
    onSuccess: async () => {
      onClose();
      await queryClient.invalidateQueries({ queryKey: pressureLimitsQuery(id).queryKey });
    },
  });
  const isCrossed = (lowKpa ?? limits.ruleLowKpa) >= (highKpa ?? limits.ruleHighKpa);
  return (
    <Modal
      open
      title={say("setLimits")}
      okText={say("save")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: isCrossed || reason.trim() === "", loading: saving.isPending }}
      onOk={() => saving.mutate()}
      onCancel={onClose}
    >
      <Limit label={say("leastPressure")} value={lowKpa} rule={limits.ruleLowKpa} onChange={setLow} />
      <Limit label={say("mostPressure")} value={highKpa} rule={limits.ruleHighKpa} onChange={setHigh} />
      <Field label={say("limitsReason")}>
        {(inputId) => (
          <Input id={inputId} maxLength={500} value={reason} onChange={(change) => setReason(change.target.value)} />
        )}
      </Field>
      {isCrossed && <p className="nf-tight">{say("limitsCrossed")}</p>}
      {saving.error !== null && <Problem error={saving.error} />}
    </Modal>
  );
}

function Limit(props: {
  readonly label: string;
  readonly value: number | null;
  readonly rule: number;
  readonly onChange: (value: number | null) => void;
}) {
  const { say } = useWords("district", words);
  return (
    <Field label={props.label} note={say("emptyIsRule", { rule: props.rule })}>
      {(inputId) => (
        <InputNumber id={inputId} min={0} max={2500} value={props.value} onChange={props.onChange} suffix="kPa" />
      )}
    </Field>
  );
}
