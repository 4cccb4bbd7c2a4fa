import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Skeleton } from "antd";
import type { ShiftEntry } from "../../api/queries.ts";
import { useMay, useSession } from "../../api/session.ts";
import { Problem } from "../../parts/problem.tsx";
import { When } from "../../parts/when.tsx";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { acceptShift, refreshShift, settle } from "./acts.ts";
import { StandsOpen } from "./stands-open.tsx";
import { words } from "./words.ts";

/** Entries of the log with what can be done about each. */
export function EntryList(props: {
  readonly rows: readonly ShiftEntry[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  readonly hasMore: boolean;
  readonly isLoadingMore: boolean;
  readonly onMore: () => void;
  readonly empty: string;
}) {
  const { say } = useWords("shift", words);
  const { rows, error, onRetry } = props;
  if (rows === undefined)
    return error ? <Problem error={error} onRetry={onRetry} /> : <Skeleton active title={false} />;
  if (rows.length === 0) return <p className="nf-soft nf-tight">{props.empty}</p>;
  return (
    <>
      <ul className="nf-cards nf-log">
        {rows.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ul>
      {props.hasMore && (
        <Button block type="text" loading={props.isLoadingMore} onClick={props.onMore}>
          {say("more")}
        </Button>
      )}
    </>
  );
}

function Entry(props: { readonly entry: ShiftEntry }) {
  const { say } = useWords("shift", words);
  const { pick } = useVocabulary();
  const { entry } = props;
  return (
    <li className="nf-card">
      <span className="nf-card-line nf-small nf-soft">
        <span>
          {say(`kind_${entry.kind}`)} · {entry.author}
        </span>
        <When at={entry.at} />
      </span>
      {entry.text !== "" && <p className="nf-entry">{entry.text}</p>}
      {entry.anomaly !== null && (
        <Link to="/events/$id" params={{ id: entry.anomaly.id }}>
          {pick(entry.anomaly.ruleName)} · {entry.anomaly.subject}
        </Link>
      )}
      {entry.facts !== null && (
        <details>
          <summary>{say("open")}</summary>
          <StandsOpen facts={entry.facts} />
        </details>
      )}
      <EntryState entry={entry} />
    </li>
  );
}

function EntryState(props: { readonly entry: ShiftEntry }) {
  const { say } = useWords("shift", words);
  const { user } = useSession();
  const mayWrite = useMay("monitor.shift.write");
  const { entry } = props;
  const acting = useMutation({ mutationFn: (act: () => Promise<unknown>) => act(), onSuccess: refreshShift });
  const isWaiting = entry.kind === "hand_over" && entry.acceptedBy === null;
  return (
    <div className="nf-actions nf-small">
      {entry.kind === "hand_over" && (
        <span className="nf-soft">
          {isWaiting ? say("notAccepted") : say("acceptedBy", { who: entry.acceptedBy ?? "" })}
        </span>
      )}
      {isWaiting && mayWrite && entry.author !== user.displayName && (
        <Button type="primary" loading={acting.isPending} onClick={() => acting.mutate(() => acceptShift(entry.id))}>
          {say("accept")}
        </Button>
      )}
      {entry.settledBy !== null && <span className="nf-soft">{say("settledBy", { who: entry.settledBy })}</span>}
      {entry.isCarried && mayWrite && (
        <Button
          size="small"
          loading={acting.isPending}
          onClick={() => acting.mutate(() => settle(entry.id, entry.settledAt === null))}
        >
          {say(entry.settledAt === null ? "settle" : "carryOn")}
        </Button>
      )}
      {acting.error !== null && <Problem error={acting.error} />}
    </div>
  );
}
