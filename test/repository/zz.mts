import { resolveImages } from '../../src/repository/resolver.ts';
for (const [n, m] of [[10,8],[30,8],[100,4],[100,8],[30,16],[100,16]] as const) for (const bad of [false,true]) {
  const rel = (i:number,v:number)=>({product:`p${i}`,version:`${v}.0.0`,requires: v>1? [{product:`p${(i+1)%n}`,range:`>=${v-1}`},{product:`p${(i+7)%n}`,range:`>=${v-2}`}]:[],conflicts:[{product:`p${(i+3)%n}`,range:bad? `>=${v-3}`:`<${v-3}`}],image:{filename:`p${i}-${v}`,length:1,hashes:{sha256:`p${i}-${v}`},mustMatch:{hardwareIds:[`h${i}`],releaseCounter:v}}});
  const releases = Array.from({length:n},(_,i)=>Array.from({length:m},(_,v)=>rel(i,v+1))).flat();
  const ecus = Array.from({length:n},(_,i)=>({serial:`e${i}`,hardwareId:`h${i}`,installed:releases[i*m]}));
  const t=performance.now();
  const r = resolveImages(ecus,releases,new Map([['e0',{product:'p0',range:`${m}`}]]));
  console.log(n,m,bad,r.ok?[...r.value].length:r.fault.message,(performance.now()-t).toFixed(0)+'ms');
}
