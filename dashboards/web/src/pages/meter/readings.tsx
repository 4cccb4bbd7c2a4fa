import { useQuery } from "@tanstack/react-query";
import { Skeleton, Table } from "antd";
import { type MeterDetail, readingsQuery } from "../../api/queries.ts";
import { Panel } from "../../parts/panel.tsx";
import { Problem } from "../../parts/problem.tsx";
import { Tag } from "../../parts/tag.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { RegisterValue } from "../meters/register-value.tsx";
import { words } from "./words.ts";

const TONES = { good: "good", suspect: "open", missing: "quiet" } as const;

/** The newest readings as they were taken, with their quality and flags. */
export function Readings(props: { readonly meter: MeterDetail }) {
  const { say } = useWords("meter", words);
  const { data, error } = useQuery(readingsQuery(props.meter.id));
  if (data === undefined) return error === null ? <Skeleton active /> : <Problem error={error} />;
  return (
    <Panel title={say("readings")}>
      <Table
        size="small"
        aria-label={say("readings")}
        pagination={false}
        rowKey={(row) => `${row.channel} ${row.readAt}`}
        dataSource={data.items}
        locale={{ emptyText: say("noReadings") }}
        columns={[
          { key: "at", title: say("readAt"), render: (_, row) => <When at={row.readAt} /> },
          {
            key: "value",
            title: say("register"),
            align: "right",
            render: (_, row) => <RegisterValue value={row.value} unit={row.unit} />,
          },
          {
            key: "quality",
            title: say("quality"),
            render: (_, row) => (
              <>
                <Tag tone={TONES[row.quality]}>{say(row.quality)}</Tag> {row.flags.join(", ")}
              </>
            ),
          },
        ]}
      />
    </Panel>
  );
}
