import { describe, expect, it } from 'vitest';
import { linkMessageBytesMax } from '../../src/core/limits.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  type Request,
  type RequestBody,
  type Response,
  type ResponseBody,
} from '../../src/messages/codec.ts';
import { protocolVersionMax, protocolVersionMin } from '../../src/messages/version.ts';
import { fc, prop } from '../support/property.ts';

const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 300 });
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const body = <Body extends object>(name: string, members: { [member in keyof Body]: fc.Arbitrary<Body[member]> }) =>
  fc.record(members).map((values) => ({ ...values, name }));

const requestBodies: { readonly [Name in RequestBody['name']]: fc.Arbitrary<object> } = {
  hello: body('hello', { versionMin: uint32, versionMax: uint32 }),
  report: body('report', {}),
  time: body('time', { attestation: bytes }),
  metadata: body('metadata', { file: text, totalLength: uint32, offset: uint32, data: bytes }),
  verify: body('verify', { reportAccepted: fc.boolean() }),
  imageStart: body('imageStart', { filename: text }),
  imageBlock: body('imageBlock', { offset: uint32, data: bytes }),
  install: body('install', {}),
};

const responseBodies: { readonly [Name in ResponseBody['name']]: fc.Arbitrary<object> } = {
  welcome: body('welcome', {
    version: uint32,
    ecuSerial: text,
    blockBytesMax: uint32,
    directorRootVersion: uint32,
    imageRootVersion: uint32,
  }),
  report: body('report', { report: bytes, timeToken: bytes }),
  timeAccepted: body('timeAccepted', {}),
  metadataStored: body('metadataStored', {}),
  verified: body('verified', { filename: text, length: uint32 }),
  imageReady: body('imageReady', { nextOffset: uint32 }),
  blockStored: body('blockStored', { nextOffset: uint32 }),
  installing: body('installing', {}),
  requestLost: body('requestLost', {}),
  refusal: body('refusal', { code: text, clause: text, attack: text, message: text }),
};

/** Every number fits 32 bits, every byte string is plain and its own. */
function expectPlain(value: object): void {
  for (const member of Object.values(value)) {
    if (typeof member === 'number') expect(member >>> 0).toBe(member);
    if (member instanceof Uint8Array) {
      expect(Object.getPrototypeOf(member)).toBe(Uint8Array.prototype);
      expect(member.buffer.byteLength).toBe(member.length);
    }
  }
}

describe.each(Object.entries(requestBodies))('the request %s', (_name, arbitrary) => {
  prop([uint32, arbitrary])('comes out as it went in', (id, one) => {
    const request = { id, body: one } as Request;
    expect(decodeRequest(encodeRequest(request))).toEqual({ ok: true, value: request });
  });
});

describe.each(Object.entries(responseBodies))('the response %s', (_name, arbitrary) => {
  prop([uint32, arbitrary])('comes out as it went in', (id, one) => {
    const response = { id, body: one } as Response;
    expect(decodeResponse(encodeResponse(response))).toEqual({ ok: true, value: response });
  });
});

const decoders = [
  ['request', decodeRequest],
  ['response', decodeResponse],
] as const;

describe.each(decoders)('bytes of any origin, taken for a %s,', (_name, decode) => {
  const expectValueOrFault = (message: Uint8Array) => {
    const decoded = decode(message);
    if (!decoded.ok) {
      expect(decoded.fault).toMatch(/./);
      return;
    }
    expect(decoded.value.id >>> 0).toBe(decoded.value.id);
    expectPlain(decoded.value.body);
  };

  prop([fc.uint8Array({ maxLength: 400 })], { numRuns: 500 })('give a value or a fault', expectValueOrFault);

  const anyMessage = fc
    .tuple(uint32, fc.oneof(...Object.values(requestBodies)))
    .map(([id, one]) => encodeRequest({ id, body: one } as Request));
  const change = fc.record({ at: fc.nat(500), to: fc.nat(255) });
  prop([anyMessage, fc.array(change, { maxLength: 4 }), fc.nat(500)], { numRuns: 500 })(
    'that were a message before somebody changed and cut them give a value or a fault',
    (message, changes, length) => {
      const changed = message.slice(0, length);
      for (const { at, to } of changes) if (at < changed.length) changed[at] = to;
      expectValueOrFault(changed);
    },
  );

  it('that nest as deep as a message can, or end early, are a fault', () => {
    for (const message of [
      new Uint8Array(linkMessageBytesMax).fill(0x0b),
      new Uint8Array(linkMessageBytesMax).fill(0xff),
      Uint8Array.of(0x2a, 0x7f, 0x0a),
      Uint8Array.of(0x2a, 0xff, 0xff, 0xff, 0xff, 0x7f),
    ]) {
      expect(decode(message).ok).toBe(false);
    }
  });

  it('that name no body, or one of a later protocol, are a fault', () => {
    for (const message of [new Uint8Array(), Uint8Array.of(0x08, 0x01), Uint8Array.of(0x08, 0x01, 0xf2, 0x01, 0x00)]) {
      expect(decode(message)).toEqual({ ok: false, fault: 'it has no body that this protocol version knows' });
    }
  });

  it('that are longer than a message may be are a fault, whatever they say', () => {
    const valid = encodeRequest({ id: 1, body: { name: 'hello', versionMin: 1, versionMax: 1 } });
    const padded = new Uint8Array(linkMessageBytesMax + 1);
    padded.set(valid);
    expect(decode(padded)).toEqual({ ok: false, fault: 'longer than a message may be' });
  });
});

describe('numbers beyond 32 bits', () => {
  it('are read as 32 bits', () => {
    const id64 = Uint8Array.of(0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 0x1a, 0x00);
    expect(decodeRequest(id64)).toEqual({ ok: true, value: { id: 0xffff_ffff, body: { name: 'report' } } });
  });
});

describe('decoded bytes', () => {
  it('are copies: what is stored neither keeps the message alive nor changes with it', () => {
    const message = Buffer.from(encodeRequest({ id: 1, body: { name: 'time', attestation: Uint8Array.of(1, 2, 3) } }));
    const decoded = decodeRequest(message);
    message.fill(0);
    expect(decoded).toEqual({
      ok: true,
      value: { id: 1, body: { name: 'time', attestation: Uint8Array.of(1, 2, 3) } },
    });
    if (decoded.ok) expectPlain(decoded.value.body);
  });

  it('of a message with two bodies are those of one of them', () => {
    const hello = encodeRequest({ id: 7, body: { name: 'hello', versionMin: 1, versionMax: 2 } });
    const verify = encodeRequest({ id: 8, body: { name: 'verify', reportAccepted: true } });
    const both = decodeRequest(Uint8Array.of(...hello, ...verify));
    expect(both.ok && both.value.id).toBe(8);
    expect(['hello', 'verify']).toContain(both.ok && both.value.body.name);
  });
});

it('the protocol versions that this code speaks are a range', () => {
  expect(protocolVersionMin).toBeGreaterThan(0);
  expect(protocolVersionMax).toBeGreaterThanOrEqual(protocolVersionMin);
});
