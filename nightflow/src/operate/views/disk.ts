import { statfs } from "node:fs/promises";
import { gaugeFamily } from "@nightflow/domain";
import type { OperateView } from "../view.ts";

/** Room in the data folder. */
export function diskView(folder: string, minFreeMb: number): OperateView {
  const room = async () => {
    const { bavail, blocks, bsize } = await statfs(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  };
  return {
    metrics: [
      async () => {
        const { freeBytes, totalBytes } = await room();
        return [
          gaugeFamily("nightflow_disk_free_bytes", "Room left on the file system of the data folder.", freeBytes),
          gaugeFamily("nightflow_disk_size_bytes", "Size of that file system.", totalBytes),
        ];
      },
    ],
    checks: [
      {
        name: "disk",
        async check() {
          const freeMb = (await room()).freeBytes / 1024 / 1024;
          return freeMb >= minFreeMb ? null : `${Math.floor(freeMb)} MB are free, ${minFreeMb} are wanted`;
        },
      },
    ],
    figures: [
      async () => {
        const { freeBytes, totalBytes } = await room();
        return { diskFreeBytes: freeBytes, diskBytes: totalBytes };
      },
    ],
  };
}
