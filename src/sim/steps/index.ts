// The kinds of steps: one more is a file and a line here.
export { attack } from './attack.ts';
export { babble, disturb, partition, repair } from './busFaultSteps.ts';
export { campaign } from './campaign.ts';
export { cancel } from './cancel.ts';
export { cycle } from './cycle.ts';
export { expect } from './expect.ts';
export { failActivation } from './failActivation.ts';
export { offer } from './offer.ts';
export { parked } from './parked.ts';
export { publish } from './publish.ts';
export { record } from './record.ts';
export { rotate } from './rotate.ts';
export { stop } from './stop.ts';
export { wait } from './wait.ts';
