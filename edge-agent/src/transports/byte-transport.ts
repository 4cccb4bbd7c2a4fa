/** A device that dialled in and that no bus expects: what it said, as text where it is text, else as hex. */
export interface Stranger {
  readonly name: string;
  readonly times: number;
  readonly lastAt: number;
}

/** A stream of bytes to whatever is at its far end, which comes back by itself. One listener of each kind. */
export interface ByteTransport {
  /** What it leads to, for logs and people: `tcp 10.0.0.7:502`. */
  readonly name: string;
  readonly isOpen: boolean;
  /** Why it is not open, and what to do; null while it is open or has not been tried. */
  readonly fault: string | null;
  /** Who came on the same port and was refused, the latest first; undefined where nobody can come. */
  readonly strangers?: readonly Stranger[];
  /** Begins to connect, and keeps connected until `release` or `close`. Listeners are set before. */
  open(): void;
  /** Sends bytes; nothing happens while it is not open. */
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Buffer) => void): void;
  /** Called each time it has become open. */
  onOpen(listener: () => void): void;
  /** Called each time an open one is lost, recycled or released. */
  onLost(listener: () => void): void;
  /** Drops the connection, so that a new one is made: the far side may be gone without a word. */
  recycle(): void;
  /** Lets go of the line until the next `open`, so that another master may use it. */
  release(): void;
  /** Lets go of it for good. */
  close(): void;
}

/** The three listeners of a transport, silent until they are set. */
export class TransportListeners {
  bytes: (bytes: Buffer) => void = () => undefined;
  opened: () => void = () => undefined;
  lost: () => void = () => undefined;
}
