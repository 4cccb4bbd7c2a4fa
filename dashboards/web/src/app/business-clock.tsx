import { useSession } from "../api/session.ts";
import { useBusinessNow } from "../parts/clock.ts";
import { When } from "../parts/when.tsx";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";

/** The utility's time now; says when it is a simulated one. */
export function BusinessClock() {
  const { say } = useWords("common", common);
  const { clockFactor } = useSession();
  const nowMs = useBusinessNow(1_000);
  return (
    <span className="nf-clock">
      <span className="nf-hidden">{say("clockLabel")} </span>
      <When at={nowMs} />
      {clockFactor !== 1 && (
        <span className="nf-simulated">
          {say("simulatedTime")} ×{Math.round(clockFactor)}
        </span>
      )}
    </span>
  );
}
