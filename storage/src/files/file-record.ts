import type { Sql } from "../relational/database.ts";
import type { StoredFile } from "./file-store.ts";

/** Notes a stored file in the database, so that rows may refer to it; noting it again changes nothing. */
export async function recordFile(tx: Sql, file: StoredFile): Promise<void> {
  await tx.query(
    "insert into stored_file (hash, media_type, bytes) values ($1, $2, $3) on conflict (hash) do nothing",
    [file.hash, file.mediaType, file.bytes],
  );
}

/** What is noted of a file; undefined when it is not. */
export async function findFile(db: Sql, hash: string): Promise<StoredFile | undefined> {
  const { rows } = await db.query<StoredFile & { [column: string]: unknown }>(
    `select hash, media_type as "mediaType", bytes from stored_file where hash = $1`,
    [hash],
  );
  return rows[0];
}
