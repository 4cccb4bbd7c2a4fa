import { basename, join } from "node:path";
import { describeError, type Epoch, StoreTooNewError } from "@nightflow/domain";
import type { Logger } from "pino";
import type { Disk } from "./disk.ts";
import { type Damage, FRAME_KINDS, type Frame, scanFrames } from "./frame.ts";
import type { Entry } from "./ledger.ts";
import { Segment, segmentOrdinal, syncFolder } from "./segment.ts";
import { HollowRange, SegmentHeader, StoredBatch } from "./segment-schema.ts";

/** What an outbox folder held at start. */
export interface Recovered {
  readonly segments: Segment[];
  readonly entries: Entry[];
  /** Epoch to go on with; undefined when a new one must begin. */
  readonly epoch: Epoch | undefined;
  readonly nextSeq: number;
  readonly nextOrdinal: number;
  readonly dropped: number;
  readonly taken: number;
  readonly tornTails: number;
  readonly damagedStretches: number;
}

interface Progress {
  readonly disk: Disk;
  readonly folder: string;
  readonly logger: Logger;
  readonly segments: Segment[];
  readonly entries: Entry[];
  epoch: Epoch | undefined;
  nextSeq: number;
  dropped: number;
  taken: number;
  tornTails: number;
  damagedStretches: number;
  /** The last frame read says that the outbox was closed in order. */
  isClosed: boolean;
}

/**
 * Reads an outbox folder after whatever ended the last run. A torn tail is cut off; damage elsewhere is copied to
 * `damaged/` and stepped over.
 *
 * An epoch goes on only after an orderly close. After a crash the disk may have lost what it had said to be synced (SD
 * cards do), and with it seqs that were sent: used again, they would be taken for repeats. A new epoch uses none twice.
 */
export async function recoverFolder(disk: Disk, folder: string, logger: Logger): Promise<Recovered> {
  await disk.mkdir(folder);
  const progress: Progress = {
    disk,
    folder,
    logger,
    segments: [],
    entries: [],
    epoch: undefined,
    nextSeq: 1,
    dropped: 0,
    taken: 0,
    tornTails: 0,
    damagedStretches: 0,
    isClosed: false,
  };
  const ordinals = await ordinalsIn(disk, folder);
  for (const ordinal of ordinals) await readSegment(progress, ordinal);
  await syncAll(progress);
  const { disk: _, isClosed, epoch, nextSeq, ...rest } = progress;
  const nextOrdinal = (ordinals.at(-1) ?? 0) + 1;
  return { ...rest, nextOrdinal, epoch: isClosed ? epoch : undefined, nextSeq: isClosed ? nextSeq : 1 };
}

// What a killed process wrote and did not sync can be read, and is gone after a power cut all the same. It is taken now,
// so it is made durable before anything of it is sent.
async function syncAll({ disk, folder, segments, logger }: Progress): Promise<void> {
  for (const { path } of segments)
    await syncFile(disk, path).catch((error: unknown) =>
      logger.error({ segment: path, error: describeError(error) }, "outbox: the disk does not sync a file"),
    );
  await syncFolder(disk, folder);
}

