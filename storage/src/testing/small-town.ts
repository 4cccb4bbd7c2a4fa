import type { RegistryTables } from "../relational/registry/rows.ts";

/** Rows from a little CSV text without quotes. */
export function table(text: string) {
  const [header = "", ...lines] = text.trim().split("\n");
  const names = header.split(",").map((name) => name.trim());
  return lines.map((line, at) => {
    const cells = line.split(",").map((cell) => cell.trim());
    return { line: at + 2, values: Object.fromEntries(names.map((name, no) => [name, cells[no] ?? ""])) };
  });
}

/** A registry with one row at least of everything: 24 rows. */
export const SMALL_TOWN: RegistryTables = {
  units: table(`
code,parent,kind,name_zh,name_en,zone,currency
north,town,region,城北,North,,
town,,company,水司,Town Water,Asia/Shanghai,CNY`),
  users: table(`
login,display_name,role,unit
manager,王经理,manager,town
desk-north,李,desk,north`),
  tariffs: table(`
code,name_zh,name_en,commodity,currency,price_per_m3,valid_from,unit
hotel,宾馆,Hotel,water,CNY,5.35,2025-01-01,town
future,将来,Future,water,CNY,9,2027-01-01,town`),
  customers: table(`
no,name,kind,unit
C1,Grand Hotel,org,north`),
  accounts: table(`
no,customer,category,tariff,is_key_account,manager,unit
A1,C1,non_residential,hotel,true,manager,north
A2,C1,non_residential,future,false,,north`),
  dmas: table(`
id,name_zh,name_en,parent,unit
D1-A,子区,Part,D1,north
D1,一区,District 1,,north
D2,二区,District 2,,town`),
  "service-points": table(`
no,account,commodity,dma,unit
P1,A1,water,D1,north
P2,A2,water,D1,north
P3,,gas,,north`),
  meters: table(`
id,purpose,commodity,q3_m3h,q4_m3h,capacity_m3,period_s,service_point,inlet_of_dma,inlet_sign,unit
M1,customer,water,16,20,1000000,900,P1,,,north
M2,customer,water,2.5,3.125,100000,3600,P2,,,north
M3,dma,water,,,,900,,D1;D2,1;-1,town
M4,customer,gas,16,,1000000,900,P3,,,north`),
  channels: table(`
id,meter,quantity,unit,resolution,agent
M1.forward_total,M1,forward_total,m3,0.001,town/agent-1
M1.flow,M1,flow,m3/h,,town/agent-1
M2.forward_total,M2,forward_total,L,10,town/agent-1
M3.net_total,M3,net_total,m3,0.1,town/agent-1
M4.vb_total,M4,vb_total,Sm3,0.01,`),
};
