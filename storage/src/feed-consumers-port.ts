/** A reader of the feed, and how far it is behind. The store keeps the feed for every one of them. */
export interface FeedConsumer {
  readonly name: string;
  /** Number of the last commit that it says to have read. */
  readonly cursor: number;
  /** Commits behind it. */
  readonly lagCommits: number;
  /** Real time since the first of them came; 0 where none waits. */
  readonly lagMs: number;
}

/** Who reads the feed. */
export interface FeedConsumers {
  /** Every reader that has ever said how far it is and was not forgotten, by name. */
  feedConsumers(): Promise<FeedConsumer[]>;
  /**
   * Keeps the feed no longer for a reader that is gone for good; false where there is none of that name. One that is alive
   * after all is known again when it next says how far it is, and goes on from what is kept then.
   */
  forgetConsumer(name: string): Promise<boolean>;
}
