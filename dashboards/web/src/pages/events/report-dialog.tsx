import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { Button, Input, Modal, Segmented, Select } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../api/client.ts";
import type { AnomalyRow } from "../../api/queries.ts";
import { queryClient } from "../../api/query-client.ts";
import { useMay } from "../../api/session.ts";
import { useBusinessNow } from "../../parts/clock.ts";
import { instantOf, localText } from "../../parts/local-time.ts";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { common } from "../../words/common.ts";
import { useWords } from "../../words/use-words.ts";
import { Field } from "../operations/field.tsx";

const words = {
  ...common,
  open: { zh: "上报事件…", en: "Report an event…" },
  title: { zh: "上报事件", en: "Report an event" },
  intro: {
    zh: "若该处已有同类事件，则并入并在工单中留言；否则新建事件和工单。",
    en: "It joins what is known of this kind there, with a note on the ticket; else it becomes an event with a ticket.",
  },
  about: { zh: "对象", en: "About" },
  onMeter: { zh: "表具", en: "meter" },
  onDistrict: { zh: "分区", en: "district" },
  subject: { zh: "编号", en: "Its id" },
  looksLike: { zh: "像什么", en: "What it looks like" },
  startsAt: { zh: "开始时间", en: "Began at" },
  zoneHint: { zh: "{{zone}}，如 2026-10-21 02:00", en: "{{zone}}, such as 2026-10-21 02:00" },
  rate: { zh: "估计流量 m³/h（可留空）", en: "Estimated flow, m³/h (may be empty)" },
  note: { zh: "看到了什么（至少 3 个字）", en: "What was seen (at least 3 characters)" },
  BURST: { zh: "爆管", en: "a burst" },
  CONT_FLOW: { zh: "漏水", en: "a leak" },
  GAS_CONT: { zh: "燃气泄漏", en: "a gas leak" },
  NO_USE: { zh: "停水停气", en: "no supply" },
  PRESS_LOW: { zh: "压力过低", en: "low pressure" },
  FROZEN: { zh: "表具停走", en: "a meter that stands still" },
  TAMPER: { zh: "私拆私接", en: "tampering" },
  USE_INACTIVE: { zh: "停用户用水", en: "use on a closed account" },
} as const;

const KINDS = [
  "BURST",
  "CONT_FLOW",
  "GAS_CONT",
  "NO_USE",
  "PRESS_LOW",
  "FROZEN",
  "TAMPER",
  "USE_INACTIVE",
] as const satisfies readonly AnomalyRow["rule"][];
const SHORTEST_NOTE = 3;

/** Lets a person enter what he saw or was told, for those who may judge events. */
export function ReportButton() {
  const { say } = useWords("report-event", words);
  const mayReport = useMay("monitor.event.judge");
  const [isOpen, setIsOpen] = useState(false);
  if (!mayReport) return null;
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>{say("open")}</Button>
      {isOpen && <ReportDialog onClose={() => setIsOpen(false)} />}
    </>
  );
}

interface Draft {
  readonly subjectKind: "meter" | "dma";
  readonly subject: string;
  readonly rule: (typeof KINDS)[number];
  readonly starts: string;
  readonly rate: string;
  readonly note: string;
}

/** The report that a draft describes; undefined while something is missing or wrong. */
function reportOf(draft: Draft, zone: string) {
  const startsAt = instantOf(draft.starts, zone);
  const [subject, note, rate] = [draft.subject.trim(), draft.note.trim(), draft.rate.trim().replace(",", ".")];
  const rateM3h = rate === "" ? undefined : Number(rate);
  const isRateWrong = rateM3h !== undefined && !(rateM3h > 0);
  if (startsAt === undefined || subject === "" || note.length < SHORTEST_NOTE || isRateWrong) return undefined;
  const { subjectKind, rule } = draft;
  return { subjectKind, subject, rule, startsAt, note, ...(rateM3h !== undefined && { rateM3h }) };
}

function ReportDialog(props: { readonly onClose: () => void }) {
  const { say } = useWords("report-event", words);
  const { zone } = useFormat();
  const nowMs = useBusinessNow();
  const router = useRouter();
  const [draft, setDraft] = useState<Draft>({
    subjectKind: "meter",
    subject: "",
    rule: "BURST",
    starts: localText(nowMs, zone),
    rate: "",
    note: "",
  });
  const report = reportOf(draft, zone);
  const sending = useMutation({
    mutationFn: async () => report && dataOf(api.POST("/api/anomalies", { body: report })),
    onSuccess: async (answer) => {
      props.onClose();
      await queryClient.invalidateQueries();
      if (answer !== undefined) await router.navigate({ to: "/events/$id", params: { id: answer.finding.id } });
    },
  });
  return (
    <Modal
      open
      title={say("title")}
      okText={say("title")}
      cancelText={say("cancel")}
      okButtonProps={{ disabled: report === undefined, loading: sending.isPending }}
      onOk={() => sending.mutate()}
      onCancel={props.onClose}
    >
      <p className="nf-soft nf-tight">{say("intro")}</p>
      <ReportFields draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} />
      {sending.error !== null && <Problem error={sending.error} />}
    </Modal>
  );
}

function ReportFields(props: { readonly draft: Draft; readonly onChange: (part: Partial<Draft>) => void }) {
  const { say } = useWords("report-event", words);
  const { zone } = useFormat();
  const { draft, onChange } = props;
  const text = (key: "subject" | "starts" | "rate" | "note", label: string, note?: string) => (
    <Field label={label} note={note}>
      {(id) => (
        <Input
          id={id}
          value={draft[key]}
          maxLength={key === "note" ? 500 : 64}
          onChange={(change) => onChange({ [key]: change.target.value })}
        />
      )}
    </Field>
  );
  return (
    <>
      <Segmented
        aria-label={say("about")}
        value={draft.subjectKind}
        onChange={(subjectKind) => onChange({ subjectKind })}
        options={[
          { value: "meter" as const, label: say("onMeter") },
          { value: "dma" as const, label: say("onDistrict") },
        ]}
      />
      {text("subject", say("subject"))}
      <Field label={say("looksLike")}>
        {(id) => (
          <Select
            id={id}
            value={draft.rule}
            onChange={(rule) => onChange({ rule })}
            options={KINDS.map((value) => ({ value, label: say(value) }))}
          />
        )}
      </Field>
      {text("starts", say("startsAt"), say("zoneHint", { zone }))}
      {text("rate", say("rate"))}
      {text("note", say("note"))}
    </>
  );
}
