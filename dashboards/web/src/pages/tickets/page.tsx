/** Tickets. */
export function TicketsPage() {
  return null;
}
