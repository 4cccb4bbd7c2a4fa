import { spawnSync } from "node:child_process";
import { findPeer } from "@nightflow/storage/testing";

export {
  findChromium,
  findInfluxd,
  startBareInfluxd,
  startInfluxd,
  type TestInfluxd,
} from "@nightflow/storage/testing";

/** A Python that has a module from PyPI: `NIGHTFLOW_PYTHON`, else on the PATH. Says so when there is none. */
export function findPython(module: "asyncua" | "pymodbus"): string | undefined {
  const has = (path: string) => spawnSync(path, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0;
  return findPeer(`Python with ${module}`, "NIGHTFLOW_PYTHON", ["python3"], has);
}
