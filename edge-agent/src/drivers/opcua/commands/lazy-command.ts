/** `runOpcUaCommand` of `opcua-command.ts`, whose library is loaded with the first command. */
export async function runOpcUaCommand(args: readonly string[], say: (line: string) => void): Promise<number> {
  const { runOpcUaCommand: run } = await import("./opcua-command.ts");
  return run(args, say);
}
