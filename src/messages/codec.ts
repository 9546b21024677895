// Owns: in-vehicle messages as bytes. The descriptor ecunet.json is generated from ecunet.proto and compared in CI.
import protobuf from 'protobufjs/light.js';
import { linkMessageBytesMax } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/result.ts';
import descriptor from './ecunet.json' with { type: 'json' };

const root = protobuf.Root.fromJSON(descriptor);
const requestType = root.lookupType('ecunet.Request');
const responseType = root.lookupType('ecunet.Response');

/** The requests, by the name of their member in ecunet.proto. */
export interface RequestBodies {
  readonly hello: { readonly versionMin: number; readonly versionMax: number };
  readonly report: Record<never, never>;
  readonly time: { readonly attestation: Uint8Array };
  readonly metadata: {
    readonly file: string;
    readonly totalLength: number;
    readonly offset: number;
    readonly data: Uint8Array;
  };
  readonly verify: { readonly reportAccepted: boolean };
  readonly imageStart: { readonly filename: string };
  readonly imageBlock: { readonly offset: number; readonly data: Uint8Array };
  readonly install: Record<never, never>;
}

export interface ResponseBodies {
  readonly welcome: {
    readonly version: number;
    readonly ecuSerial: string;
    readonly blockBytesMax: number;
    readonly directorRootVersion: number;
    readonly imageRootVersion: number;
  };
  readonly report: { readonly report: Uint8Array; readonly timeToken: Uint8Array };
  readonly timeAccepted: Record<never, never>;
  readonly metadataStored: Record<never, never>;
  readonly verified: { readonly filename: string; readonly length: number };
  readonly imageReady: { readonly nextOffset: number };
  readonly blockStored: { readonly nextOffset: number };
  readonly installing: Record<never, never>;
  readonly requestLost: Record<never, never>;
  readonly refusal: {
    readonly code: string;
    readonly clause: string;
    readonly attack: string;
    readonly message: string;
  };
}

type Tagged<Bodies> = { readonly [Name in keyof Bodies]: { readonly name: Name } & Bodies[Name] }[keyof Bodies];

/** One request or response body with its name. */
export type RequestBody = Tagged<RequestBodies>;
export type ResponseBody = Tagged<ResponseBodies>;

export interface Request {
  readonly id: number;
  readonly body: RequestBody;
}

export interface Response {
  readonly id: number;
  readonly body: ResponseBody;
}

function encode(type: protobuf.Type, id: number, body: { readonly name: string }): Uint8Array {
  return new Uint8Array(type.encode({ id, [body.name]: body }).finish());
}

export function encodeRequest(request: Request): Uint8Array {
  return encode(requestType, request.id, request.body);
}

export function encodeResponse(response: Response): Uint8Array {
  return encode(responseType, response.id, response.body);
}

/** Decoded bytes are Buffers of a shared pool: a copy keeps what is stored small and plain. */
function makeBytesPlain(body: Record<string, unknown>): void {
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (value instanceof Uint8Array) body[name] = new Uint8Array(value);
  }
}

function decode(type: protobuf.Type, bytes: Uint8Array): Result<{ id: number; body: { name: string } }, string> {
  if (bytes.length > linkMessageBytesMax) return fail('longer than a message may be');
  try {
    const message = type.toObject(type.decode(bytes), { defaults: true, oneofs: true });
    const name: unknown = message.body;
    if (typeof name !== 'string') return fail('it has no body that this protocol version knows');
    const body = message[name];
    makeBytesPlain(body);
    body.name = name;
    return ok({ id: message.id, body });
  } catch (error) {
    return fail(error instanceof Error ? error.message : 'it cannot be decoded');
  }
}

/** The request that bytes of any origin stand for, or one line on why they do not. */
export function decodeRequest(bytes: Uint8Array): Result<Request, string> {
  return decode(requestType, bytes) as Result<Request, string>;
}

export function decodeResponse(bytes: Uint8Array): Result<Response, string> {
  return decode(responseType, bytes) as Result<Response, string>;
}
