import { type AgentStatus, type ConfigReport, describeError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { AgentDirectory } from "./ports.ts";

interface Notes {
  status?: { readonly value: AgentStatus; readonly receivedAtMs: number } | undefined;
  report?: ConfigReport | undefined;
  isBusy: boolean;
}

/**
 * Hands statuses and configuration reports to the directory, best effort: of each agent the newest only, one write at a
 * time. What could not be written waits for the agent's next note.
 */
export class AgentNotes {
  readonly #directory: AgentDirectory | undefined;
  readonly #logger: Logger;
  readonly #notes = new Map<string, Notes>();
  readonly #idle: (() => void)[] = [];
  #busy = 0;

  constructor(directory: AgentDirectory | undefined, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  status(site: string, agent: string, value: AgentStatus, receivedAtMs: number): void {
    this.#notesOf(site, agent).status = { value, receivedAtMs };
    this.#write(site, agent);
  }

  report(site: string, agent: string, report: ConfigReport): void {
    this.#notesOf(site, agent).report = report;
    this.#write(site, agent);
  }

  /** Resolves when nothing is being written. */
  async idle(): Promise<void> {
    if (this.#busy > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  #notesOf(site: string, agent: string): Notes {
    const key = `${site}/${agent}`;
    const notes = this.#notes.get(key) ?? { isBusy: false };
    this.#notes.set(key, notes);
    return notes;
  }

  #write(site: string, agent: string): void {
    const notes = this.#notesOf(site, agent);
    if (this.#directory !== undefined && !notes.isBusy) void this.#writeAll(this.#directory, site, agent, notes);
  }

  async #writeAll(directory: AgentDirectory, site: string, agent: string, notes: Notes): Promise<void> {
    notes.isBusy = true;
    this.#busy++;
    try {
      while (notes.status !== undefined || notes.report !== undefined) await writeOnce(directory, site, agent, notes);
    } catch (error) {
      this.#logger.warn({ site, agent, reason: describeError(error) }, "agent status not saved");
    } finally {
      notes.isBusy = false;
      this.#busy--;
      if (this.#busy === 0) for (const resolve of this.#idle.splice(0)) resolve();
    }
  }
}

async function writeOnce(directory: AgentDirectory, site: string, agent: string, notes: Notes): Promise<void> {
  const { status, report } = notes;
  if (status !== undefined) {
    await directory.saveStatus(site, agent, status.value, status.receivedAtMs);
    if (notes.status === status) notes.status = undefined;
  }
  if (report !== undefined) {
    await directory.saveConfigReport(site, agent, report);
    if (notes.report === report) notes.report = undefined;
  }
}
