import type { OpcUaBus, OpcUaCommand } from "@nightflow/domain";
import { repeated } from "../../../repeated.ts";
import { starsOf } from "../browse/glob.ts";
import type { NodeName } from "../link.ts";

/** What is wrong with the commands of a bus, and what to do. */
export function faultsOfCommands(
  { commands, items, find }: OpcUaBus,
  faultOfNode: (where: string, name: NodeName) => string[],
): string[] {
  const read = new Set<string>(items.map(({ meter }) => meter));
  const faults = commands.flatMap((command, at) => {
    const where = `command ${at + 1} (${command.command} of ${command.meter})`;
    const isRead = read.has(command.meter) || find.length > 0 || command.meter.includes("$");
    return [
      ...faultOfNode(where, command),
      ...(command.confirm === undefined ? [] : faultOfNode(`${where}: confirm`, command.confirm)),
      ...faultsOfPlaces(where, command),
      ...(isRead ? [] : [`${where}: no item reads meter ${command.meter}: give it one, or mend the meter's id`]),
    ];
  });
  const twice = repeated(
    commands.map(({ meter, command }) => `${command} of ${meter}`).filter((name) => !name.includes("$")),
  );
  return [...faults, ...twice.map((name) => `commands has ${name} twice: leave one out`)];
}

/** `$2` stands for the second `*` of the command's path, so there has to be one. */
function faultsOfPlaces(where: string, { meter, path, confirm }: OpcUaCommand): string[] {
  const stars = path === undefined ? 0 : starsOf(path);
  const texts = [
    ["meter", meter],
    ["confirm.path", confirm?.path ?? ""],
  ] as const;
  return texts.flatMap(([key, text]) =>
    [...text.matchAll(/\$(\d)/g)]
      .filter(([, place]) => Number(place) < 1 || Number(place) > stars)
      .map(([written]) => `${where}: ${written} of ${key} names no * of path, which has ${stars}`),
  );
}
