import type { ApiClient } from "./api-client.ts";

/** A ticket as far as the script looks at it. */
export interface SeenTicket {
  readonly id: string;
  readonly no: string;
  readonly state: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly causeGroup: string | null;
  readonly title: { readonly zh: string; readonly en: string };
  readonly version: number;
  readonly openedAt: number;
  readonly moneyPerDay: number;
}

interface TownFault {
  readonly id: string;
  readonly kind: string;
  readonly meter?: string;
  readonly dma?: string;
  readonly active: boolean;
}

/** What is seen of the town while the demo runs. */
export interface Watcher {
  /** Newest first. */
  tickets(): readonly SeenTicket[];
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1000;

/**
 * Plays the field crew: looks at the tickets once a second, tells of new ones, and repairs the fault of a ticket that
 * has gone in_progress.
 */
export function watchTickets(api: ApiClient, controlUrl: string, tell: (line: string) => void): Watcher {
  const known = new Map<string, SeenTicket>();
  let isStopped = false;
  const look = async () => {
    const { items } = await api.get<{ items: SeenTicket[] }>("/api/tickets?state=all&sort=newest&limit=100");
    for (const ticket of items) {
      const before = known.get(ticket.id);
      if (before === undefined) tell(`ticket ${ticket.no} opened: ${ticket.title.en} (${ticket.title.zh})`);
      else if (before.state !== ticket.state) tell(`ticket ${ticket.no}: ${before.state} → ${ticket.state}`);
      if (ticket.state === "in_progress" && before?.state !== "in_progress")
        await repair(controlUrl, ticket.subject, tell);
      known.set(ticket.id, ticket);
    }
  };
  const run = async () => {
    while (!isStopped) {
      await look().catch((error: unknown) => tell(`looking at the tickets failed, trying again: ${String(error)}`));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const running = run();
  return {
    tickets: () => [...known.values()].sort((a, b) => b.openedAt - a.openedAt),
    async stop() {
      isStopped = true;
      await running;
    },
  };
}

async function repair(controlUrl: string, subject: string, tell: (line: string) => void): Promise<void> {
  const faults = await faultsOf(controlUrl);
  for (const fault of faults.filter((one) => one.active && (one.meter === subject || one.dma === subject))) {
    await fetch(new URL(`/faults/${fault.id}/repair`, controlUrl), { method: "POST" });
    tell(`the crew has repaired ${fault.kind.replaceAll("_", " ")} at ${subject}`);
  }
}

/** The faults of the town, active or not. */
export async function faultsOf(controlUrl: string): Promise<readonly TownFault[]> {
  const answer = await fetch(new URL("/faults", controlUrl));
  const body = (await answer.json()) as readonly TownFault[] | { readonly faults: readonly TownFault[] };
  return "faults" in body ? body.faults : body;
}
