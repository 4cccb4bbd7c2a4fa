import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import type { MissingRow } from "./row.ts";
import { words } from "./words.ts";

const SHOWN = 3;

/** The newest stretches without a value, and how many more there are. */
export function Gaps(props: { readonly row: MissingRow }) {
  const { say } = useWords("missing-readings", words);
  const { dateTime, number } = useFormat();
  const { gaps } = props.row;
  const shown = gaps.slice(-SHOWN).reverse();
  return (
    <span className="nf-lines">
      {shown.map(({ from, to, periods }) => (
        <span key={from}>{say("gap", { from: dateTime(from), to: dateTime(to), count: number(periods, 0) })}</span>
      ))}
      {gaps.length > SHOWN && (
        <span className="nf-soft nf-small">{say("moreGaps", { count: number(gaps.length - SHOWN, 0) })}</span>
      )}
    </span>
  );
}
