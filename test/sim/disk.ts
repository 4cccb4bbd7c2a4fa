import type { Disk, DiskFile } from "@nightflow/edge-agent/durable";
import { Inode } from "./inode.ts";
import { type Life, never } from "./life.ts";
import type { Dice } from "./random.ts";
import type { World } from "./world.ts";

/** How a process ends: by itself, so that what it wrote stays in the machine's memory, or with its machine. */
export type EndOfLife = "process" | "power";

/** Who hears what becomes of files. */
export interface DiskWatcher {
  onSynced(path: string, inode: Inode): void;
  onRenamed(path: string, inode: Inode): void;
  onRemoved(path: string, inode: Inode): void;
}

type NameChange = (names: Map<string, Inode>) => void;

/**
 * The disk of one machine. What is not synced may be lost or torn when the power fails, and so may names; a full one
 * refuses what would grow it, and may take a part before.
 */
export class SimDisk {
  readonly #world: World;
  readonly #dice: Dice;
  readonly #watcher: DiskWatcher;
  #names = new Map<string, Inode>();
  #syncedNames = new Map<string, Inode>();
  #unsyncedNames: NameChange[] = [];
  /** Bytes that all files together may have; none when infinite. */
  #capacity = Number.POSITIVE_INFINITY;
  #slowUntilMs = 0;
  #underWay = new Set<() => void>();
  #whenBusy: (() => void) | undefined;

  constructor(world: World, watcher: DiskWatcher) {
    this.#world = world;
    this.#dice = world.dice.fork();
    this.#watcher = watcher;
  }

  /** Leaves room for a few more bytes only. */
  fill(): void {
    this.#capacity = this.#used() + this.#dice.whole(0, 600);
  }

  makeRoom(): void {
    this.#capacity = Number.POSITIVE_INFINITY;
  }

  stall(ms: number): void {
    this.#slowUntilMs = this.#world.time.now() + ms;
  }

  unstall(): void {
    this.#slowUntilMs = 0;
  }

  /** Calls `then` while the next piece of work is under way. */
  whenBusy(then: () => void): void {
    this.#whenBusy = then;
  }

