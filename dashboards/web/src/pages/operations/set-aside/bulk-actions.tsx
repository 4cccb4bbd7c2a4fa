import { Button } from "antd";
import { useState } from "react";
import { api, dataOf } from "../../../api/client.ts";
import type { SetAsideDecision } from "../../../api/operations-queries.ts";
import { useFormat } from "../../../parts/use-format.ts";
import { useWords } from "../../../words/use-words.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { askAgain } from "../use-job-progress.ts";
import type { filterOf, List } from "./search.ts";
import { words } from "./words.ts";

/** What can be done to entries. */
export type Action = "replay" | "discard" | "keep";
/** Which entries: those named, or all that a filter finds. */
export type Which = { readonly ids: number[] } | { readonly filter: ReturnType<typeof filterOf> };

/** Sends a decision. @throws {ApiProblem} */
export function decide(list: List, action: Action, which: Which, reason: string): Promise<SetAsideDecision> {
  const body = { ...which, reason };
  if (action === "discard") return dataOf(api.POST("/api/set-aside/dead_letter/discard", { body }));
  if (action === "keep") return dataOf(api.POST("/api/set-aside/conflict/keep-first", { body }));
  return dataOf(api.POST("/api/set-aside/{list}/replay", { params: { path: { list } }, body }));
}

const BUTTONS = { replay: "replayThese", discard: "discardThese", keep: "keepThese" } as const;
const TITLES = { replay: "replayTitle", discard: "discardTitle", keep: "keepTitle" } as const;
const TEXTS = { replay: "replayText", discard: "discardText", keep: "keepText" } as const;
const CONFIRMS = { replay: "replay", discard: "discard", keep: "keepFirst" } as const;

/** Decides about the ticked entries, or about all that the filters find; the count is confirmed first. */
export function BulkActions(props: {
  readonly list: List;
  readonly filter: ReturnType<typeof filterOf>;
  readonly matching: number | undefined;
  readonly ticked: ReadonlySet<number>;
  readonly onDecided: (decision: string) => void;
}) {
  const { say } = useWords("set-aside", words);
  const { number } = useFormat();
  const [action, setAction] = useState<Action>();
  const { list, filter, matching, ticked } = props;
  const isTicked = ticked.size > 0;
  const meant = isTicked ? ticked.size : (matching ?? 0);
  if (meant === 0) return null;
  const count = number(meant, 0);
  const actions: readonly Action[] = list === "conflict" ? ["keep"] : ["replay", "discard"];
  return (
    <div className="nf-actions">
      <span className="nf-soft">{say(isTicked ? "chosen" : "matching", { count })}</span>
      {actions.map((one) => (
        <Button key={one} onClick={() => setAction(one)}>
          {say(BUTTONS[one], { count })}
        </Button>
      ))}
      {action !== undefined && (
        <DecideDialog
          list={list}
          action={action}
          which={isTicked ? { ids: [...ticked] } : { filter }}
          count={meant}
          onDecided={props.onDecided}
          onClose={() => setAction(undefined)}
        />
      )}
    </div>
  );
}

/** Asks once, naming how many, and decides. */
export function DecideDialog(props: {
  readonly list: List;
  readonly action: Action;
  readonly which: Which;
  readonly count: number;
  readonly onDecided: (decision: string) => void;
  readonly onClose: () => void;
}) {
  const { say } = useWords("set-aside", words);
  const { number } = useFormat();
  const { list, action, which } = props;
  const count = number(props.count, 0);
  return (
    <ReasonDialog
      title={say(TITLES[action], { count })}
      confirm={say(CONFIRMS[action])}
      isDangerous={action === "discard"}
      act={(reason) => decide(list, action, which, reason)}
      onDone={(decision) => {
        props.onDecided(decision.id);
        void askAgain();
      }}
      onClose={props.onClose}
    >
      {"filter" in which && <p className="nf-strong">{say("asFiltered", { count })}</p>}
      <p>{say(TEXTS[action])}</p>
    </ReasonDialog>
  );
}
