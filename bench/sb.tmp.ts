import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { realClock } from "@nightflow/domain";
import { openDuckDbStore } from "@nightflow/storage";
import pino from "pino";
const folder = mkdtempSync(join(tmpdir(), "nf-sb-"));
const store = await openDuckDbStore({ path: join(folder, "r.duckdb"), clock: realClock, logger: pino({level:"warn"}) });
const CH=10000, N=Number(process.argv[2]??2_000_000), G=Number(process.argv[3]??10000);
const ids=Array.from({length:CH},(_,i)=>`M${i}:forward_total`);
let seq=0, no=0;
const t0=performance.now(), c0=process.cpuUsage();
let mx=0;
for (let at=0; at<N; at+=G) {
  const channels=[], map=new Map();
  const channelNos=new Int32Array(G), readAtMs=new Float64Array(G), counts=new BigInt64Array(G), gauges=new Float64Array(G).fill(NaN), isRegister=new Uint8Array(G).fill(1), qualities=new Uint8Array(G), flags=new Uint32Array(G), origins=new Uint8Array(G);
  for(let i=0;i<G;i++,no++){ const ch=no%CH; let k=map.get(ch); if(k===undefined){k=channels.length;map.set(ch,k);channels.push(ids[ch]);} channelNos[i]=k; const round=Math.floor(no/CH); readAtMs[i]=1767225600000+round*900000; counts[i]=BigInt(1000000+round*37); }
  const t=performance.now();
  const batches=Array.from({length:G/50},(_,i)=>({agent:`bench/a${i%8}`,epoch:`bench-${i%8}`,seq:Math.floor(seq++/8)+1}));
  await store.commit({receivedAtMs:Date.now(),batches,readings:{length:G,channels,channelNos,readAtMs,counts,gauges,isRegister,qualities,flags,origins},setAside:[],repeats:0} as never);
  mx=Math.max(mx,performance.now()-t);
}
const s=(performance.now()-t0)/1000; const c=process.cpuUsage(c0);
console.log({perS:Math.round(N/s), userSPerM:c.user/N, sysSPerM:c.system/N, maxMs:mx, counts: await store.counts()});
const c1=process.cpuUsage(); await store.close(); const c2=process.cpuUsage(c1); console.log("close",c2, (await import("node:fs")).statSync(join(folder,"r.duckdb")).size/N);
rmSync(folder,{recursive:true});
