// The kinds of bus faults: one more is a file and a line here.
export { babble } from './babble.ts';
export { disturb } from './disturb.ts';
export { partition } from './partition.ts';
export { repair } from './repair.ts';
