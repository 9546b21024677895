// O and N1: what an ECU says of itself, and what is believed of it.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../src/core/bytes.ts';
import { attacksReportedMax, faultMessageCharsMax } from '../../../src/core/limits.ts';
import { decodeMetadata } from '../../../src/uptane/decode/metadata.ts';
import { canonicalJson } from '../../../src/uptane/json/canonicalJson.ts';
import { type JsonValue, parseStrictJson } from '../../../src/uptane/json/strictJson.ts';
import { remoteFault } from '../../../src/uptane/model/faults.ts';
import { uptaneProfile } from '../../../src/uptane/model/profile.ts';
import { signPayload } from '../../../src/uptane/signing/sign.ts';
import {
  checkVersionReport,
  claimedImage,
  claimedSerial,
  makeVersionReport,
  type VersionReport,
} from '../../../src/uptane/statements/versionReport.ts';
import { attacker, impostor } from '../support/attacks.ts';
import { begin, keyNamed, signatures, succeeded } from '../support/fixtures.ts';

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
    const counted = { ...report, installed: { ...report.installed, releaseCounter: 3 } };
    expect(succeeded(check(makeVersionReport(counted, key)))).toEqual(counted);
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
    expect(seen[0]?.message).toBe(`${'\u{1f600}'.repeat(faultMessageCharsMax / 2 - 1)}…`);
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
        const found = remoteFault({ clause: 'V1', code, message });
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

  it('says by itself which image it claims, whoever signed it; one that says none is refused in words [O3]', () => {
    const counted = { ...report.installed, releaseCounter: 3 };
    const made = received(makeVersionReport({ ...report, installed: counted }, attacker));
    expect(claimedImage(made)).toEqual({ ok: true, value: counted });
    expect(claimedImage(null)).toEqual({ ok: false, fault: 'report: an object is needed' });
    expect(claimedImage(received(resigned({ installed_image: null })))).toMatchObject({ ok: false });
  });

  it('of another maker may say what it likes beside the image: that counts for nothing [O3]', () => {
    const fileinfo = { length: 1, hashes: {}, custom: { color: 'red' } };
    const { installed } = succeeded(check(resigned({ installed_image: { filepath: 'a', fileinfo } })));
    expect(installed).toEqual({ filename: 'a', length: 1, hashes: {} });
  });

  const what = 'the report of ecu-1';
  const bad = ['bad-signature', `the signature of ${what} is bad`] as const;
  const malformed = (words: string) => ['malformed', `${what}${words}`] as const;
  const hex = (bytes: number) => `${bytes} bytes in lower-case hexadecimal are needed`;
  const block = (changes: object) => edited((file) => Object.assign(file.signatures[0] ?? {}, changes));
  const hashed = (changes: object) => edited((file) => Object.assign(file.signatures[0]?.hash ?? {}, changes));
  const info = (changes: object) =>
    resigned({ installed_image: { filepath: 'a', fileinfo: { length: 1, hashes: {}, ...changes } } });
  const attack = (changes: object) =>
    resigned({ attacks_detected: [{ code: '', clause: '', message: '', ...changes }] });
  const rows: readonly [string, object, readonly [code: string, words: string]][] = [
    [
      'signed by another ECU’s key [J5]',
      makeVersionReport(report, attacker),
      ['wrong-key', `${what} is signed by key ${attacker.keyId.slice(0, 8)}, not by its own`],
    ],
    ['signed in its key’s name [J5]', makeVersionReport(report, impostor(key)), bad],
    ['changed after it was signed [J5 O6]', edited((file) => Object.assign(file.signed, { report_counter: 5 })), bad],
    [
      'changed together with its hash [N1]',
      edited((file) => {
        const other = signPayload({ ...file.signed, report_counter: 5 }, attacker) as Loose;
        Object.assign(file.signed, { report_counter: 5 });
        Object.assign(file.signatures[0] ?? {}, { hash: other.signatures[0]?.hash });
      }),
      bad,
    ],
    ['with a hash that is not its own [N1]', hashed({ digest: '00'.repeat(32) }), bad],
    ['with another hash function [N1]', hashed({ function: 'sha512' }), bad],
    [
      'without hash function [N1]',
      hashed({ function: 1 }),
      malformed('.signatures[0].hash.function: a text is needed'),
    ],
    [
      'with a long hash function [N1]',
      hashed({ function: 'x'.repeat(65) }),
      malformed('.signatures[0].hash.function: a text of at most 64 characters is needed'),
    ],
    ['with a short hash [N1]', hashed({ digest: 'ab' }), malformed(`.signatures[0].hash.digest: ${hex(32)}`)],
    ['without hash [N1]', block({ hash: null }), malformed('.signatures[0].hash: an object is needed')],
    ['with a short signature [N1]', block({ sig: 'ab' }), malformed(`.signatures[0].sig: ${hex(64)}`)],
    ['with a short key identifier [N1]', block({ keyid: 'ab' }), malformed(`.signatures[0].keyid: ${hex(32)}`)],
    [
      'without signatures [J5]',
      edited((file) => file.signatures.pop()),
      malformed('.signatures[0]: an object is needed'),
    ],
    [
      'with two signatures [J5]',
      edited((file) => file.signatures.push(...file.signatures)),
      malformed('.signatures: a list of at most 1 is needed'),
    ],
    [
      'without payload [J5]',
      edited((file) => Reflect.deleteProperty(file, 'signed')),
      malformed('.signed: an object is needed'),
    ],
    ['that speaks for another ECU [J5]', resigned({ ecu_serial: 'ecu-2' }), ['wrong-key', `${what} speaks for ecu-2`]],
    [
      'that speaks for nobody [O2]',
      resigned({ ecu_serial: '' }),
      malformed(': ecu_serial: an identifier without control characters is needed'),
    ],
    [
      'without a counter [O6]',
      resigned({ report_counter: undefined }),
      malformed(': report_counter: a whole number from 0 is needed'),
    ],
    [
      'with a counter below nought [O6]',
      resigned({ report_counter: -1 }),
      malformed(': report_counter: a whole number from 0 is needed'),
    ],
    [
      'with a counter in text [O6]',
      resigned({ report_counter: '5' }),
      malformed(': report_counter: a whole number from 0 is needed'),
    ],
    [
      'with an impossible time [O5]',
      resigned({ timeserver_time: '2026-13-01T00:00:00Z' }),
      malformed(': timeserver_time: a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset'),
    ],
    [
      'with an impossible previous time [O5]',
      resigned({ previous_timeserver_time: 'x' }),
      malformed(
        ': previous_timeserver_time: a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset',
      ),
    ],
    [
      'without time [O5]',
      resigned({ timeserver_time: null }),
      malformed(': timeserver_time: a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset'),
    ],
    [
      'with a long time [O5]',
      resigned({ timeserver_time: 'x'.repeat(21) }),
      malformed(': timeserver_time: a time such as 2030-01-01T00:00:00Z is needed: UTC, whole seconds, no offset'),
    ],
    ['without an image [O3]', resigned({ installed_image: null }), malformed(': installed_image: an object is needed')],
    [
      'with an image without name [O3]',
      resigned({ installed_image: { fileinfo: {} } }),
      malformed(': installed_image.filepath: a text is needed'),
    ],
    [
      'with an image of an endless name [O3]',
      resigned({ installed_image: { filepath: 'x'.repeat(181), fileinfo: {} } }),
      malformed(': installed_image.filepath: a text of at most 180 characters is needed'),
    ],
    [
      'with an image of which nothing is said [O3]',
      resigned({ installed_image: { filepath: 'a' } }),
      malformed(': installed_image.fileinfo: an object is needed'),
    ],
    [
      'with an image of negative length [O3]',
      info({ length: -1 }),
      malformed(': installed_image.fileinfo.length: a whole number from 0 is needed'),
    ],
    [
      'with an image of half a release [O3]',
      info({ custom: { releaseCounter: 0.5 } }),
      malformed(': installed_image.fileinfo.custom.releaseCounter: a whole number from 0 is needed'),
    ],
    [
      'with an image of a short hash [O3]',
      info({ hashes: { sha256: 'ab' } }),
      malformed(`: installed_image.fileinfo.hashes.sha256: ${hex(32)}`),
    ],
    [
      'without a list of attacks [O4]',
      resigned({ attacks_detected: {} }),
      malformed(': attacks_detected: a list is needed'),
    ],
    [
      'with endless attacks [O4]',
      resigned({ attacks_detected: Array(attacksReportedMax + 1).fill({ code: '', clause: '', message: '' }) }),
      malformed(`: attacks_detected: a list of at most ${attacksReportedMax} is needed`),
    ],
    [
      'with an attack that is a text [O4]',
      resigned({ attacks_detected: ['x'] }),
      malformed(': attacks_detected[0]: an object is needed'),
    ],
    [
      'with endless words [O4]',
      attack({ message: 'x'.repeat(faultMessageCharsMax + 1) }),
      malformed(': attacks_detected[0]: a text of at most 200 characters is needed'),
    ],
    [
      'with an endless code [O4]',
      attack({ code: 'x'.repeat(61) }),
      malformed(': attacks_detected[0]: a text of at most 60 characters is needed'),
    ],
    [
      'with an endless clause [O4]',
      attack({ clause: 'x'.repeat(17) }),
      malformed(': attacks_detected[0]: a text of at most 16 characters is needed'),
    ],
    [
      'with an endless attack [O4]',
      attack({ attack: 'x'.repeat(61) }),
      malformed(': attacks_detected[0]: a text of at most 60 characters is needed'),
    ],
    ['with an attack in a number [O4]', attack({ attack: 1 }), malformed(': attacks_detected[0]: a text is needed')],
    ['that is a list [J5]', [], malformed(': an object is needed')],
  ];
  it.each(rows)('is not believed %s', (_, value, [code, message]) => {
    expect(check(value)).toEqual({
      ok: false,
      fault: { kind: 'remote', code, clause: 'J5', message, attack: 'report-forgery' },
    });
  });

  it('may hold as much as is allowed, and an image of no bytes [O3 O4]', () => {
    const code = 'x'.repeat(60);
    const full = { code, clause: 'y'.repeat(16), message: 'z'.repeat(faultMessageCharsMax), attack: code };
    const attacks_detected = Array(attacksReportedMax).fill(full);
    const fileinfo = { length: 0, hashes: { sha512: 'ab'.repeat(64) } };
    const installed_image = { filepath: 'f'.repeat(180), fileinfo };
    const read = succeeded(check(resigned({ attacks_detected, installed_image, report_counter: 0 })));
    expect(read).toMatchObject({ attacksDetected: attacks_detected, counter: 0 });
    expect(read.installed).toEqual({ filename: 'f'.repeat(180), ...fileinfo });
  });

  it('tells whom it claims to come from before it is judged', () => {
    expect(claimedSerial(received(makeVersionReport(report, attacker)))).toEqual({ ok: true, value: 'ecu-1' });
    const claim = (value: object) => claimedSerial(received(value));
    expect(claim([])).toEqual({ ok: false, fault: 'report: an object is needed' });
    expect(claim({})).toEqual({ ok: false, fault: 'signed: an object is needed' });
    expect(claim({ signed: { ecu_serial: 'a\nb' } })).toEqual({
      ok: false,
      fault: 'ecu_serial: an identifier without control characters is needed',
    });
  });
});
