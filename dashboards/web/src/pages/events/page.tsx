/** Events. */
export function EventsPage() {
  return null;
}
