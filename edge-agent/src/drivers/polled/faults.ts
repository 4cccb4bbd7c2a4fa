import { repeated } from "../../repeated.ts";

/** What is wrong with the ids of a bus's meters. */
export function faultsOfMeters(bus: {
  readonly id: string;
  readonly units: readonly { readonly meter: string }[];
}): string[] {
  const twice = repeated(bus.units.map(({ meter }) => meter));
  return twice.map((meter) => `bus ${bus.id}: meter ${meter} is there twice: put its channels into one unit`);
}
