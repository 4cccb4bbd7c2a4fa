import { Button, Segmented } from "antd";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { RANGES, type Range } from "./range.ts";
import { useFormat } from "./use-format.ts";

const words = {
  ...common,
  range: { zh: "时间范围", en: "Span" },
  day: { zh: "日", en: "Day" },
  week: { zh: "周", en: "Week" },
  month: { zh: "月", en: "Month" },
  earlier: { zh: "更早", en: "Earlier" },
  later: { zh: "更晚", en: "Later" },
} as const;

/** Chooses a day, a week or a month, and how far back. */
export function CurveControls(props: {
  readonly range: Range;
  readonly back: number;
  readonly span: { readonly from: number; readonly to: number };
  readonly onChange: (range: Range, back: number) => void;
}) {
  const { say } = useWords("curve-controls", words);
  const { range, back, span, onChange } = props;
  return (
    <div className="nf-actions" style={{ alignItems: "center" }}>
      <Segmented<Range>
        aria-label={say("range")}
        value={range}
        onChange={(value) => onChange(value, 0)}
        options={RANGES.map((value) => ({ value, label: say(value) }))}
      />
      <Button aria-label={say("earlier")} title={say("earlier")} onClick={() => onChange(range, back + 1)}>
        ‹
      </Button>
      <SpanWords span={span} />
      <Button
        aria-label={say("later")}
        title={say("later")}
        disabled={back === 0}
        onClick={() => onChange(range, back - 1)}
      >
        ›
      </Button>
    </div>
  );
}

function SpanWords(props: { readonly span: { readonly from: number; readonly to: number } }) {
  const { language, zone } = useFormat();
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    dateStyle: "medium",
    timeZone: zone,
  });
  return <span>{format.formatRange(props.span.from, props.span.to - 1)}</span>;
}
