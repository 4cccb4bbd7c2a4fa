/** A room that runs in this process, and what the program says of it when it is ready. */
export interface RunningRoom {
  readonly details: Readonly<Record<string, string | number>>;
  close(): Promise<void>;
}
