import { appendAudit } from "../audit.ts";
import type { Database, Sql } from "../database.ts";
import { notifyRegistry } from "../registry-events.ts";
import { checkMeaning, RegistryView } from "./checks.ts";
import { type ReadTable, type RegistryTables, readTables } from "./rows.ts";
import { loadStoredRegistry } from "./stored-registry.ts";
import { moveUnits, RowIds, writeInlets, writeTable } from "./write-tables.ts";

/** Rows of one file by what became of them. */
export interface TableCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
}

export interface ImportOptions {
  /** Checks and counts everything and changes nothing. */
  readonly dryRun?: boolean;
  readonly actorId?: string | null;
  /** Who imports, for the audit trail. */
  readonly actor?: string;
  /** Business time of the audit entry, epoch ms. */
  readonly at?: number;
}

/** What an import did, or would do. With faults it did nothing. */
export interface ImportResult extends TableCounts {
  /** One line each: file, line, column, what is wrong, what to do. */
  readonly faults: readonly string[];
  readonly byTable: Readonly<Record<string, TableCounts>>;
}

const LOCK = 0x6e_66_72_67;

/**
 * Brings the registry in line with its files, in one transaction: all of it, or with any fault nothing. Rows that the
 * files do not name stay; columns that a file does not have keep their values. A second import of the same files changes nothing.
 */
export async function importRegistry(
  db: Database,
  tables: RegistryTables,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const faults: string[] = [];
  const read = readTables(tables, faults);
  const attempt = new Attempt(read, faults, options);
  try {
    return await db.transaction((tx) => attempt.run(tx));
  } catch (error) {
    if (error === attempt.rollback) return attempt.result;
    throw error;
  }
}

class Attempt {
  /** Thrown to leave the transaction without a change. */
  readonly rollback = new Error("the import is rolled back");
  readonly #read: readonly ReadTable[];
  readonly #faults: string[];
  readonly #options: ImportOptions;
  readonly #byTable: Record<string, TableCounts> = {};

  constructor(read: readonly ReadTable[], faults: string[], options: ImportOptions) {
    this.#read = read;
    this.#faults = faults;
    this.#options = options;
  }

  get result(): ImportResult {
    const counts = Object.values(this.#byTable);
    const sum = (of: keyof TableCounts) => counts.reduce((total, table) => total + table[of], 0);
    const totals = { inserted: sum("inserted"), updated: sum("updated"), unchanged: sum("unchanged") };
    return { faults: this.#faults, byTable: this.#byTable, ...totals };
  }

  async run(tx: Sql): Promise<ImportResult> {
    await tx.query("select pg_advisory_xact_lock($1)", [LOCK]);
    const view = new RegistryView(this.#read, await loadStoredRegistry(tx), this.#options.at ?? Date.now());
    this.#faults.push(...checkMeaning(this.#read, view));
    if (this.#faults.length > 0) throw this.rollback;
    await this.#write(tx, view);
    if (this.#options.dryRun === true) throw this.rollback;
    if (this.result.inserted + this.result.updated > 0) await this.#announce(tx);
    return this.result;
  }

  async #write(tx: Sql, view: RegistryView): Promise<void> {
    const ids = new RowIds(view);
    for (const table of this.#read) {
      if (table.rows.length === 0) continue;
      const { inserted, updated } = await writeTable(tx, table, view, ids);
      if (table.spec.name === "units") await moveUnits(tx, view);
      const moved = table.spec.name === "meters" ? await writeInlets(tx, table) : [];
      const changed = updated.union(new Set(moved)).difference(inserted).size;
      const unchanged = table.rows.length - inserted.size - changed;
      this.#byTable[table.spec.name] = { inserted: inserted.size, updated: changed, unchanged };
    }
  }

  async #announce(tx: Sql): Promise<void> {
    const { actorId = null, actor = "system", at = Date.now() } = this.#options;
    const entry = { at, actorId, actor, action: "registry.import", subjectKind: "registry", subject: "registry" };
    await appendAudit(tx, { ...entry, after: this.#byTable });
    await notifyRegistry(tx);
  }
}
