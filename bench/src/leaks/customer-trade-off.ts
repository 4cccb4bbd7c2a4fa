import { DEFAULT_TUNING, tuningWith } from "@nightflow/analytics";
import { isHeldOut } from "./held-out.ts";
import { alarmsOf, labelsOf, TRACKS } from "./leak-bench.ts";
import { type Figures, figuresOf, scoreMeters } from "./score.ts";

/** The main threshold of runs: how much more surprising than the meter's own record; the shipped one among them. */
const FACTORS = [1.3, 1.45, DEFAULT_TUNING.CONT_FLOW.recordFactor, 1.75, 1.9, 2.2] as const;

/** The customer rules with lower and higher limits of CONT_FLOW and FLOOR_RISE: what each hour sooner costs in false alarms. */
export async function* customerTradeOff(folder: string): AsyncIterable<string> {
  const [track] = TRACKS;
  const labels = await labelsOf(folder, track);
  for (const recordFactor of FACTORS) {
    const tuning = tuningWith({ CONT_FLOW: { recordFactor }, FLOOR_RISE: { recordFactor } });
    const meters = scoreMeters(labels, await alarmsOf(folder, track, { tuning: () => tuning }));
    const heldOut = figuresOf(meters.filter(({ meter }) => isHeldOut(meter)));
    yield `recordFactor ${recordFactor}: ${pointText(figuresOf(meters))} | held out ${pointText(heldOut)}`;
  }
}

function pointText({ leaks, falseUp, medianHours, volumeSaved }: Figures): string {
  return `${leaks.toFixed(3)} found, ${falseUp.toFixed(1)} FA, ${medianHours} h, volume ${volumeSaved.toFixed(3)}`;
}
