import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type CommandWithReply, commandQuery, deeds, isEnded } from "../commands/queries.ts";
import type { CommissionRead } from "./judge.ts";
import { keepReads, keptReads, type UnderWay } from "./kept-reads.ts";

/** The reads so far, the one that is under way, and the way to the next. */
export interface Reads {
  readonly reads: readonly CommissionRead[];
  readonly isReading: boolean;
  readonly error: unknown;
  /** Why the last command did not succeed; null when it did. */
  readonly failure: string | null;
  read(dial: number | null): void;
  /** Forgets all reads so far. */
  startOver(): void;
}

/** The register that counts, and the size of one count in its unit. */
export interface MainChannel {
  readonly id: string;
  readonly resolution: number | null;
}

/** Orders one read after another of a meter and gathers what its main register showed. */
export function useReads(meter: string, channel: MainChannel | undefined, reasonOf: (no: number) => string): Reads {
  const [before] = useState(() => keptReads(meter, sessionStorage));
  const [reads, setReads] = useState<readonly CommissionRead[]>(before.reads);
  const [underWay, setUnderWay] = useState<UnderWay | null>(before.underWay);
  const [isOrdering, setIsOrdering] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { data, error: lost } = useQuery({ ...commandQuery(underWay?.id ?? ""), enabled: underWay !== null });
  useEffect(() => keepReads(meter, { reads, underWay }, sessionStorage), [meter, reads, underWay]);
  useEffect(() => {
    if (underWay === null || data === undefined || data.id !== underWay.id || !isEnded(data.state)) return;
    setUnderWay(null);
    setFailure(data.state === "done" ? null : (data.message ?? data.code ?? data.state));
    setReads((before) => [...before, readOf(data, channel, underWay.dial)]);
  }, [data, underWay, channel]);
  const read = (dial: number | null) => {
    setError(null);
    setIsOrdering(true);
    deeds
      .order({ order: { kind: "read-now", meters: [meter] }, reason: reasonOf(reads.length + 1) })
      .then(({ items }) => items[0] && setUnderWay({ id: items[0].id, dial }))
      .catch(setError)
      .finally(() => setIsOrdering(false));
  };
  const startOver = () => {
    setReads([]);
    setUnderWay(null);
    setFailure(null);
  };
  return { reads, isReading: isOrdering || underWay !== null, error: error ?? lost, failure, read, startOver };
}

function readOf(command: CommandWithReply, channel: MainChannel | undefined, dial: number | null): CommissionRead {
  const found = command.reply?.readings.find((reading) => reading.channel === channel?.id);
  const counts = found?.value ?? null;
  // Registers travel as counts of the channel's resolution.
  const value = counts === null ? null : Number(counts) * (channel?.resolution ?? 1);
  return { id: command.id, value, dial, readAtMs: found?.readAt ?? command.endedAt ?? command.orderedAt };
}
