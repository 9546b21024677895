import { expect, it } from 'vitest';
import { SlcanAnswers } from '../../../src/attach/client/slcanAnswers.ts';
import { fc, prop } from '../../support/property.ts';

const shown = (answers: readonly boolean[]) => answers.map((isTaken) => (isTaken ? '+' : '-')).join('');

it.each<[string, string]>([
  ['\r', '+'],
  ['\x07', '-'],
  ['z\rZ\r\x07\r', '++-+'],
  ['t1232AABB\rz\rT000001230\r\x07', '+-'],
  ['r1230\rR000001230\rd1230\rD000001230\rb1230\rB000001230\r', ''],
  ['F00\r', '+'],
  ['t123', ''],
])('%j says %j', (text, answers) => {
  expect(shown(new SlcanAnswers().read(text))).toBe(answers);
});

const words = fc.array(fc.constantFrom('\r', '\x07', 'z\r', 'Z\r', 't1232AABB\r', 'T000001230\r'), { maxLength: 40 });

prop([words, fc.array(fc.nat(5), { minLength: 1 })])('come in pieces of any size', (said, sizes) => {
  const whole = said.join('');
  const answers = new SlcanAnswers();
  const read: boolean[] = [];
  for (let at = 0, piece = 0; at < whole.length; piece += 1) {
    const size = 1 + (sizes[piece % sizes.length] ?? 0);
    read.push(...answers.read(whole.slice(at, at + size)));
    at += size;
  }
  expect(read).toEqual(new SlcanAnswers().read(whole));
});
