// Owns: how media that are to be refused are tried on every ECU that reads media.
import { describe, expect, it } from 'vitest';
import { trustedVersions } from '../../../src/uptane/verification/trusted.ts';
import { type MediaAttack, offlinePrimary, offlineSecondary, offlineWorld } from './offlineFixtures.ts';

/** Each is refused by its fault, and of what is on the media no more is kept than the roots. */
export function refusesMedia(attacks: readonly MediaAttack[]): void {
  describe.each([offlinePrimary, offlineSecondary])('$name refuses media', ({ verify }) => {
    it.each(attacks.map((row): [string, MediaAttack] => [row.title, row]))(
      '%s, and trusts the roots alone',
      (_, { media, fault }) => {
        const world = offlineWorld();
        const outcome = verify(media(world), world.provisioned());
        expect(outcome.result).toMatchObject({ ok: false, fault });
        expect(Object.keys(trustedVersions(outcome.trusted))).toEqual(['director/root', 'image/root']);
      },
    );
  });
}
