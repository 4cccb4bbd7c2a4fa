import { Link } from "@tanstack/react-router";
import type { DmaRow } from "../../api/queries.ts";
import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { useVocabulary } from "../../words/vocabulary.ts";
import { Swatch } from "./legend.tsx";
import { lossColor } from "./loss-scale.ts";
import type { Theme } from "./map-style.ts";
import { words } from "./words.ts";

const ROWS = 5;

/** The districts that lose most, as the map colours them. */
export function RankedDistricts(props: { readonly districts: readonly DmaRow[]; readonly theme: Theme }) {
  const { say } = useWords("wall", words);
  const { pick } = useVocabulary();
  const { flow, money } = useFormat();
  return (
    <section className="wall-panel" aria-label={say("worst")}>
      <h2>{say("worst")}</h2>
      {props.districts.length === 0 && <p className="wall-soft">{say("noDistricts")}</p>}
      <ol className="wall-rows">
        {props.districts.slice(0, ROWS).map((row) => (
          <li key={row.id}>
            <Swatch color={lossColor(row.lossPerDay, props.theme)} />
            <Link className="wall-name" to="/districts/$id" params={{ id: row.id }}>
              {pick(row.name)}
            </Link>
            {row.nightLossM3h !== null && <span className="wall-number">{flow(row.nightLossM3h)}</span>}
            <strong className="wall-number">
              {row.lossPerDay === null ? say("unknown") : say("perDay", { money: money(row.lossPerDay) })}
            </strong>
          </li>
        ))}
      </ol>
    </section>
  );
}
