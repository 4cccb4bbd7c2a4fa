import { newId } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";
import { SnapshotError } from "../snapshot.ts";

/** Detector state with the number of the last commit that it has seen. */
export interface Snapshot {
  readonly cursor: number;
  /** The state piece by piece; a second call begins anew, of the same state. */
  readonly pieces: () => Iterable<Uint8Array>;
}

/** Pieces that are in the database, and count for nothing until a row points to them. */
export interface PutPieces {
  readonly shard: number;
  readonly cursor: number;
  readonly taking: string;
  readonly pieces: number;
}

/** A snapshot as the database has it. */
export interface SavedSnapshot {
  readonly cursor: number;
  /** The state in one, as programs before kept it; null when it is in pieces. */
  readonly whole: Buffer | null;
  readonly pieces: () => AsyncIterable<Uint8Array>;
}

interface SnapshotRow {
  readonly cursor: number;
  readonly state: Buffer;
  readonly taking: string | null;
  readonly pieces: number;
}

/**
 * Writes the pieces of a snapshot, each in a transaction of its own, beside those that count: whoever dies on the way
 * leaves the last snapshot as it was. What an earlier death left over goes first.
 */
export async function putPieces(
  transaction: (work: (tx: Sql) => Promise<void>) => Promise<void>,
  shard: number,
  snapshot: Snapshot,
): Promise<PutPieces> {
  const taking = newId();
  await transaction((tx) => clearLeftOver(tx, shard));
  let pieces = 0;
  for (const bytes of snapshot.pieces()) {
    const no = pieces++;
    await transaction((tx) => putPiece(tx, [shard, taking, no, bytes]));
  }
  return { shard, cursor: snapshot.cursor, taking, pieces };
}

/** Makes pieces that are all there the snapshot of their shard, and drops those before them. */
export async function pointTo(tx: Sql, put: PutPieces): Promise<void> {
  await tx.query(
    `insert into analytics_snapshot (shard, cursor, state, taken_at, taking, pieces) values ($1, $2, '', now(), $3, $4)
     on conflict (shard) do update set cursor = excluded.cursor, state = excluded.state, taken_at = excluded.taken_at,
       taking = excluded.taking, pieces = excluded.pieces`,
    [put.shard, put.cursor, put.taking, put.pieces],
  );
  await clearLeftOver(tx, put.shard);
}

/** The last snapshot of a shard; undefined when there is none. */
export async function loadSnapshot(db: Sql, shard: number): Promise<SavedSnapshot | undefined> {
  const { rows } = await db.query<SnapshotRow>(
    "select cursor, state, taking, pieces from analytics_snapshot where shard = $1",
    [shard],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const { cursor, state, taking } = row;
  return {
    cursor,
    whole: taking === null ? state : null,
    pieces: () => readPieces(db, shard, row),
  };
}

/** Copies the snapshot of shard 0 to the shards 1 up to `shards` - 1. */
export async function copySnapshot(tx: Sql, shards: number): Promise<void> {
  await tx.query(
    `insert into analytics_snapshot_piece (shard, taking, no, bytes)
       select part, piece.taking, no, bytes from analytics_snapshot_piece piece
       join analytics_snapshot using (shard, taking), generate_series(1, $1 - 1) as part where shard = 0
     on conflict do nothing`,
    [shards],
  );
  await tx.query(
    `insert into analytics_snapshot (shard, cursor, state, taken_at, taking, pieces)
       select part, cursor, state, taken_at, taking, pieces from analytics_snapshot, generate_series(1, $1 - 1) as part
       where shard = 0
     on conflict (shard) do update set cursor = excluded.cursor, state = excluded.state, taken_at = excluded.taken_at,
       taking = excluded.taking, pieces = excluded.pieces`,
    [shards],
  );
}

/** Forgets what all shards have learnt. */
export async function dropSnapshots(tx: Sql): Promise<void> {
  await tx.query("delete from analytics_snapshot");
  await tx.query("delete from analytics_snapshot_piece");
}

/** The next piece is fetched while the one before is taken up. */
async function* readPieces(db: Sql, shard: number, { taking, pieces }: SnapshotRow): AsyncGenerator<Uint8Array> {
  let next = pieceOf(db, [shard, taking, 0]);
  for (let no = 0; no < pieces; no++) {
    const bytes = await next;
    if (no + 1 < pieces) {
      next = pieceOf(db, [shard, taking, no + 1]);
      // Whoever stops half way asks for it no more.
      next.catch(() => undefined);
    }
    if (bytes === undefined) throw new SnapshotError(`piece ${no} of ${pieces} is missing`);
    yield bytes;
  }
}

async function pieceOf(db: Sql, key: readonly unknown[]): Promise<Uint8Array | undefined> {
  const { rows } = await db.query<{ bytes: Buffer }>(
    "select bytes from analytics_snapshot_piece where shard = $1 and taking = $2 and no = $3",
    key,
  );
  return rows[0]?.bytes;
}

async function putPiece(tx: Sql, values: readonly unknown[]): Promise<void> {
  await tx.query("insert into analytics_snapshot_piece (shard, taking, no, bytes) values ($1, $2, $3, $4)", values);
}

/** Drops the pieces of a shard that its row does not point to. */
async function clearLeftOver(tx: Sql, shard: number): Promise<void> {
  await tx.query(
    `delete from analytics_snapshot_piece where shard = $1
       and taking is distinct from (select taking from analytics_snapshot where shard = $1)`,
    [shard],
  );
}
