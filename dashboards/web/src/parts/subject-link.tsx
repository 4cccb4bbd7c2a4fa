import { Link } from "@tanstack/react-router";
import type { AnomalyRow } from "../api/queries.ts";

type Subject = Pick<AnomalyRow, "subjectKind" | "subject" | "accountId">;

/** What an event or a ticket is about, as a link to its page. */
export function SubjectLink(props: { readonly of: Subject; readonly children: React.ReactNode }) {
  const { subjectKind, subject, accountId } = props.of;
  if (subjectKind === "meter")
    return (
      <Link to="/meters/$id" params={{ id: subject }}>
        {props.children}
      </Link>
    );
  if (subjectKind === "dma")
    return (
      <Link to="/districts/$id" params={{ id: subject }}>
        {props.children}
      </Link>
    );
  if (subjectKind === "account" && accountId !== null)
    return (
      <Link to="/accounts/$id" params={{ id: accountId }}>
        {props.children}
      </Link>
    );
  return <Link to="/collection">{props.children}</Link>;
}

/** The unit that a commodity's volumes are told in: gas at base conditions. */
export function unitOfCommodity(commodity: "water" | "gas" | null): "m3" | "Sm3" {
  return commodity === "gas" ? "Sm3" : "m3";
}
