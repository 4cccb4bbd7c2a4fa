import { Button } from "antd";
import { useWords } from "../../words/use-words.ts";
import { words } from "./words.ts";

/** Leads to the next page of a list and back to its first; the browser's own "back" goes one page back. */
export function Pager(props: {
  readonly count: number | undefined;
  readonly cursor: string | undefined;
  readonly next: string | null | undefined;
  readonly onGo: (cursor: string | undefined) => void;
}) {
  const { say } = useWords("operations", words);
  const { count, cursor, next, onGo } = props;
  if (cursor === undefined && (next === null || next === undefined)) return null;
  return (
    <div className="nf-pager">
      {count !== undefined && <span className="nf-soft">{say("shown", { count })}</span>}
      {cursor !== undefined && <Button onClick={() => onGo(undefined)}>{say("newest")}</Button>}
      {typeof next === "string" && <Button onClick={() => onGo(next)}>{say("next")}</Button>}
    </div>
  );
}
