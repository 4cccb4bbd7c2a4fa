import { closeSync, existsSync, linkSync, openSync, renameSync, rmSync } from "node:fs";

/** Gives a file a second name, as `linkSync`; a test stands in for a file system that has no such thing. */
export type LinkFile = (from: string, to: string) => void;

/** What a file system without hard links answers: exFAT, some network shares, some containers. */
const NO_LINKS: ReadonlySet<string> = new Set(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]);

/** Whoever holds a claim for longer was killed: it is held for one rename. */
const CLAIM_MS = 500;
const LOOK_AGAIN_MS = 5;

/**
 * Gives the whole file `draft` the name `path`, unless another program has given it to its own meanwhile: exactly one
 * of them wins, and nobody ever sees half of a file. The draft may be gone afterwards, or still be there.
 */
export function nameOnce(draft: string, path: string, link: LinkFile = linkSync): void {
  try {
    link(draft, path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST") return;
    if (!NO_LINKS.has(code)) throw error;
    nameUnderClaim(draft, path);
  }
}

// A rename is whole or not at all, but replaces what is there: so one program at a time, by a file made exclusively.
function nameUnderClaim(draft: string, path: string): void {
  const claim = `${path}.claim`;
  takeClaim(claim);
  try {
    if (!existsSync(path)) renameSync(draft, path);
  } finally {
    rmSync(claim, { force: true });
  }
}

function takeClaim(claim: string): void {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (let since = performance.now(); !isClaimed(claim); Atomics.wait(nap, 0, 0, LOOK_AGAIN_MS)) {
    if (performance.now() - since < CLAIM_MS) continue;
    rmSync(claim, { force: true });
    since = performance.now();
  }
}

function isClaimed(claim: string): boolean {
  try {
    closeSync(openSync(claim, "wx", 0o600));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
