// O and N1: what an ECU says of itself, and what is believed of it.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { attacksReportedMax, faultMessageCharsMax } from '../../src/core/limits.ts';
import { canonicalJson } from '../../src/uptane/canonicalJson.ts';
import { decodeMetadata } from '../../src/uptane/decodeMetadata.ts';
import { remoteFault } from '../../src/uptane/faults.ts';
import { uptaneProfile } from '../../src/uptane/profile.ts';
import { signPayload } from '../../src/uptane/sign.ts';
import { type JsonValue, parseStrictJson } from '../../src/uptane/strictJson.ts';
import {
  checkVersionReport,
  claimedSerial,
  makeVersionReport,
  type VersionReport,
} from '../../src/uptane/versionReport.ts';
import { attacker, impostor } from './attacks.ts';
import { begin, keyNamed, signatures, succeeded } from './fixtures.ts';

const key = keyNamed('ecu');
const report: VersionReport = {
  ecuSerial: 'ecu-1',
  installed: { filename: 'app.bin', length: 3, hashes: { sha256: 'ab'.repeat(32) } },
  attacksDetected: [{ code: 'rollback', clause: 'V4', attack: 'rollback', message: 'version 1 after 2' }],
  time: begin,
  previousTime: begin - 60,
  counter: 4,
};
/** As it arrives: through bytes. */
const received = (value: object): JsonValue => succeeded(parseStrictJson(canonicalJson(value)));
const check = (value: object, owner = key) => checkVersionReport(signatures, owner.key, 'ecu-1', received(value));
interface Loose {
  signatures: { keyid: string; sig: string; hash: { function: string; digest: string } }[];
  signed: Record<string, unknown>;
}
const edited = (change: (file: Loose) => void): object => {
  const file = structuredClone(makeVersionReport(report, key)) as Loose;
  change(file);
  return file;
};
const resigned = (changes: object): object => {
  const { signed } = structuredClone(makeVersionReport(report, key)) as Loose;
  return signPayload({ ...signed, ...changes }, key);
};

