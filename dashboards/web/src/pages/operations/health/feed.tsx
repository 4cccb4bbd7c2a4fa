import { useQueryClient } from "@tanstack/react-query";
import { Button, Table } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import { useMay } from "../../../api/session.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Tag } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { type Health, healthQuery } from "./queries.ts";
import { msText } from "./sizes.ts";
import { words } from "./words.ts";

type Reader = NonNullable<Health["feed"]>[number];

/** From here on a reader is called late: the platform's own warning comes at the same age. */
const OLD_S = 3600;

/** Who reads the feed of stored readings, and how far behind; one that is gone for good can be removed. */
export function FeedReaders(props: { readonly readers: Health["feed"] }) {
  const { say, language } = useWords("operations-health", words);
  const { number } = useFormat();
  const [leaving, setLeaving] = useState<Reader>();
  const mayForget = useMay("operations.feed.forget");
  const nameOf = ({ name }: Reader) => (name === "analytics" || name === "derived" ? say(`reader_${name}`) : name);
  return (
    <Panel title={say("feedReaders")}>
      {props.readers === null || props.readers.length === 0 ? (
        <p className="nf-soft nf-tight">{say(props.readers === null ? "readersUnknown" : "noReaders")}</p>
      ) : (
        <Table<Reader>
          size="small"
          aria-label={say("feedReaders")}
          rowKey="name"
          pagination={false}
          scroll={{ x: "max-content" }}
          dataSource={props.readers}
          columns={[
            { key: "name", title: say("reader"), render: (_, row) => nameOf(row) },
            {
              key: "lag",
              title: say("behind"),
              align: "right",
              render: (_, { lagS }) =>
                lagS > OLD_S ? <Tag tone="open">{msText(lagS * 1000, language)}</Tag> : msText(lagS * 1000, language),
            },
            {
              key: "commits",
              title: say("behindCommits"),
              align: "right",
              render: (_, { lagCommits }) => <span className="nf-number">{number(lagCommits, 0)}</span>,
            },
            ...(mayForget
              ? [
                  {
                    key: "forget",
                    title: say("act"),
                    render: (_: unknown, row: Reader) => (
                      <Button
                        size="small"
                        aria-label={`${say("forget")} ${nameOf(row)}`}
                        onClick={() => setLeaving(row)}
                      >
                        {say("forget")}
                      </Button>
                    ),
                  },
                ]
              : []),
          ]}
        />
      )}
      {leaving !== undefined && (
        <Forgetting reader={leaving} name={nameOf(leaving)} onClose={() => setLeaving(undefined)} />
      )}
    </Panel>
  );
}

function Forgetting(props: { readonly reader: Reader; readonly name: string; readonly onClose: () => void }) {
  const { say } = useWords("operations-health", words);
  const { number } = useFormat();
  const client = useQueryClient();
  const { name } = props.reader;
  return (
    <ReasonDialog
      title={say("forgetTitle", { name: props.name })}
      confirm={say("forgetConfirm")}
      isDangerous
      act={(reason) =>
        dataOf(api.POST("/api/operations/feed/{name}/forget", { params: { path: { name } }, body: { reason } }))
      }
      onDone={() => void client.invalidateQueries({ queryKey: healthQuery.queryKey })}
      onClose={props.onClose}
    >
      <p>{say("forgetMeans", { count: number(props.reader.lagCommits, 0) })}</p>
    </ReasonDialog>
  );
}
