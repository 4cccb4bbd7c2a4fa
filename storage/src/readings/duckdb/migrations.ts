/** One step of the store file's format. Released steps never change; a new one is added behind them. */
export interface StoreMigration {
  readonly no: number;
  readonly name: string;
  readonly sql: readonly string[];
}

/**
 * The format of the store file, step by step.
 *
 * `reading` has no key: a primary key makes storing 27 times slower (DECISIONS), repeats are kept out before they are
 * written. Everything else is append-only too; `mark` and `last_value` are folded when the store is idle.
 */
export const STORE_MIGRATIONS: readonly StoreMigration[] = [
  {
    no: 1,
    name: "readings, marks, commits, set aside",
    sql: [
      `CREATE TABLE channel (no INTEGER NOT NULL, id VARCHAR NOT NULL, is_register BOOLEAN NOT NULL)`,
      `CREATE TABLE reading (
        channel_no INTEGER NOT NULL,
        read_at_ms BIGINT NOT NULL,
        counts BIGINT,
        gauge DOUBLE,
        quality UTINYINT NOT NULL,
        flags UINTEGER NOT NULL,
        origin UTINYINT NOT NULL,
        commit_no BIGINT NOT NULL)`,
      `COMMENT ON COLUMN reading.counts IS 'Register counts; null for gauges and where quality is 2 (missing).'`,
      `COMMENT ON COLUMN reading.origin IS '0 live, 1 import.'`,
      `CREATE TABLE commit_log (
        no BIGINT NOT NULL,
        received_at_ms BIGINT NOT NULL,
        stored INTEGER NOT NULL,
        repeats INTEGER NOT NULL,
        dead_letters INTEGER NOT NULL,
        quarantined INTEGER NOT NULL,
        conflicts INTEGER NOT NULL)`,
      `CREATE TABLE mark (
        agent VARCHAR NOT NULL, epoch VARCHAR NOT NULL, seq BIGINT NOT NULL, above VARCHAR NOT NULL, commit_no BIGINT NOT NULL)`,
      `COMMENT ON TABLE mark IS 'The row with the highest commit_no holds for an agent and epoch.'`,
      `CREATE TABLE set_aside (
        id BIGINT NOT NULL,
        list VARCHAR NOT NULL,
        received_at_ms BIGINT NOT NULL,
        agent VARCHAR NOT NULL,
        epoch VARCHAR,
        seq BIGINT,
        origin VARCHAR NOT NULL,
        channel VARCHAR,
        read_at_ms BIGINT,
        raw VARCHAR NOT NULL,
        reason_code VARCHAR NOT NULL,
        reason VARCHAR NOT NULL)`,
      `CREATE TABLE last_value (
        channel_no INTEGER NOT NULL,
        read_at_ms BIGINT NOT NULL,
        counts BIGINT,
        gauge DOUBLE,
        quality UTINYINT NOT NULL,
        flags UINTEGER NOT NULL,
        value_at_ms BIGINT,
        commit_no BIGINT NOT NULL)`,
      `COMMENT ON TABLE last_value IS 'As of the commit in commit_no; later ones are folded in when the store opens.'`,
      `CREATE TABLE known_channel (
        id VARCHAR NOT NULL,
        meter VARCHAR NOT NULL,
        quantity VARCHAR NOT NULL,
        unit VARCHAR NOT NULL,
        resolution DOUBLE,
        capacity_counts DOUBLE,
        max_counts_per_hour DOUBLE)`,
      `CREATE TABLE consumer_cursor (name VARCHAR NOT NULL, commit_no BIGINT NOT NULL)`,
    ],
  },
  {
    no: 2,
    name: "what became of entries set aside",
    sql: [
      `ALTER TABLE set_aside ADD COLUMN outcome VARCHAR`,
      `ALTER TABLE set_aside ADD COLUMN settled_at_ms BIGINT`,
      `ALTER TABLE set_aside ADD COLUMN decision VARCHAR`,
      `COMMENT ON COLUMN set_aside.outcome IS 'Null while the entry waits for a decision.'`,
    ],
  },
  {
    no: 3,
    name: "segments, hourly roll-ups",
    sql: [
      `CREATE TABLE segment (
        table_name VARCHAR NOT NULL,
        kind VARCHAR NOT NULL,
        span BIGINT,
        first_commit BIGINT NOT NULL,
        last_commit BIGINT,
        row_count BIGINT NOT NULL,
        unit_ms BIGINT NOT NULL,
        made_no BIGINT NOT NULL)`,
      `COMMENT ON TABLE segment IS 'Tables of readings. A tail takes commits; the others are sorted, one span of 90 days each.'`,
      `INSERT INTO segment SELECT 'reading', 'tail', NULL, 1, NULL, 0, 1, 1`,
      `CREATE TABLE roll_up_hour (
        channel_no INTEGER NOT NULL,
        hour INTEGER NOT NULL,
        readings UINTEGER NOT NULL,
        good UINTEGER NOT NULL,
        missing UINTEGER NOT NULL,
        first_ms INTEGER,
        last_ms INTEGER,
        first_counts BIGINT,
        last_counts BIGINT,
        first_gauge DOUBLE,
        last_gauge DOUBLE,
        min_gauge DOUBLE,
        max_gauge DOUBLE,
        sum_gauge DOUBLE,
        least_per_hour DOUBLE,
        intervals UINTEGER NOT NULL)`,
      `COMMENT ON COLUMN roll_up_hour.first_ms IS 'Of the first value, from the hour on; null when the hour has none.'`,
      `COMMENT ON COLUMN roll_up_hour.least_per_hour IS 'Smallest advance between two values of this hour, in counts per hour.'`,
      `CREATE TABLE roll_up_state (commit_no BIGINT NOT NULL)`,
      `COMMENT ON TABLE roll_up_state IS 'Hours of readings of later commits are dirty: their roll-ups are computed anew.'`,
      `INSERT INTO roll_up_state VALUES (0)`,
      `CREATE TABLE raw_forgotten (channel_no INTEGER NOT NULL, before_ms BIGINT NOT NULL)`,
      `COMMENT ON TABLE raw_forgotten IS 'Readings before this instant were deleted by retention; their roll-ups stay as they are.'`,
      `CREATE TABLE upkeep_log (at_ms BIGINT NOT NULL, what VARCHAR NOT NULL, rows BIGINT NOT NULL, detail VARCHAR NOT NULL)`,
      `COMMENT ON TABLE upkeep_log IS 'What compaction and retention did.'`,
    ],
  },
  {
    no: 4,
    name: "whose store it is",
    sql: [
      `CREATE TABLE installation (id VARCHAR NOT NULL)`,
      `COMMENT ON TABLE installation IS 'The installation in PostgreSQL that the store belongs to; empty until it was seen.'`,
    ],
  },
  {
    no: 5,
    name: "young roll-ups are a segment",
    sql: [
      `INSERT INTO segment SELECT 'roll_up_hour', 'roll_up_young', NULL, 0, NULL, 0, 1, max(made_no) + 1 FROM segment`,
    ],
  },
  {
    no: 6,
    name: "missing readings carry the counts before them",
    sql: [
      `COMMENT ON COLUMN segment.kind IS 'In sorted tables a missing reading of a register may carry the counts before it; they are no value.'`,
    ],
  },
  {
    no: 7,
    name: "what is being built goes on after a kill",
    sql: [
      `CREATE TABLE segment_build (table_name VARCHAR NOT NULL, sources VARCHAR NOT NULL, next_channel BIGINT NOT NULL, source_rows BIGINT NOT NULL)`,
      `COMMENT ON TABLE segment_build IS 'Segments under construction: the tables they are made of, comma between them, and the first channel that they have not yet.'`,
    ],
  },
];
