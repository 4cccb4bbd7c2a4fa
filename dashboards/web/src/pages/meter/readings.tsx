import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { components } from "../../api/generated/schema.d.ts";
import { type MeterDetail, readingsQuery } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { RankedList } from "../../parts/ranked-list.tsx";
import { Tag } from "../../parts/tag.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { RegisterValue } from "../meters/register-value.tsx";
import { words } from "./words.ts";

const TONES = { good: "good", suspect: "open", missing: "quiet" } as const;

type Reading = components["schemas"]["ReadingRow"] & { readonly id: string };

/** The newest readings as they were taken, with their quality and flags. */
export function Readings(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const { data, error } = useQuery(readingsQuery(props.meter.id));
  const rows = useMemo(
    () => data?.items.map((row): Reading => ({ ...row, id: `${row.channel} ${row.readAt}` })),
    [data],
  );
  return (
    <Panel title={say("readings")}>
      <RankedList
        label={say("readings")}
        question={props.meter.id}
        rows={rows}
        error={error}
        empty={say("noReadings")}
        card={(row) => (
          <div className="nf-card-line" style={{ padding: "6px 0" }}>
            <When at={row.readAt} />
            <span>
              <RegisterValue value={row.value} unit={row.unit} /> <QualityOf reading={row} />
            </span>
          </div>
        )}
        columns={[
          { key: "at", title: say("readAt"), render: (row) => <When at={row.readAt} /> },
          {
            key: "value",
            title: say("register"),
            align: "right",
            render: (row) => <RegisterValue value={row.value} unit={row.unit} />,
          },
          { key: "quality", title: say("quality"), render: (row) => <QualityOf reading={row} /> },
        ]}
      />
    </Panel>
  );
}

function QualityOf(props: { readonly reading: Reading }) {
  const { say } = useWords("meter", words);
  const { word } = useVocabulary();
  const { quality, flags } = props.reading;
  return (
    <>
      <Tag tone={TONES[quality]}>{say(quality)}</Tag> {flags.map((flag) => word("flag", flag)).join(", ")}
    </>
  );
}
