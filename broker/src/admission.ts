import type { CertificateClaim } from "./listeners/peer-certificate.ts";
import type { RefusalReason } from "./refusals.ts";

/** An agent that has proved who it is and wants to come in. */
export interface ArrivingAgent {
  readonly agent: string;
  readonly site: string;
  /** The certificate that it proved it with; without one it was a password or a token. */
  readonly certificate?: CertificateClaim | undefined;
}

/** Decides which agents belong here. The certificate's chain and dates have been checked before. */
export interface Admission {
  /** Why the agent may not come in; undefined when it may. */
  faultOf(agent: ArrivingAgent): RefusalReason | undefined;
  /** Calls `listener` for every agent that has to leave at once. Gives the way to stop it. */
  onExpelled(
    listener: (agent: { readonly agent: string; readonly site: string }, reason: RefusalReason) => void,
  ): () => void;
}