  /** Ends whatever is under way; then what the end leaves is there for the next process. */
  crash(how: EndOfLife): void {
    for (const finish of this.#underWay) if (this.#dice.chance(0.5)) finish();
    this.#underWay.clear();
    if (how === "process") return;
    const kept = this.#dice.whole(0, this.#unsyncedNames.length);
    for (const change of this.#unsyncedNames.slice(0, kept)) change(this.#syncedNames);
    this.#unsyncedNames = [];
    this.#names = new Map(this.#syncedNames);
    for (const inode of this.#names.values()) inode.tear(this.#dice);
  }

  /** The disk as one process sees it. */
  mountFor(life: Life): Disk {
    const op = <Result>(work: () => Result) => this.#op(life, work);
    return {
      open: async (path, flags) => {
        const inode = await op(() => this.#open(path, flags));
        return this.#file(life, path, inode);
      },
      readFile: (path) => op(() => Buffer.from(this.#find(path).bytes)),
      writeFile: (path, bytes) => op(() => void this.#write(this.#create(path), bytes, 0)),
      readdir: (folder) => op(() => this.#namesIn(folder)),
      mkdir: () => op(() => undefined),
      rename: (from, to) => op(() => this.#rename(from, to)),
      unlink: (path) => op(() => this.#remove(path)),
      remove: (path) => op(() => (this.#names.has(path) ? this.#remove(path) : undefined)),
    };
  }

  /** Does `work` after a while. When the process ends before, it may be done all the same; nobody hears of it. */
  #op<Result>(life: Life, work: () => Result): Promise<Result> {
    if (!life.isAlive) return never();
    return new Promise((resolve, reject) => {
      const finish = () => {
        this.#underWay.delete(finish);
        try {
          resolve(work());
        } catch (error) {
          reject(error as Error);
        }
      };
      this.#tellBusy();
      const silently = () => void attempt(work);
      this.#underWay.add(silently);
      this.#world.time.after(this.#delayMs(), () => {
        if (this.#underWay.delete(silently) && life.isAlive) finish();
      });
    });
  }

  #tellBusy(): void {
    const then = this.#whenBusy;
    this.#whenBusy = undefined;
    if (then !== undefined) this.#world.time.after(this.#dice.between(0, 3), then);
  }

  #delayMs(): number {
    const stalledMs = this.#slowUntilMs - this.#world.time.now();
    return this.#dice.between(0.05, 3) + (stalledMs > 0 ? stalledMs : 0);
  }

  #file(life: Life, path: string, inode: Inode): DiskFile {
    const op = <Result>(work: () => Result) => this.#op(life, work);
    const sync = () => op(() => this.#sync(path, inode));
    return {
      write: (bytes, offset, length, position) => {
        const part = Uint8Array.prototype.slice.call(bytes, offset, offset + length);
        return op(() => ({ bytesWritten: this.#write(inode, part, position) }));
      },
      read: (into, offset, length, position) =>
        op(() => into.set(inode.bytes.subarray(position, position + length), offset)),
      truncate: (bytes) => op(() => inode.resize(bytes)),
      datasync: sync,
      sync,
      close: () => op(() => undefined),
    };
  }

  #open(path: string, flags: "r" | "r+" | "w"): Inode {
    if (flags === "w") return this.#create(path);
    if (path.endsWith(".seg") || path.endsWith(".tmp")) return this.#find(path);
    return new FolderInode();
  }

  #create(path: string): Inode {
    const there = this.#names.get(path);
    if (this.#used() >= this.#capacity) throw refusal("ENOSPC");
    const inode = there ?? new Inode();
    inode.resize(0);
    if (there === undefined) this.#change((names) => names.set(path, inode));
    return inode;
  }

  #write(inode: Inode, bytes: Uint8Array, position: number): number {
    const growth = Math.max(0, position + bytes.length - inode.bytes.length);
    const room = this.#capacity - this.#used();
    const taken = growth <= room ? bytes.length : bytes.length - (growth - Math.max(0, room));
    if (taken <= 0 || (taken < bytes.length && this.#dice.chance(0.3))) throw refusal("ENOSPC");
    const share = this.#dice.chance(0.02) ? this.#dice.whole(1, taken) : taken;
    inode.write(bytes.subarray(0, share), position);
    return share;
  }

  #sync(path: string, inode: Inode): void {
    if (inode instanceof FolderInode) {
      this.#syncNames();
      return;
    }
    if (this.#world.broken !== "no-fsync") inode.sync();
    this.#watcher.onSynced(path, inode);
  }

  #syncNames(): void {
    for (const change of this.#unsyncedNames) change(this.#syncedNames);
    this.#unsyncedNames = [];
  }

  #rename(from: string, to: string): void {
    const inode = this.#find(from);
    this.#change((names) => {
      names.delete(from);
      names.set(to, inode);
    });
    this.#watcher.onRenamed(to, inode);
  }

  #remove(path: string): void {
    const inode = this.#find(path);
    this.#change((names) => names.delete(path));
    this.#watcher.onRemoved(path, inode);
  }

  #change(change: NameChange): void {
    change(this.#names);
    this.#unsyncedNames.push(change);
  }

  #find(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw refusal("ENOENT");
    return inode;
  }

  #namesIn(folder: string): string[] {
    const own = [...this.#names.keys()].filter((path) => path.startsWith(`${folder}/`));
    return own.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes("/"));
  }

  #used(): number {
    let used = 0;
    for (const inode of this.#names.values()) used += inode.bytes.length;
    return used;
  }
}

/** Stands for a folder that is opened to be synced. */
class FolderInode extends Inode {}

function refusal(code: "ENOSPC" | "ENOENT"): Error {
  return Object.assign(new Error(code), { code });
}

function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // Nobody is there any more to hear of it.
  }
}
