import { ORIGIN_CODES } from "@nightflow/domain";
import type { SetAside } from "@nightflow/storage";
import type { ChannelTable } from "./channel-table.ts";
import type { CheckedBatch, Replayed, Row } from "./checked-batch.ts";
import { singleRows } from "./packed-rows.ts";
import { deadLetter, rawOfRow, setAsideRow } from "./reasons.ts";

/** A batch that the store refuses, as dead letters: one for each reading, so that none is lost. */
export function asDeadLetters({ packed, ...batch }: CheckedBatch, reason: string, table: ChannelTable): CheckedBatch {
  const rows = singleRows({ ...batch, ...(packed && { packed }) }, table);
  const letters = rows.map((row) => letterOf(batch, row, reason));
  const replay = batch.replay && replayOf(batch, batch.replay, letters);
  return { ...batch, rows: [], setAside: [...batch.setAside, ...letters], ...(replay && { replay }) };
}

/** The same entries, each under the letter that its row has become. */
function replayOf({ rows }: CheckedBatch, replay: Replayed, letters: readonly SetAside[]): Replayed {
  const entryOf = new Map(replay.entryOf);
  letters.forEach((letter, i) => {
    const row = rows[i];
    const id = row && replay.entryOf.get(row);
    if (id !== undefined) entryOf.set(letter, id);
  });
  return { ...replay, entryOf };
}

function letterOf({ agent, mark }: CheckedBatch, row: Row, reason: string): SetAside {
  const source = {
    agent,
    epoch: mark?.epoch ?? null,
    seq: mark?.seq ?? null,
    origin: row.origin === ORIGIN_CODES.import ? "import" : "live",
  } as const;
  const subject = { channel: row.channel.id, readAtMs: row.readAtMs, raw: rawOfRow(row) };
  return setAsideRow(source, deadLetter("STORE_REFUSED", `the store refuses its batch: ${reason}`), subject);
}
