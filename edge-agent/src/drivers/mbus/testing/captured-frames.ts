/** What a meter sent once, with how others read it. */
interface CapturedFrame {
  readonly name: string;
  /** libmbus is by rscada, BSD licensed; its `test/test-frames` hold frames of real meters and their reading. */
  readonly source: string;
  readonly verified: boolean;
  readonly frame: string;
  readonly identity: {
    readonly maker: string;
    readonly number: string;
    readonly version: number;
    readonly medium: number;
  };
  /** Selector, or the name of a quantity that no channel shows → value in its unit. */
  readonly shows: Readonly<Record<string, number | string | null>>;
  readonly makerBytes: number;
}

/** Frames of wired meters, captured by others, with the published reading of them. */
export const CAPTURED_FRAMES: readonly CapturedFrame[] = [
  {
    name: "an Itron CYBLE on a water meter",
    source: "libmbus itron_cyble_m-bus_v1.4_water.hex and .norm.xml",
    verified: true,
    frame:
      "68 56 56 68 08 01 72 71 00 00 12 77 04 14 07 0A 30 00 00 0C 78 71 00 00 12 0D 7C 08 44 49 20 2E 74 73 75 63 0A 45 4C 42 59 43 20 54 53 45 54 04 6D 2B 0D 98 11 02 7C 09 65 6D 69 74 20 2E 74 61 62 F2 10 04 14 3D 30 00 00 04 94 7F 14 00 00 00 44 14 00 00 00 00 0F 10 01 1F 2F 16",
    identity: { maker: "ACW", number: "12000071", version: 20, medium: 7 },
    shows: { volume: 123.49, "volume.s1": 0, serial: 12000071, text: "TEST CYBLE", time: "2012-01-24T13:43:00.000Z" },
    makerBytes: 3,
  },
  {
    name: "an Itron CYBLE on a gas meter",
    source: "libmbus itron_cyble_m-bus_v1.4_gas.hex; volumes computed from its bytes",
    verified: false,
    frame:
      "68 56 56 68 08 04 72 87 03 02 10 77 04 14 03 9A 00 00 00 0C 78 87 03 02 10 0D 7C 08 44 49 20 2E 74 73 75 63 0A 20 20 20 20 20 20 20 20 20 20 04 6D 2B 0F 79 1A 02 7C 09 65 6D 69 74 20 2E 74 61 62 D2 0F 04 14 1A 00 00 00 04 94 7F 00 00 00 00 44 14 19 00 00 00 0F 00 02 1F 9F 16",
    identity: { maker: "ACW", number: "10020387", version: 20, medium: 3 },
    shows: { volume: 0.26, "volume.s1": 0.25 },
    makerBytes: 3,
  },
  {
    name: "a Siemens warm-water meter",
    source: "libmbus siemens_water.hex and .norm.xml",
    verified: true,
    frame:
      "68 59 59 68 08 00 72 82 13 02 08 65 32 99 06 EB 00 00 00 0C 13 01 01 00 00 0B 22 52 09 02 04 6D 38 08 6E 19 32 6C 00 00 0C 78 82 13 02 08 06 FD 0C 0A 00 01 00 FA 01 0D FD 0B 05 31 32 48 46 57 01 FD 0E 00 0B 3B 00 00 00 0F 37 FD 17 00 00 00 00 00 00 00 00 02 7A 0D 00 02 78 0D 00 11 16",
    identity: { maker: "LSE", number: "08021382", version: 153, medium: 6 },
    shows: { volume: 0.101, flow: 0, on_time: 75427200, time: "2011-09-14T08:56:00.000Z", date: null },
    makerBytes: 19,
  },
  {
    name: "a Kamstrup Multical 601",
    source: "libmbus kamstrup_multical_601.hex and .norm.xml",
    verified: true,
    frame:
      "68 F7 F7 68 08 11 72 17 58 85 06 2D 2C 08 04 04 00 00 00 0C 78 17 58 85 06 04 06 E7 91 00 00 04 14 2C DB 00 00 04 22 D9 03 00 00 04 59 B9 27 00 00 04 5D 08 12 00 00 04 61 B1 15 00 00 04 2D 5B 01 00 00 14 2D C0 01 00 00 04 3B 1F 02 00 00 14 3B 74 02 00 00 84 10 06 00 00 00 00 84 20 06 00 00 00 00 84 40 14 00 00 00 00 84 80 40 14 00 00 00 00 84 C0 40 06 00 00 00 00 04 6D 1A 2F 65 11 44 06 51 82 00 00 44 14 B2 C3 00 00 54 2D 26 02 00 00 54 3B 03 04 00 00 C4 10 06 00 00 00 00 C4 20 06 00 00 00 00 C4 40 14 00 00 00 00 C4 80 40 14 00 00 00 00 C4 C0 40 06 00 00 00 00 42 6C 5F 1C 0F 00 00 00 00 E7 E4 00 00 63 66 00 00 00 00 00 00 00 00 00 00 00 00 00 00 5B C9 A5 02 34 53 00 00 E0 B2 03 00 89 9C 68 00 00 00 00 00 01 00 01 07 07 09 01 03 00 00 00 00 00 98 16",
    identity: { maker: "KAM", number: "06855817", version: 8, medium: 4 },
    shows: {
      volume: 561.08,
      "volume.s1": 500.98,
      "volume.u1": 0,
      "volume.u2": 0,
      flow: 0.543,
      "flow.max": 0.628,
      "flow.max.s1": 1.027,
      temperature: 101.69,
      return_temperature: 46.16,
      energy: 37351000,
      on_time: 3546000,
      time: "2011-01-05T15:26:00.000Z",
      date: "2010-12-31T00:00:00.000Z",
    },
    makerBytes: 57,
  },
  {
    name: "a Landis+Gyr G350 gas meter",
    source: "libmbus LGB_G350.hex and .norm.xml",
    verified: true,
    frame:
      "68 40 40 68 08 01 72 58 20 08 12 E2 30 40 03 40 00 00 00 2F 2F 4C 13 92 40 83 10 46 6D 00 00 08 16 27 00 0D 78 11 34 31 38 35 30 32 38 30 32 31 39 35 37 31 30 30 47 89 40 FD 1A 01 01 FD 17 00 01 FD 67 0F 38 16",
    identity: { maker: "LGB", number: "12082058", version: 64, medium: 3 },
    shows: { "volume.s1": 10834.092, time: "2016-07-22T08:00:00.000Z", serial: "G0017591208205814", error_flags: 0 },
    makerBytes: 0,
  },
  {
    name: "an Engelmann WaterStar",
    source: "libmbus EFE_Engelmann-WaterStar.hex; values computed from its bytes",
    verified: false,
    frame:
      "68 51 51 68 08 0B 72 54 02 99 04 C5 14 00 06 0C 27 00 00 04 78 2E 25 4C 00 04 6D 0A 0C CD 13 04 13 4C 01 00 00 44 13 4B 01 00 00 84 01 13 4C 01 00 00 42 6C BF 1C 02 6C DF 1C 04 3B 00 00 00 00 14 3B 16 08 00 00 02 23 A7 04 01 FD 17 00 04 90 28 08 00 00 00 3F 16",
    identity: { maker: "EFE", number: "04990254", version: 0, medium: 6 },
    shows: { volume: 0.332, "volume.s1": 0.331, "volume.s2": 0.332, flow: 0, "flow.max": 2.07 },
    makerBytes: 0,
  },
];
