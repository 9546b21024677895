// Transfers over a bus that loses every long message: what goes in pieces gets through in short ones.
import { expect, it } from 'vitest';
import type { RequestBodies, RequestBody } from '../../../src/messages/codec.ts';
import { present } from '../../ecu/support/bench.ts';
import { obliging, offeredToAll, PrimaryBench, type Puppet } from '../support/primaryBench.ts';

const bytesMax = 60;

/** Pieces of this kind that are short enough are answered, the others are lost; each that was sent is in `sent`. */
function losingLong<Name extends 'metadata' | 'imageBlock'>(name: Name) {
  const sent: RequestBodies[Name][] = [];
  const puppet: Puppet = (body: RequestBody) => {
    if (body.name !== name) return undefined;
    const piece = body as { readonly name: Name } & RequestBodies[Name];
    sent.push(piece);
    if (piece.data.length > bytesMax) return undefined;
    return name === 'metadata'
      ? { name: 'metadataStored' }
      : { name: 'blockStored', nextOffset: piece.offset + piece.data.length };
  };
  return { sent, puppet };
}

it('a metadata file gets through in pieces that become shorter with each that is lost [M8]', () => {
  const { sent, puppet } = losingLong('metadata');
  const one = offeredToAll({ puppets: { full: obliging('full', { metadata: puppet }) }, timing: { answerMs: 20 } });
  one.cycle();
  const lengths = sent.map(({ data }) => data.length);
  expect(Math.max(...lengths)).toBeGreaterThan(400);
  expect(one.onlooker.network).toEqual([]);
  expect(one.askedOf('full')).toContain('install');
  const files = new Map<string, number[]>();
  for (const { file, offset, data, totalLength } of sent) {
    const bytes = files.get(file) ?? Array<number>(totalLength);
    if (data.length <= bytesMax) bytes.splice(offset, data.length, ...data);
    files.set(file, bytes);
  }
  const bundle = one.bench.bundle('full');
  expect([...files.keys()].every((file) => bundle.has(file))).toBe(true);
  for (const [file, bytes] of files) expect(new Uint8Array(bytes), file).toEqual(present(bundle.get(file)));
});

it('an image does so too, its last block included', () => {
  const { sent, puppet } = losingLong('imageBlock');
  const full = obliging('full', { imageBlock: puppet });
  const one = new PrimaryBench({ puppets: { full }, timing: { answerMs: 20 } });
  // The one block that there is: shorter than blocks may be.
  one.bench.offer('full', 2, new Uint8Array(250));
  one.cycle();
  expect(sent.map(({ data }) => data.length).slice(0, 4)).toEqual([250, 125, 63, 32]);
  expect(one.askedOf('full')).toContain('install');
});
