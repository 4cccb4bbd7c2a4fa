/** A message that came in. */
export interface UplinkMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Who hears from an uplink. `onLost` comes at most once. */
export interface UplinkListener {
  onMessage(message: UplinkMessage): void;
  onLost(why: string): void;
}

/** One connection to the broker. It keeps nothing: what is to survive it lies in the outbox. */
export interface Uplink {
  /** Resolves with the broker's PUBACK, which does not mean "stored". @throws when the connection ends before. */
  publish(topic: string, payload: string, options: { readonly retain: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Makes a connection that hears `topics`. @throws when the broker is away or refuses. */
export type OpenUplink = (listener: UplinkListener) => Promise<Uplink>;
