/** The four water districts in the order of their gateways. */
export const DISTRICTS = [
  { code: "N1", unitId: "ORG-NORTH", nameZh: "北湖片区", nameEn: "North Lake", special: "hotel" },
  { code: "N2", unitId: "ORG-NORTH", nameZh: "文昌片区", nameEn: "Wenchang", special: null },
  { code: "S1", unitId: "ORG-SOUTH", nameZh: "南港工业片区", nameEn: "South Port", special: "factory" },
  { code: "S2", unitId: "ORG-SOUTH", nameZh: "柳园片区", nameEn: "Willow Garden", special: null },
] as const;
export type District = (typeof DISTRICTS)[number];

/** The Modbus gateway of a district. */
export function busIdOf(code: string): string {
  return `gw-${code.toLowerCase()}`;
}
