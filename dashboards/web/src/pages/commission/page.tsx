import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { Alert, Button, InputNumber } from "antd";
import { useId, useState } from "react";
import { type MeterDetail, meterQuery } from "../../api/queries.ts";
import { PageLoading } from "../../app/page-loading.tsx";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { unitText } from "../../parts/unit-text.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useTitle } from "../../parts/use-title.ts";
import { useWords } from "../../words/use-words.ts";
import { type CommissionRead, judgeRead, type MeterSize, standingOf, type Verdict } from "./judge.ts";
import { useReads } from "./use-reads.ts";
import { words } from "./words.ts";

const route = getRouteApi("/inside/commission/$id");

/** For the person at the meter: three reads, each beside the dial, before leaving. Made for a phone. */
export function CommissionPage() {
  const { say } = useWords("commission", words);
  const { id } = route.useParams();
  useTitle(say("title", { id }));
  const { data, error, refetch } = useQuery(meterQuery(id));
  if (data === undefined && error === null) return <PageLoading />;
  return (
    <div className="nf-page nf-narrow">
      <div className="nf-title">
        <h1>{say("title", { id })}</h1>
        <Link to="/meters/$id" params={{ id }}>
          {say("toMeter")}
        </Link>
      </div>
      {data === undefined ? <Problem error={error} onRetry={() => void refetch()} /> : <AtTheMeter meter={data} />}
    </div>
  );
}

function AtTheMeter({ meter }: { readonly meter: MeterDetail }) {
  const { say } = useWords("commission", words);
  const main = meter.channels.find(({ isMain }) => isMain);
  const size = { step: main?.resolution ?? 0.001, q4M3h: meter.q4M3h };
  const reasonOf = (no: number) => say("readNo", { no });
  const { reads, isReading, error, failure, read, startOver } = useReads(meter.id, main, reasonOf);
  const [dial, setDial] = useState<number | null>(null);
  const id = useId();
  if (meter.agent === null) return <Alert type="warning" showIcon title={say("noAgent")} />;
  const standing = standingOf(reads, size);
  const isGas = meter.commodity === "gas";
  return (
    <>
      <p className="nf-soft">
        {[meter.address, meter.customer].filter(Boolean).join(" · ")}
        <br />
        {say(isGas ? "hintGas" : "hint")}
      </p>
      <Panel title={say("readNo", { no: reads.length + 1 })}>
        <label htmlFor={id}>{say("dial", { unit: unitText(meter.unit ?? "m3") })}</label>
        <InputNumber<number>
          id={id}
          size="large"
          inputMode="decimal"
          style={{ width: "100%" }}
          value={dial}
          onChange={setDial}
        />
        <p>
          <Button
            type="primary"
            size="large"
            block
            loading={isReading}
            onClick={() => {
              read(dial);
              setDial(null);
            }}
          >
            {isReading ? say("reading") : say("read", { no: reads.length + 1 })}
          </Button>
        </p>
        {error !== null && error !== undefined && <Problem error={error} />}
        {failure !== null && <Alert type="error" showIcon title={say("failed", { why: failure })} />}
      </Panel>
      {reads.length > 0 && (
        <Alert
          type={STANDING_TYPES[standing]}
          showIcon
          role="status"
          title={say(standing)}
          action={<Button onClick={startOver}>{say("startOver")}</Button>}
        />
      )}
      <ReadList reads={reads} size={size} unit={meter.unit ?? "m3"} isGas={isGas} />
    </>
  );
}

const STANDING_TYPES = { notYet: "info", done: "success", doneStill: "warning" } as const;

function ReadList(props: {
  readonly reads: readonly CommissionRead[];
  readonly size: MeterSize;
  readonly unit: NonNullable<MeterDetail["unit"]>;
  readonly isGas: boolean;
}) {
  const { say } = useWords("commission", words);
  const { number, dateTime } = useFormat();
  const { reads, size, unit, isGas } = props;
  const digits = Math.max(0, Math.round(-Math.log10(size.step)));
  const shown = (value: number | null) =>
    value === null ? say("noValue") : `${number(value, digits)} ${unitText(unit)}`;
  return (
    <ol className="nf-cards" reversed>
      {reads
        .map((read, at) => (
          <li key={read.id} className="nf-card nf-lines">
            <span className="nf-card-line">
              <span className="nf-strong">{say("readNo", { no: at + 1 })}</span>
              <span className="nf-soft nf-small">{dateTime(read.readAtMs)}</span>
            </span>
            <span className="nf-number">
              {say("value")} {shown(read.value)}
              {read.dial !== null && ` · ${say("dialShowed")} ${shown(read.dial)}`}
            </span>
            {judgeRead(reads.slice(0, at + 1), size).map((verdict) => (
              <VerdictLine key={verdict.code} verdict={verdict} isGas={isGas} />
            ))}
          </li>
        ))
        .reverse()}
    </ol>
  );
}

function VerdictLine({ verdict, isGas }: { readonly verdict: Verdict; readonly isGas: boolean }) {
  const { say } = useWords("commission", words);
  const { flow, number } = useFormat();
  const { tone, code, factor, flowM3h } = verdict;
  const key = isGas && code === "stands" ? "standsGas" : code;
  const text = say(key, { factor: number(factor ?? null, 6), flow: flow(flowM3h ?? null) });
  return (
    <span>
      <Tag tone={tone}>{text}</Tag>
    </span>
  );
}
