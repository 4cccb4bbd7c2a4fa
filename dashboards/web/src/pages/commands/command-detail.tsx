import { useQuery } from "@tanstack/react-query";
import { Button, Drawer, Skeleton, Table } from "antd";
import { useState } from "react";
import { useMay } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { Facts, RawText } from "../operations/facts.tsx";
import { ReasonDialog } from "../operations/reason-dialog.tsx";
import { aboutOf, CommandTag } from "./parts.tsx";
import { type CommandWithReply, commandQuery, deeds, isEnded } from "./queries.ts";
import { words } from "./words.ts";

type Reply = NonNullable<CommandWithReply["reply"]>;

/** One command: who ordered it and why, how far it has come, and what the agent answered. */
export function CommandDetail(props: { readonly id: string; readonly onClose: () => void }) {
  const { say } = useWords("commands", words);
  const { data, error, refetch } = useQuery(commandQuery(props.id));
  return (
    <Drawer open title={say("command")} size={640} onClose={props.onClose} styles={{ wrapper: { maxWidth: "100vw" } }}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton active />}
      {data !== undefined && <Whole command={data} />}
    </Drawer>
  );
}

function Whole({ command }: { readonly command: CommandWithReply }) {
  const { say } = useWords("commands", words);
  const { dateTime, number } = useFormat();
  const { kind, state, orderedBy, orderedAt, reason, message, code, tookMs } = command;
  return (
    <>
      <Facts
        facts={[
          [say("kind"), say(`kind_${kind}`)],
          [say("state"), <CommandTag key="state" state={state} />],
          [say("agent"), `${command.site}/${command.agent}`],
          [say("about"), aboutOf(command)],
          [say("ordered"), say("by", { who: orderedBy, time: dateTime(orderedAt) })],
          ...(reason === "" ? [] : [[say("reason"), reason] as const]),
          ...(message === null && code === null
            ? []
            : [[say("outcome"), [message, code].filter(Boolean).join(" · ")] as const]),
          ...(tookMs === null ? [] : [[say("took"), say("seconds", { count: number(tookMs / 1000, 1) })] as const]),
        ]}
      />
      <Cancel command={command} />
      <h3>{say("answered")}</h3>
      {command.reply === null ? <p className="nf-soft">{say("noReply")}</p> : <ReplyOf reply={command.reply} />}
    </>
  );
}

function Cancel({ command }: { readonly command: CommandWithReply }) {
  const { say } = useWords("commands", words);
  const mayOrder = useMay("collection.command.order");
  const [isAsked, setIsAsked] = useState(false);
  if (!mayOrder || isEnded(command.state) || command.state === "sent") return null;
  return (
    <p>
      <Button onClick={() => setIsAsked(true)}>{say("cancelCommand")}</Button>
      {isAsked && (
        <ReasonDialog
          title={say("cancelCommand")}
          confirm={say("cancelCommand")}
          act={(reason) => deeds.cancel(command.id, reason)}
          onDone={() => undefined}
          onClose={() => setIsAsked(false)}
        >
          <p>{aboutOf(command)}</p>
        </ReasonDialog>
      )}
    </p>
  );
}

function ReplyOf({ reply }: { readonly reply: Reply }) {
  const { say } = useWords("commands", words);
  const { dateTime } = useFormat();
  return (
    <>
      {reply.readings.length > 0 && (
        <Table<Reply["readings"][number]>
          size="small"
          aria-label={say("answered")}
          rowKey={(row) => `${row.channel} ${row.readAt}`}
          pagination={reply.readings.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          scroll={{ x: "max-content" }}
          dataSource={reply.readings}
          columns={[
            { key: "channel", title: say("channel"), dataIndex: "channel" },
            {
              key: "value",
              title: say("value"),
              align: "right",
              render: (_, row) => <span className="nf-number">{row.value ?? "–"}</span>,
            },
            { key: "at", title: say("readAt"), render: (_, row) => dateTime(row.readAt) },
            { key: "quality", title: say("quality"), render: (_, row) => [say(row.quality), ...row.flags].join(" · ") },
          ]}
        />
      )}
      {hasContent(reply.details) && <RawText label={say("details")} text={JSON.stringify(reply.details, null, 2)} />}
    </>
  );
}

function hasContent(details: unknown): boolean {
  return details !== null && details !== undefined && JSON.stringify(details) !== "{}";
}
