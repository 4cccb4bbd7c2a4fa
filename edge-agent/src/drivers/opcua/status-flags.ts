import type { Flag } from "@nightflow/domain";

/** The cause flag of a value that its server calls uncertain; the name of the code stands beside the meter. */
export function flagsOfUncertain(code: string): Flag[] {
  if (/LastUsable|NoCommunication|NoData|Substitute|InitialValue/.test(code)) return ["comms_error"];
  if (/Sensor|SubNormal|EngineeringUnits|Calibration|Simulated/.test(code)) return ["device_alarm"];
  return ["bad_status"];
}
