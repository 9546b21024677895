import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { pemCharsMax } from '../../src/crypto/limits.ts';
import { publicKeyBlock } from '../../src/crypto/pem.ts';
import { fc, prop } from '../support/property.ts';

const block = (body: string, label = 'PUBLIC KEY') => `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----`;
const body = 'a2V5Cg=='; // key, and a line feed
const pem = block(body);

describe('a block of one public key is read', () => {
  it.each([
    ['without a line feed at its end', pem],
    ['with one', `${pem}\n`],
    ['with white space around it', `\r\n ${pem} \n\n`],
    ['with CR LF', pem.replaceAll('\n', '\r\n')],
    ['with lines of any length', block('a2\nV5\nCg==')],
  ])('%s', (_, text) => {
    expect(publicKeyBlock(text)).toEqual({ label: 'PUBLIC KEY', der: utf8('key\n') });
  });

  it('as PKCS#1', () => {
    expect(publicKeyBlock(block(body, 'RSA PUBLIC KEY'))?.label).toBe('RSA PUBLIC KEY');
  });
});

describe('refused is', () => {
  it.each([
    ['no text', ''],
    ['base64 alone', body],
    ['a block without base64', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----'],
    ['a block of an empty line', block('')],
    ['a block without its end', pem.slice(0, pem.indexOf('-----END'))],
    ['labels that differ', pem.replace('END PUBLIC', 'END RSA PUBLIC')],
    ['a private key', block(body, 'PRIVATE KEY')],
    ['an RSA private key', block(body, 'RSA PRIVATE KEY')],
    ['an encrypted private key', block(body, 'ENCRYPTED PRIVATE KEY')],
    ['a certificate', block(body, 'CERTIFICATE')],
    ['an EC public key by a label nobody uses', block(body, 'EC PUBLIC KEY')],
    ['a lower-case label', pem.toLowerCase()],
    ['text before the block', `Key:\n${pem}`],
    ['text after the block', `${pem}\nKey`],
    ['two blocks', `${pem}\n${pem}`],
    ['a header', block(`Proc-Type: 4,ENCRYPTED\n\n${body}`)],
    ['white space within a line', block('a2V5 Cg==')],
    ['base64 without its padding', block('a2V5Cg')],
    ['padding within', block('a2V5Cg==a2V5')],
    ['surplus bits in the last character', block('a2V5Ch==')],
    ['the alphabet of URLs', block('-_-_')],
    ['text too long', block(`${'AAAA\n'.repeat(pemCharsMax / 5)}AAAA`)],
    ['white space too long', `${pem}${' '.repeat(pemCharsMax)}`],
  ])('%s', (_, text) => {
    expect(publicKeyBlock(text)).toBeUndefined();
  });
});

prop([fc.uint8Array({ minLength: 1, maxLength: 200 })])('any bytes come back', (der) => {
  expect(publicKeyBlock(block(Buffer.from(der).toString('base64')))?.der).toEqual(der);
});

prop([fc.string({ unit: 'binary', maxLength: 60 })])('any text gives a block or undefined', (text) => {
  for (const whole of [text, block(text), `${pem}${text}`, `${text}${pem}`]) {
    const found = publicKeyBlock(whole);
    expect(found === undefined || found.der.length > 0).toBe(true);
  }
});
