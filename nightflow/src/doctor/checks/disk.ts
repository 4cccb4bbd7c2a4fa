import { type Finding, found } from "../finding.ts";
import type { Patient } from "../patient.ts";

const MB = 1024 * 1024;
/** Type numbers of statfs(2). */
const UNSAFE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2"],
  [0x01021994, "tmpfs"],
  [0x858458f6, "ramfs"],
]);
const KNOWN: ReadonlyMap<number, string> = new Map([
  [0xef53, "ext4"],
  [0x58465342, "XFS"],
  [0x9123683e, "Btrfs"],
  [0x2fc12fc1, "ZFS"],
  [0x794c7630, "overlay"],
]);
const FEW_INODES = 0.05;
const SLOW_SYNC_MS = 50;

/** Is there room, on a disk that keeps what it says it has kept, in good time? */
export async function checkDisk({ probes, dataDir, loaded }: Patient): Promise<Finding[]> {
  const folder = dataDir;
  if (probes.rights(folder) === undefined) return [found("ok", "disk.absent", { folder })];
  const { kind, freeBytes, inodes, inodesFree } = await probes.fileSystem(folder);
  const wantedMb = loaded.config.operate.minDiskFreeMb;
  return [
    room(folder, Math.floor(freeBytes / MB), wantedMb),
    ...(inodes > 0 && inodesFree / inodes < FEW_INODES
      ? [found("warn", "disk.inodes", { folder, percent: Math.floor((inodesFree / inodes) * 100) })]
      : []),
    kindOf(folder, kind),
    ...(probes.mayWrite(folder) ? [sync(await probes.syncMs(folder))] : []),
  ];
}

function room(folder: string, freeMb: number, wantedMb: number): Finding {
  if (freeMb < wantedMb) return found("fail", "disk.little", { folder, freeMb, wantedMb });
  return freeMb < wantedMb * 3
    ? found("warn", "disk.little", { folder, freeMb, wantedMb })
    : found("ok", "disk.room", { folder, freeMb });
}

function kindOf(folder: string, kind: number): Finding {
  const unsafe = UNSAFE.get(kind);
  if (unsafe !== undefined) return found("warn", "disk.kind-unsafe", { folder, kind: unsafe });
  return found("ok", "disk.kind", { kind: KNOWN.get(kind) ?? `0x${kind.toString(16)}` });
}

function sync(ms: number): Finding {
  const params = { ms: Math.round(ms * 10) / 10 };
  return ms > SLOW_SYNC_MS ? found("warn", "disk.sync-slow", params) : found("ok", "disk.sync", params);
}
