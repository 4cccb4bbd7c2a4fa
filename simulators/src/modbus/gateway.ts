import type { Clock } from "@nightflow/domain";
import { readMap } from "../devices/device.ts";
import { DEVICE_MAPS } from "../devices/index.ts";
import type { FaultBook } from "../faults/fault-book.ts";
import type { Ledger } from "../ledger.ts";
import type { Town, TownMeter } from "../town/town.ts";
import type { TownRegisters } from "../town/town-registers.ts";
import { exceptionFrame, MAX_READ_COUNT, MODBUS_EXCEPTION, type ModbusRequest, wordsFrame } from "./mbap.ts";

/** What the meters behind a gateway live in. */
export interface GatewayWorld {
  readonly clock: Clock;
  readonly registers: TownRegisters;
  readonly faults: FaultBook;
  readonly ledger: Ledger;
}

/** The meters behind one gateway; answers one request at a time, by the state of this instant. */
export class Gateway {
  readonly busId: string;
  readonly #units: ReadonlyMap<number, TownMeter>;
  readonly #world: GatewayWorld;

  constructor(busId: string, town: Town, world: GatewayWorld) {
    this.busId = busId;
    this.#world = world;
    this.#units = new Map(
      town.meters.flatMap((meter) =>
        meter.access.kind === "modbus" && meter.access.busId === busId ? [[meter.access.unitId, meter] as const] : [],
      ),
    );
  }

  /** The answer; undefined from a silent unit. What is served is in the ledger before this returns. */
  answer(request: ModbusRequest): Buffer | undefined {
    const meter = this.#units.get(request.unitId);
    if (meter?.profile == null) return exceptionFrame(request, MODBUS_EXCEPTION.gatewayTargetFailed);
    const atMs = this.#world.clock.now();
    if (this.#world.faults.isSilent(meter.id, atMs)) return undefined;
    const map = DEVICE_MAPS[meter.profile];
    if (!map.functions.includes(request.functionCode)) return exceptionFrame(request, MODBUS_EXCEPTION.illegalFunction);
    if (request.data.length !== 4) return exceptionFrame(request, MODBUS_EXCEPTION.illegalValue);
    const wanted = { address: request.data.readUInt16BE(0), count: request.data.readUInt16BE(2) };
    if (wanted.count < 1 || wanted.count > MAX_READ_COUNT)
      return exceptionFrame(request, MODBUS_EXCEPTION.illegalValue);
    const found = readMap(map, wanted, (name) => this.#world.registers.registerAt(meter.id, name, atMs));
    if (found === undefined) return exceptionFrame(request, MODBUS_EXCEPTION.illegalAddress);
    for (const { register, value } of found.served) this.#world.ledger.append(atMs, meter.id, register, value);
    return wordsFrame(request, found.words);
  }
}
