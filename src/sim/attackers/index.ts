// The kinds of attacks: one more is a file and a line here.
export { droppedTime } from './droppedTime.ts';
export { eavesdropper } from './eavesdropper.ts';
export { fastForward } from './fastForward.ts';
export { replayedMetadata } from './replayedMetadata.ts';
export { replayedTime } from './replayedTime.ts';
export { resignedTimestamp } from './resignedTimestamp.ts';
export { slowRetrieval } from './slowRetrieval.ts';
export { stolenBothRepositories } from './stolenBothRepositories.ts';
export { stolenDirectorKeys } from './stolenDirectorKeys.ts';
export { stolenSupplierKey } from './stolenSupplierKey.ts';
export { stolenTimeKey } from './stolenTimeKey.ts';
export { tamperedImage } from './tamperedImage.ts';
