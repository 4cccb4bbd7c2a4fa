import { useFormat } from "../../parts/use-format.ts";
import { useWords } from "../../words/use-words.ts";
import { LOSS_SCALE, lossColor } from "./loss-scale.ts";
import type { Theme } from "./map-style.ts";
import { words } from "./words.ts";

/** What the colours of the map mean. */
export function LossScale(props: { readonly theme: Theme }) {
  const { say } = useWords("wall", words);
  const { money } = useFormat();
  return (
    <ul className="wall-scale" aria-label={say("scale")}>
      {LOSS_SCALE.map((step) => (
        <li key={step.fromPerDay}>
          <Swatch color={step[props.theme]} />
          {step.fromPerDay === 0 ? say("scaleNone") : say("scaleFrom", { money: money(step.fromPerDay) })}
        </li>
      ))}
      <li>
        <Swatch color={lossColor(null, props.theme)} />
        {say("unknown")}
      </li>
    </ul>
  );
}

/** A square of a colour. */
export function Swatch(props: { readonly color: string }) {
  return <span className="wall-swatch" style={{ background: props.color }} aria-hidden="true" />;
}