describe('a version report', () => {
  it('says all that O asks for, and comes back as it was made [O1 O2 O3 O4 O5 O6]', () => {
    expect(succeeded(check(makeVersionReport(report, key)))).toEqual(report);
    const never = { ...report, time: undefined, previousTime: undefined, attacksDetected: [] };
    expect(succeeded(check(makeVersionReport(never, key)))).toEqual(never);
  });

  it('has a signature block with key id, method, hash function and hash, signed over that hash [N1 O1]', () => {
    const { signatures: blocks } = makeVersionReport(report, key) as Loose;
    expect(blocks).toEqual([
      {
        keyid: key.keyId,
        method: 'ed25519',
        hash: { function: 'sha256', digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
        sig: expect.stringMatching(/^[0-9a-f]{128}$/),
      },
    ]);
  });

  it('keeps the latest of more attacks than it may carry, with words cut to size [O4]', () => {
    const attacksDetected = Array.from({ length: attacksReportedMax + 3 }, (_, index) => ({
      code: 'malformed' as const,
      clause: `C${index}`,
      message: '\u{1f600}'.repeat(faultMessageCharsMax),
    }));
    const { attacksDetected: seen } = succeeded(check(makeVersionReport({ ...report, attacksDetected }, key)));
    expect(seen.map(({ clause }) => clause)).toEqual(
      attacksDetected.slice(-attacksReportedMax).map(({ clause }) => clause),
    );
    expect(seen[0]?.message).toBe('\u{1f600}'.repeat(faultMessageCharsMax / 2));
  });

  it('can be made whatever a served file put into a fault’s words: half a surrogate pair would throw [O4]', () => {
    for (let shift = 0; shift < 4; shift += 1) {
      const name = `${'x'.repeat(shift)}${'\u{1f600}'.repeat(200)}`;
      for (const text of [
        `{"${name}":1,"${name}":1}`,
        `{"signatures":[],"signed":{"_type":"targets","version":1,"expires":"2026-01-01T00:00:00Z","targets":{"${name}":1}}}`,
      ]) {
        const decoded = decodeMetadata({ profile: uptaneProfile, repository: 'image', role: 'targets' }, utf8(text));
        const { code, message } = decoded.ok ? expect.fail() : decoded.fault;
        const found = remoteFault({ code, clause: 'V1', message });
        for (const words of [message, found.message]) {
          succeeded(check(makeVersionReport({ ...report, attacksDetected: [{ ...found, message: words }] }, key)));
        }
      }
    }
  });

  it('of an ECU’s own odd words does not reach an operator’s terminal as they are [O4]', () => {
    const attacks_detected = [{ code: '\u001b[2J', clause: '\u202e', message: '\u0007', attack: '\u0000' }];
    const filepath = '\u001bc';
    const odd = resigned({ attacks_detected, installed_image: { filepath, fileinfo: { length: 1, hashes: {} } } });
    const { attacksDetected, installed } = succeeded(check(odd));
    expect(JSON.stringify([attacksDetected, installed])).not.toMatch(/\\u00|\u202e/);
  });

  const rows: readonly [string, object, string][] = [
    ['signed by another ECU’s key [J5]', makeVersionReport(report, attacker), 'wrong-key'],
    ['signed in its key’s name [J5]', makeVersionReport(report, impostor(key)), 'bad-signature'],
    [
      'changed after it was signed [J5 O6]',
      edited((file) => Object.assign(file.signed, { report_counter: 5 })),
      'bad-signature',
    ],
    [
      'changed together with its hash [N1]',
      edited((file) => {
        const other = signPayload({ ...file.signed, report_counter: 5 }, attacker) as Loose;
        Object.assign(file.signed, { report_counter: 5 });
        Object.assign(file.signatures[0] ?? {}, { hash: other.signatures[0]?.hash });
      }),
      'bad-signature',
    ],
    [
      'with a hash that is not its own [N1]',
      edited((file) => Object.assign(file.signatures[0]?.hash ?? {}, { digest: '00'.repeat(32) })),
      'bad-signature',
    ],
    [
      'with another hash function [N1]',
      edited((file) => Object.assign(file.signatures[0]?.hash ?? {}, { function: 'sha512' })),
      'bad-signature',
    ],
    ['without signatures [J5]', edited((file) => file.signatures.pop()), 'malformed'],
    ['with two signatures [J5]', edited((file) => file.signatures.push(...file.signatures)), 'malformed'],
    ['without payload [J5]', edited((file) => Reflect.deleteProperty(file, 'signed')), 'malformed'],
    ['that speaks for another ECU [J5]', resigned({ ecu_serial: 'ecu-2' }), 'wrong-key'],
    ['without a counter [O6]', resigned({ report_counter: undefined }), 'malformed'],
    ['with a counter below nought [O6]', resigned({ report_counter: -1 }), 'malformed'],
    ['with a counter in text [O6]', resigned({ report_counter: '5' }), 'malformed'],
    ['with an impossible time [O5]', resigned({ timeserver_time: '2026-13-01T00:00:00Z' }), 'malformed'],
    ['without an image [O3]', resigned({ installed_image: null }), 'malformed'],
    [
      'with endless attacks [O4]',
      resigned({ attacks_detected: Array(attacksReportedMax + 1).fill({ code: '', clause: '', message: '' }) }),
      'malformed',
    ],
    [
      'with endless words [O4]',
      resigned({ attacks_detected: [{ code: '', clause: '', message: 'x'.repeat(faultMessageCharsMax + 1) }] }),
      'malformed',
    ],
    ['that is a list [J5]', [], 'malformed'],
  ];
  it.each(rows)('is not believed %s', (_, value, code) => {
    expect(check(value)).toMatchObject({ ok: false, fault: { code, clause: 'J5', attack: 'report-forgery' } });
  });

  it('tells whom it claims to come from before it is judged', () => {
    expect(claimedSerial(received(makeVersionReport(report, attacker)))).toEqual({ ok: true, value: 'ecu-1' });
    for (const value of [null, [], {}, { signed: { ecu_serial: 'a\nb' } }])
      expect(claimedSerial(received({ value }))).toMatchObject({ ok: false });
  });
});
