export { MeterProfile, ProfileRegister, ProfileVector, spanOf } from "@nightflow/domain";
