import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "../relational-errors.ts";

const run = promisify(execFile);
const USER = "postgres";

/** The user that PostgreSQL runs under; undefined means the user of this process. */
export type RunAs = { readonly uid: number; readonly gid: number } | undefined;

/** PostgreSQL refuses to run as root, so root runs it under the system user `postgres`, made here when there is none. */
export async function findRunAs(): Promise<RunAs> {
  if (process.getuid?.() !== 0) return undefined;
  return (await idsOf(USER)) ?? (await createUser());
}

async function createUser(): Promise<RunAs> {
  let cause: unknown;
  for (const [program, ...args] of [
    ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER],
    ["adduser", "-S", "-D", "-H", USER],
  ] as const) {
    await run(program, args).catch((error: unknown) => {
      cause = error;
    });
    const ids = await idsOf(USER);
    if (ids !== undefined) return ids;
  }
  throw new EmbeddedPostgresError(`PostgreSQL does not run as root, and the system user ${USER} could not be made`, {
    cause,
    remedy: `create a user named ${USER}, or start as another user than root`,
  });
}

async function idsOf(user: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run("id", ["-u", user]), run("id", ["-g", user])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    return undefined;
  }
}

/** Whether the user may enter `folder`; asked of the system itself, so that access lists and parents count too. */
export async function canEnter(folder: string, runAs: RunAs): Promise<boolean> {
  return succeeds("/bin/sh", ["-c", 'cd "$1"', "sh", folder], runAs);
}

/** Whether the user may run `program`, with every library that it loads. */
export async function canRun(program: string, runAs: RunAs): Promise<boolean> {
  return succeeds(program, ["--version"], runAs);
}

async function succeeds(program: string, args: readonly string[], runAs: RunAs): Promise<boolean> {
  return run(program, args, { cwd: "/", ...runAs }).then(
    () => true,
    () => false,
  );
}
