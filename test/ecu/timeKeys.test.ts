import { describe, expect, it } from 'vitest';
import { Ecu } from '../../src/ecu/ecu.ts';
import type { VerificationMode } from '../../src/ecu/identity.ts';
import { fileName, uptaneProfile } from '../../src/uptane/model/profile.ts';
import { makeTimeAttestation } from '../../src/uptane/statements/timeAttestation.ts';
import { verifyPartial } from '../../src/uptane/verification/partial.ts';
import { runProcedure } from '../../src/uptane/verification/procedure.ts';
import { Bench, begin, keyOf, serials, signatures, succeeded, vin } from './support/bench.ts';

const oldKey = keyOf('time');
const newKey = keyOf('time 2');

function booted(mode: Exclude<VerificationMode, 'full'>) {
  const bench = new Bench(serials, { partial: mode });
  const { ports } = bench.ecu('partial');
  const boot = () => new Ecu(ports);
  const ecu = boot();
  /** What this ECU accepts of an attestation by these keys. */
  const attested = (keys: readonly (typeof oldKey)[], time = bench.now(), one = ecu) => {
    const accepted = one.acceptTime(makeTimeAttestation(time, [one.timeToken], keys), 'Y3', [one.timeToken]);
    return accepted.ok ? 'accepted' : accepted.fault.code;
  };
  /** Trusts what the Director says now. */
  const verify = () => {
    const files = bench.bundle(mode);
    const context = { signatures, profile: uptaneProfile, now: ecu.now(), vin, vehicleEcus: undefined };
    const procedure = verifyPartial(context, ecu.trusted, { followsRoot: mode === 'partial+root' });
    const outcome = runProcedure(procedure, (request) =>
      files.get(`${request.repository}/${fileName(uptaneProfile, request)}`),
    );
    ecu.trust(outcome.trusted);
    return outcome.result.ok;
  };
  const rotate = () => succeeded(bench.servers.director.rotate({ timeserver: [newKey] }, bench.now()));
  bench.report();
  return { bench, ecu, boot, attested, verify, rotate };
}

describe.each(['partial', 'partial+root'] as const)('the time keys of a %s ECU', (mode) => {
  it('are those of the Root that it was made with, until it is told of others [Y4]', () => {
    const { attested, rotate } = booted(mode);
    rotate();
    expect(attested([newKey])).toBe('bad-signature');
    expect(attested([oldKey])).toBe('accepted');
  });

  it('are the new ones once it trusts the metadata that names them, also after a restart [Y4]', () => {
    const { attested, verify, rotate, boot, bench } = booted(mode);
    attested([oldKey]);
    rotate();
    expect(verify()).toBe(true);
    const again = boot();
    expect(attested([oldKey], bench.now(), again)).toBe('bad-signature');
    expect(attested([newKey], bench.now(), again)).toBe('accepted');
  });

  it('set back its clock to nothing when they change, and nothing is fresh until they attest a time [Y5]', () => {
    const { attested, verify, rotate, ecu, boot } = booted(mode);
    attested([oldKey]);
    rotate();
    verify();
    expect(ecu.now()).toBeUndefined();
    expect(boot().now()).toBeUndefined();
    expect(verify()).toBe(false);
    attested([newKey]);
    expect(ecu.now()).toBe(begin);
    expect(verify()).toBe(true);
  });

  it('let the clock go back in that case only [Y5 Y3]', () => {
    const { attested, verify, rotate, ecu, bench } = booted(mode);
    attested([oldKey]);
    expect(verify()).toBe(true);
    expect(attested([oldKey], bench.now() + 3600)).toBe('accepted');
    expect(attested([oldKey])).toBe('time-not-later');
    expect(ecu.now()).toBe(begin + 3600);
    rotate();
    verify();
    expect(attested([newKey])).toBe('accepted');
    expect(ecu.now()).toBe(begin);
  });

  it('that sign along with the old ones are believed before and after [Y5]', () => {
    const { attested, verify, rotate } = booted(mode);
    rotate();
    expect(attested([oldKey, newKey])).toBe('accepted');
    verify();
    expect(attested([oldKey, newKey])).toBe('accepted');
  });

  it('stay, and the clock with them, where other keys rotate [Y5]', () => {
    const { attested, verify, ecu, bench } = booted(mode);
    attested([oldKey]);
    succeeded(bench.servers.director.rotate({ snapshot: [keyOf('snapshot 2')] }, bench.now()));
    expect(verify()).toBe(true);
    expect(ecu.now()).toBe(begin);
  });
});

it('an ECU that follows the Root does not go by what Targets say of the time keys [Y4]', () => {
  const { ecu, attested, verify, rotate } = booted('partial+root');
  attested([oldKey]);
  verify();
  rotate();
  // The new Targets, without the Root that belongs to them.
  const { director } = ecu.trusted;
  const told = booted('partial');
  told.attested([oldKey]);
  told.rotate();
  told.verify();
  const { targets } = told.ecu.trusted.director;
  ecu.trust({ director: { ...director, ...(targets !== undefined && { targets }) } });
  expect(attested([newKey])).toBe('bad-signature');
  expect(ecu.now()).toBe(begin);
});
