import { Progress } from "./progress.ts";

/** Progress of work that goes through several stages, each with its own line. */
export class Stages {
  #what = "";
  #progress: Progress | undefined;

  readonly show = (what: string, done: number, total: number): void => {
    if (what !== this.#what) {
      this.end();
      this.#what = what;
      this.#progress = new Progress(what);
    }
    this.#progress?.show(done, total);
  };

  end(): void {
    this.#progress?.end();
    this.#progress = undefined;
    this.#what = "";
  }
}
