/** One row of an answer, by column; all as text. */
export type FluxRow = Readonly<Record<string, string>>;

/** An InfluxDB 2 and who asks it. */
export interface FluxSource {
  readonly url: string;
  readonly org: string;
  readonly token: string;
}

/**
 * The rows that a Flux query gives, of all its tables.
 *
 * @throws {Error} with the server's text when the query is refused, and when it fails after its first rows: that comes
 * with status 200 and a table of its own.
 */
export async function askFlux({ url, org, token }: FluxSource, query: string): Promise<FluxRow[]> {
  const response = await fetch(new URL(`api/v2/query?org=${encodeURIComponent(org)}`, url), {
    method: "POST",
    headers: { authorization: `Token ${token}`, "content-type": "application/json", accept: "application/csv" },
    body: JSON.stringify({ query, type: "flux", dialect: { header: true, annotations: [] } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`InfluxDB answered ${response.status} ${text}\n${query}`);
  // Tables of another shape come with a header of their own, after an empty line.
  return text.split(/\r?\n\r?\n/).flatMap((table) => rowsOf(table, query));
}

function rowsOf(table: string, query: string): FluxRow[] {
  const [header, ...lines] = table.split(/\r?\n/).filter((line) => line !== "");
  if (header === undefined) return [];
  const columns = header.split(",");
  if (columns.includes("error") && columns.includes("reference")) throw new Error(`${lines.join(" ")}\n${query}`);
  return lines.map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""]));
  });
}
