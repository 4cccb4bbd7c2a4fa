const MAX_REMEMBERED = 10_000;

/** Channels that the registry did not know a moment ago, so that it is not asked for each of their readings. */
export class UnknownChannels {
  readonly #recheckMs: number;
  readonly #until = new Map<string, number>();

  constructor(recheckMs: number) {
    this.#recheckMs = recheckMs;
  }

  /** Those that the registry should be asked for. */
  worthAsking(channels: readonly string[]): string[] {
    const now = performance.now();
    return channels.filter((channel) => (this.#until.get(channel) ?? 0) <= now);
  }

  /** Remembers that the registry has just been asked. */
  asked(channels: readonly string[]): void {
    const until = performance.now() + this.#recheckMs;
    for (const channel of channels) {
      this.#until.delete(channel);
      this.#until.set(channel, until);
    }
    for (const oldest of this.#until.keys()) {
      if (this.#until.size <= MAX_REMEMBERED) return;
      this.#until.delete(oldest);
    }
  }
}
