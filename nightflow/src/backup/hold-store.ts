import { existsSync, readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { BackupUnusableError } from "@nightflow/storage";
import { HoldLines, HoldLostError } from "./hold-lines.ts";
import { type FromCopier, FromOwner, HoldAddress, holdFile } from "./hold-wire.ts";

/** A store file that may be copied now. */
export interface CopyableFile {
  readonly path: string;
  readonly bytes: number;
  readonly lastCommit: number;
}

/** The store of a running head-end, held for a backup. */
export interface HeldByUs {
  /** Asks for the file to be still, until `copied`. */
  still(): Promise<CopyableFile>;
  /** Says that the copy is made and lets go. @throws {HoldLostError} when the file has changed meanwhile. */
  copied(): Promise<void>;
  /** Lets go, whatever was done. */
  release(): void;
}

/** Whether a head-end says in this data folder how to hold its store. */
export function isHoldOffered(dataDir: string): boolean {
  return existsSync(holdFile(dataDir));
}

/**
 * Holds the store of the head-end that runs on `dataDir`: upkeep and checkpoints wait from now on.
 *
 * @throws {BackupUnusableError} when the store belongs to another installation. @throws {HoldLostError} when the head-end has gone.
 */
export async function holdStore(dataDir: string, installation: string): Promise<HeldByUs> {
  const { port, token } = HoldAddress.parse(JSON.parse(readFileSync(holdFile(dataDir), "utf8")));
  const socket = await connected(port);
  const lines = new HoldLines(socket);
  const ask = async <Type extends FromOwner["type"]>(message: FromCopier, due: Type) => {
    lines.say(message);
    return answerOf(await lines.hear(FromOwner), due);
  };
  const held = await ask({ type: "hold", token, installation }, "held");
  if (held.installation !== installation) {
    lines.end();
    throw new BackupUnusableError(
      `the store belongs to installation ${held.installation} and PostgreSQL is of ${installation}`,
      {
        remedy:
          "give both their own again (DATABASE_URL, dataDir): a set of stores that do not belong together is no backup",
      },
    );
  }
  return {
    async still() {
      const { path, bytes, lastCommit } = await ask({ type: "still" }, "still");
      return { path, bytes, lastCommit };
    },
    async copied() {
      const { isUntouched } = await ask({ type: "copied" }, "done");
      lines.end();
      if (!isUntouched) throw new HoldLostError("the store was closed or opened again while it was copied", AGAIN);
    },
    release: () => lines.end(),
  };
}

const AGAIN = { remedy: "run nightflow backup again; nothing was kept of this one" };

function answerOf<Type extends FromOwner["type"]>(answer: FromOwner, due: Type): Extract<FromOwner, { type: Type }> {
  if (answer.type === due) return answer as Extract<FromOwner, { type: Type }>;
  if (answer.type === "failed")
    throw new HoldLostError(answer.message, answer.remedy === undefined ? AGAIN : { remedy: answer.remedy });
  throw new HoldLostError(`the head-end answered ${answer.type} where ${due} was due`, AGAIN);
}

function connected(port: number): Promise<Socket> {
  return new Promise((made, failed) => {
    const socket = connect(port, "127.0.0.1", () => made(socket));
    socket.once("error", (cause) =>
      failed(
        new HoldLostError("the head-end of this data folder does not answer", {
          cause,
          remedy: "look whether nightflow up runs; start it again, or stop it, then make the backup",
        }),
      ),
    );
  });
}
