import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useState } from "react";
import { useMay } from "../../../api/session.ts";
import { useFlatRows } from "../../../api/use-pages.ts";
import { Panel } from "../../../parts/panel.tsx";
import { Problem } from "../../../parts/problem.tsx";
import { Tag, type Tone } from "../../../parts/tag.tsx";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { CardPages } from "./card-pages.tsx";
import { askAgain, deeds, type EnrolmentOverview, type EnrolmentToken, tokensQuery } from "./queries.ts";
import { TokenDialog } from "./token-dialog.tsx";
import { words } from "./words.ts";

const TONES: Readonly<Record<EnrolmentToken["state"], Tone>> = {
  open: "going",
  used: "good",
  expired: "quiet",
  withdrawn: "quiet",
};

/** One-time tokens: who made them for whom, how far they are used, and a way to make one. */
export function Tokens(props: { readonly overview: EnrolmentOverview }) {
  const { say } = useWords("operations-agents", words);
  const result = useInfiniteQuery(tokensQuery);
  const rows = useFlatRows<EnrolmentToken>(result.data?.pages);
  return (
    <Panel title={say("tokens")} extra={<MakeToken overview={props.overview} />}>
      <CardPages rows={rows} result={result} keyOf={(row) => row.id} empty={say("noTokens")} more={say("more")}>
        {(row) => <TokenLines token={row} />}
      </CardPages>
    </Panel>
  );
}

function MakeToken({ overview }: { readonly overview: EnrolmentOverview }) {
  const { say } = useWords("operations-agents", words);
  const mayMake = useMay("enrolment.token.make");
  const [isOpen, setIsOpen] = useState(false);
  if (!mayMake || !overview.isOn) return null;
  return (
    <>
      <Button type="primary" onClick={() => setIsOpen(true)}>
        {say("makeToken")}
      </Button>
      {isOpen && (
        <TokenDialog sites={overview.sites} hours={overview.tokenHours ?? undefined} onClose={() => setIsOpen(false)} />
      )}
    </>
  );
}

function TokenLines({ token }: { readonly token: EnrolmentToken }) {
  const { say } = useWords("operations-agents", words);
  const { dateTime } = useFormat();
  const { site, agent, state, uses, maxUses, usedBy, note, createdBy, expiresAt } = token;
  const lines = [
    say("usesOf", { uses, most: maxUses }),
    say("until", { time: dateTime(expiresAt) }),
    say("by", { who: createdBy }),
    ...(note === "" ? [] : [note]),
    ...(usedBy.length === 0 ? [] : [say("usedBy", { agents: usedBy.join(", ") })]),
  ];
  return (
    <>
      <div className="nf-card-line" style={{ alignItems: "center" }}>
        <span>
          <span className="nf-strong">
            {site}/{agent ?? "*"}
          </span>
          {agent === null && <span className="nf-soft nf-small"> {say("anyNew")}</span>}
        </span>
        <span>
          <Tag tone={TONES[state]}>{say(`token_${state}`)}</Tag> {state === "open" && <Withdraw token={token} />}
        </span>
      </div>
      <div className="nf-soft nf-small">{lines.join(" · ")}</div>
    </>
  );
}

function Withdraw({ token }: { readonly token: EnrolmentToken }) {
  const { say } = useWords("operations-agents", words);
  const mayMake = useMay("enrolment.token.make");
  const [isAsked, setIsAsked] = useState(false);
  const withdrawing = useMutation({
    mutationFn: () => deeds.withdraw(token.id),
    onSuccess: () => {
      setIsAsked(false);
      askAgain();
    },
  });
  const title = say("withdrawOf", { token: `${token.site}/${token.agent ?? "*"}` });
  if (!mayMake) return null;
  return (
    <>
      <Button size="small" aria-label={title} onClick={() => setIsAsked(true)}>
        {say("withdraw")}…
      </Button>
      {isAsked && (
        <Modal
          open
          title={title}
          okText={say("withdraw")}
          cancelText={say("cancel")}
          okButtonProps={{ danger: true, loading: withdrawing.isPending }}
          onOk={() => withdrawing.mutate()}
          onCancel={() => setIsAsked(false)}
        >
          <p>{say("withdrawWhat")}</p>
          {withdrawing.error !== null && <Problem error={withdrawing.error} />}
        </Modal>
      )}
    </>
  );
}
