/** One meter as the silence rule sees it. */
export interface HeardMeter {
  readonly agent: string;
  readonly periodMs: number;
  /** Time of the last good reading; 0 when none was ever heard. */
  readonly lastGoodMs: number;
  /** Start of its open finding; 0 when there is none. */
  readonly openMs: number;
}

/** A register from which nothing good has come for longer than this is a matter for the field, ms. Source: LEAKS 4, missing. */
export const GAP_AFTER_MS = 5 * 86_400_000;

/** Agents with fewer meters than this never stand for them. */
const LEAST_METERS = 3;

/** What the silence rule found about one agent at one instant. */
export interface SilenceVerdict {
  /** Last good reading of any of its meters when the agent itself is silent; null when it is not. */
  readonly agentSilentSinceMs: number | null;
  /** Indices of meters that are silent by themselves. */
  readonly silent: readonly number[];
  /** Indices of meters that are heard again. */
  readonly heard: readonly number[];
}

/**
 * Which of an agent's meters have been silent for too long: last good reading older than max(2 periods + grace, `silentAfterMs`).
 *
 * When a meter crosses that age while most of its agent's meters are quiet (older than 2 periods + grace), the agent is silent and its
 * meters are not listed: an outage of one agent is one event. Null case: meters never heard are not judged.
 * Source: DOMAIN 3.4 COMMS, 2.1 [R4b].
 */
export function judgeSilence(
  meters: readonly HeardMeter[],
  nowMs: number,
  limits: { readonly silentAfterMs: number; readonly graceMs: number; readonly isAgentOpen: boolean },
): SilenceVerdict {
  const isQuiet = (m: HeardMeter) => nowMs - m.lastGoodMs > 2 * m.periodMs + limits.graceMs;
  const isSilent = (m: HeardMeter) => isQuiet(m) && nowMs - m.lastGoodMs > limits.silentAfterMs;
  const known = meters.filter((m) => m.lastGoodMs > 0);
  const areMostQuiet = known.length >= LEAST_METERS && known.filter(isQuiet).length * 2 > known.length;
  const isAgentSilent = areMostQuiet && (limits.isAgentOpen || known.some(isSilent));
  const indices = (of: (m: HeardMeter) => boolean) => meters.flatMap((m, i) => (m.lastGoodMs > 0 && of(m) ? [i] : []));
  return {
    agentSilentSinceMs: isAgentSilent ? Math.max(...known.filter(isQuiet).map((m) => m.lastGoodMs)) : null,
    silent: isAgentSilent ? [] : indices((m) => isSilent(m) && m.openMs === 0),
    heard: indices((m) => m.openMs !== 0 && !isQuiet(m)),
  };
}
