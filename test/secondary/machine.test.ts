import { describe, expect, it } from 'vitest';
import type { RequestBody } from '../../src/messages/codec.ts';
import { secondaryImplementation } from '../../src/secondary/actors.ts';
import { SecondaryBehaviour } from '../../src/secondary/behaviour.ts';
import { secondaryMachine } from '../../src/secondary/machine.ts';
import { imageBytes, imageName } from '../ecu/support/bench.ts';
import { declaredNames, endlessStates, kinds, usedNames } from '../ecu/support/statechart.ts';
import { offered, SecondaryBench, timing, verifyRequest } from './support/secondaryBench.ts';

describe('a Secondary’s statechart', () => {
  const behaviour = new SecondaryBehaviour(SecondaryBench.ready().secondary.ecu, { blockBytesMax: 1 });
  const implementation = secondaryImplementation(
    behaviour,
    { flashBytesPerSecond: 1 },
    {
      send: () => {},
      haveLeft: () => true,
    },
  );

  it.each(kinds)('uses the %s that it declares, and no others', (kind) => {
    expect([...usedNames(secondaryMachine)[kind]].sort()).toEqual(declaredNames(secondaryMachine, kind).sort());
  });

  it.each(['actions', 'guards'] as const)('is given every one of its %s', (kind) => {
    expect(Object.keys(implementation[kind])).toEqual(declaredNames(secondaryMachine, kind));
  });

  it('is given the one delay that its own timing does not set', () => {
    expect(Object.keys(implementation.delays)).toEqual(['flashWrite']);
  });

  it('waits without an end in one state only: idle, for the Primary', () => {
    expect(endlessStates(secondaryMachine)).toEqual(['idle']);
  });
});

const states = [
  'booting',
  'idle',
  'verifyingMetadata',
  'awaitingImage',
  'receivingImage',
  'writingBlock',
  'verifyingImage',
  'installing',
] as const;
type State = (typeof states)[number];

const requests: { readonly [Name in RequestBody['name']]: RequestBody } = {
  hello: { name: 'hello', versionMin: 1, versionMax: 1 },
  report: { name: 'report' },
  time: { name: 'time', attestation: new Uint8Array() },
  metadata: { name: 'metadata', file: 'director/targets.json', totalLength: 1, offset: 0, data: Uint8Array.of(1) },
  verify: verifyRequest,
  imageStart: { name: 'imageStart', filename: imageName('partial', 2) },
  imageBlock: { name: 'imageBlock', offset: 0, data: imageBytes('partial', 2).subarray(0, 256) },
  install: { name: 'install' },
};

/** A Secondary that just came into a state. */
function secondaryIn(state: State): SecondaryBench {
  if (state === 'booting') {
    const one = new SecondaryBench();
    one.boot();
    return one;
  }
  const one = offered();
  const tell = (request: RequestBody) => {
    one.tell(request);
    one.bench.pass(0.3);
  };
  if (state === 'idle') return one;
  one.giveTime();
  one.giveMetadata();
  if (state === 'verifyingMetadata') tell(requests.verify);
  else one.ask(requests.verify);
  if (state === 'receivingImage' || state === 'writingBlock') one.ask(requests.imageStart);
  if (state === 'writingBlock') tell(requests.imageBlock);
  if (state === 'verifyingImage' || state === 'installing') one.giveImage();
  if (state === 'verifyingImage') tell(requests.install);
  if (state === 'installing') one.ask(requests.install);
  return one;
}

/** What comes back within a millisecond, and the state then. `-`: no answer (yet). */
const table: { readonly [From in State]: { readonly [Name in RequestBody['name']]: string } } = {
  booting: {
    hello: '- booting',
    report: '- booting',
    time: '- booting',
    metadata: '- booting',
    verify: '- booting',
    imageStart: '- booting',
    imageBlock: '- booting',
    install: '- booting',
  },
  idle: {
    hello: 'welcome idle',
    report: 'report idle',
    time: 'malformed idle',
    metadata: 'metadataStored idle',
    verify: '- verifyingMetadata',
    imageStart: 'unexpected-message idle',
    imageBlock: 'unexpected-message idle',
    install: 'unexpected-message idle',
  },
  verifyingMetadata: {
    hello: '- verifyingMetadata',
    report: '- verifyingMetadata',
    time: '- verifyingMetadata',
    metadata: '- verifyingMetadata',
    verify: '- verifyingMetadata',
    imageStart: '- verifyingMetadata',
    imageBlock: '- verifyingMetadata',
    install: '- verifyingMetadata',
  },
  awaitingImage: {
    hello: 'welcome awaitingImage',
    report: 'report awaitingImage',
    time: 'malformed awaitingImage',
    metadata: 'metadataStored idle',
    verify: '- verifyingMetadata',
    imageStart: 'imageReady receivingImage',
    imageBlock: 'unexpected-message awaitingImage',
    install: 'unexpected-message awaitingImage',
  },
  receivingImage: {
    hello: 'welcome receivingImage',
    report: 'report receivingImage',
    time: 'malformed receivingImage',
    metadata: 'metadataStored idle',
    verify: '- verifyingMetadata',
    imageStart: 'imageReady receivingImage',
    imageBlock: '- receivingImage',
    install: '- verifyingImage',
  },
  writingBlock: {
    hello: '- receivingImage',
    report: '- receivingImage',
    time: '- receivingImage',
    metadata: '- receivingImage',
    verify: '- receivingImage',
    imageStart: '- receivingImage',
    imageBlock: '- receivingImage',
    install: '- receivingImage',
  },
  verifyingImage: {
    hello: '- verifyingImage',
    report: '- verifyingImage',
    time: '- verifyingImage',
    metadata: '- verifyingImage',
    verify: '- verifyingImage',
    imageStart: '- verifyingImage',
    imageBlock: '- verifyingImage',
    install: '- verifyingImage',
  },
  installing: {
    hello: '- installing',
    report: '- installing',
    time: '- installing',
    metadata: '- installing',
    verify: '- installing',
    imageStart: '- installing',
    imageBlock: '- installing',
    install: 'installing installing',
  },
};

describe.each(states)('a Secondary in %s [P1]', (state) => {
  it.each(Object.entries(table[state]))('that is sent %s answers and goes on as the table says', (name, expected) => {
    const one = secondaryIn(state);
    const id = one.tell(requests[name as RequestBody['name']]);
    one.bench.pass(1);
    const answer = one.answerTo(id);
    const said = answer === undefined ? '-' : answer.name === 'refusal' ? answer.code : answer.name;
    expect(`${said} ${one.onlooker.state}`).toBe(expected);
  });

  it('comes back to idle by itself', () => {
    const one = secondaryIn(state);
    one.bench.pass(timing.silenceMs + 500);
    expect(one.onlooker.state).toBe('idle');
    expect(one.asked(requests.hello)).toBe('welcome');
  });
});
