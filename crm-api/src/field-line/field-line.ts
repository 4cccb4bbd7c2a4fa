/** A message on the way between the API and agents. */
export interface FieldMessage {
  readonly topic: string;
  readonly payload: Uint8Array | string;
}

/** The API's way to agents: the broker, by whatever connection. What it takes is QoS 1. */
export interface FieldLine {
  /** Hands a message to the broker. @throws when it cannot be reached; the caller tries again. */
  publish(message: FieldMessage & { readonly retain: boolean }): Promise<void>;
  /** Hears what agents say: statuses, configuration reports, replies. Gives the way to stop it. */
  onMessage(listener: (message: FieldMessage) => void): () => void;
  /** Calls back whenever the broker is reached anew, and may have forgotten what it kept; at once when it is reached now. */
  onUp(listener: () => void): () => void;
}