async function syncFile(disk: Disk, path: string): Promise<void> {
  const file = await disk.open(path, "r+");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function ordinalsIn(disk: Disk, folder: string): Promise<number[]> {
  const files = await disk.readdir(folder);
  // Drafts are segments whose making was cut short: nothing in them was ever taken.
  for (const file of files.filter((name) => name.endsWith(".tmp"))) await disk.unlink(join(folder, file));
  return files.flatMap((file) => segmentOrdinal(file) ?? []).sort((a, b) => a - b);
}

async function readSegment(progress: Progress, ordinal: number): Promise<void> {
  const segment = new Segment(progress.disk, progress.folder, ordinal, 0);
  progress.isClosed = false;
  const file = await readOrShelve(progress, segment);
  if (file === undefined) return;
  const { frames, damages } = scanFrames(file);
  segment.bytes = file.length;
  progress.segments.push(segment);
  for (const damage of damages) await setAside(progress, segment, file, damage);
  for (const frame of frames) takeFrame(progress, segment, frame);
  progress.isClosed = damages.length === 0 && frames.at(-1)?.kind === FRAME_KINDS.closed;
}

/** A file that the disk cannot read; its seqs are asked for by the head-end and then sent empty. */
async function readOrShelve(progress: Progress, segment: Segment): Promise<Buffer | undefined> {
  try {
    return await progress.disk.readFile(segment.path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EIO") throw error;
    progress.damagedStretches++;
    progress.logger.error({ segment: segment.path }, "outbox: the disk cannot read a file; it is set aside as it is");
    await progress.disk.mkdir(join(progress.folder, "damaged"));
    await progress.disk.rename(segment.path, join(progress.folder, "damaged", basename(segment.path)));
    return undefined;
  }
}

async function setAside(progress: Progress, segment: Segment, file: Buffer, damage: Damage): Promise<void> {
  const place = { segment: segment.path, offset: damage.offset, bytes: damage.end - damage.offset };
  if (damage.torn) {
    progress.tornTails++;
    progress.logger.warn(place, "outbox: an unfinished write was cut off; it had never been taken");
    await cutOff(progress.disk, segment, damage.offset);
    return;
  }
  progress.damagedStretches++;
  progress.logger.error(place, "outbox: a damaged stretch was set aside; what it held cannot be sent");
  await keepCopy(progress, `${segment.ordinal}-${damage.offset}.bin`, file.subarray(damage.offset, damage.end));
}

/** The copy is for examination only, so a full disk does not stop the start. */
async function keepCopy({ disk, folder, logger }: Progress, name: string, bytes: Buffer): Promise<void> {
  try {
    await disk.mkdir(join(folder, "damaged"));
    await disk.writeFile(join(folder, "damaged", name), bytes);
  } catch (error) {
    logger.warn({ name, error: describeError(error) }, "outbox: no copy of a damaged stretch could be kept");
  }
}

async function cutOff(disk: Disk, segment: Segment, bytes: number): Promise<void> {
  const file = await disk.open(segment.path, "r+");
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  segment.bytes = bytes;
}

function takeFrame(progress: Progress, segment: Segment, frame: Frame): void {
  if (frame.kind === FRAME_KINDS.header) takeHeader(progress, segment, frame);
  else if (frame.kind === FRAME_KINDS.batch) takeBatch(progress, segment, frame, StoredBatch.parse(frame.json));
  else if (frame.kind === FRAME_KINDS.hollow) takeHollow(progress, segment, HollowRange.parse(frame.json));
}

function takeHeader(progress: Progress, segment: Segment, frame: Frame): void {
  const parsed = SegmentHeader.safeParse(frame.json);
  if (!parsed.success)
    throw new StoreTooNewError(`${segment.path} was not written by this version of the agent`, {
      cause: parsed.error,
      remedy: "install the version that wrote it, or give the agent another dataDir",
    });
  const header = parsed.data;
  segment.dropped = header.dropped;
  progress.dropped = Math.max(progress.dropped, header.dropped);
  // Not the greatest of them: a segment that was given up carries the count of a later day than its place in the row.
  progress.taken = header.taken;
  goOn(progress, segment, header.epoch, header.firstSeq);
  progress.nextSeq = header.firstSeq;
}

function takeBatch(progress: Progress, segment: Segment, frame: Frame, batch: StoredBatch): void {
  const { epoch, seq, oldestReadAt, readings } = batch;
  goOn(progress, segment, epoch, seq);
  const place = { segment, offset: frame.offset, length: frame.end - frame.offset };
  progress.taken += readings.length;
  hold(progress, { epoch, fromSeq: seq, toSeq: seq, readings: readings.length, oldestReadAt, place });
}

function takeHollow(progress: Progress, segment: Segment, range: HollowRange): void {
  progress.epoch = range.epoch;
  hold(progress, { ...range, readings: 0, oldestReadAt: null, place: { segment, offset: 0, length: 0 } });
}

/** Seqs that damage has swallowed are sent as empty batches, so that the head-end's mark can pass them. */
function goOn(progress: Progress, segment: Segment, epoch: Epoch, seq: number): void {
  const isHole = progress.epoch === epoch && seq > progress.nextSeq;
  if (isHole) takeHollow(progress, segment, { epoch, fromSeq: progress.nextSeq, toSeq: seq - 1 });
  progress.epoch = epoch;
}

function hold(progress: Progress, entry: Entry): void {
  progress.entries.push(entry);
  if (entry.place !== null) entry.place.segment.held++;
  progress.nextSeq = entry.toSeq + 1;
}
