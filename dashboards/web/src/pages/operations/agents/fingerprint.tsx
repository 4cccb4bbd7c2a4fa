import { inGroups } from "./standing.ts";

/** A fingerprint in groups of four, to be compared with another screen. */
export function Fingerprint(props: { readonly of: string }) {
  return <code style={{ overflowWrap: "anywhere", wordSpacing: "0.3em" }}>{inGroups(props.of)}</code>;
}
