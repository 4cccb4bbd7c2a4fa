/** A title in both languages of the platform; Grafana cannot switch the language of a dashboard. */
export function said(zh: string, en: string): string {
  return `${zh} · ${en}`;
}
