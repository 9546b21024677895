// The kinds of expectations: one more is a file and a line here.
export { babbling } from './babbling.ts';
export { busOff } from './busOff.ts';
export { campaign } from './campaign.ts';
export { cannotRead } from './cannotRead.ts';
export { drops } from './drops.ts';
export { finds } from './finds.ts';
export { findsNothing } from './findsNothing.ts';
export { manifest } from './manifest.ts';
export { reads } from './reads.ts';
export { reports } from './reports.ts';
export { runs } from './runs.ts';
export { runsImageOf } from './runsImageOf.ts';
export { transfer } from './transfer.ts';
export { trusts } from './trusts.ts';
