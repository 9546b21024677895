// A file that was decoded is not decoded again: within bounds, and never in the place of another.
import { describe, expect, it } from 'vitest';
import { utf8 } from '../../src/core/bytes.ts';
import { decodeMetadata, type MetadataPlace } from '../../src/uptane/decode/metadata.ts';
import { decodedFileKeptBytesMax, decodedFilesKeptMax } from '../../src/uptane/limits.ts';
import type { RoleName } from '../../src/uptane/model/metadata.ts';
import { uptaneProfile } from '../../src/uptane/model/profile.ts';
import { drafted, type Edit } from './decode/support/decodeBench.ts';
import { succeeded } from './support/fixtures.ts';

const bytesOf = (role: RoleName, edit?: Edit) => utf8(JSON.stringify(drafted(role, edit)));
const place: MetadataPlace<'targets'> = { profile: uptaneProfile, repository: 'image', role: 'targets' };
const bodyOf = (bytes: Uint8Array) => succeeded(decodeMetadata(place, bytes)).body;

describe('a decoded file', () => {
  it('is the same one for equal bytes, with the bytes as they came', () => {
    const [first, second] = [bytesOf('targets'), bytesOf('targets')];
    expect(bodyOf(second)).toBe(bodyOf(first));
    expect(succeeded(decodeMetadata(place, second)).bytes).toBe(second);
  });

  it('is the same one right away, however many were decoded before it', () => {
    for (let version = 1; version <= decodedFilesKeptMax + 1; version += 1) {
      const edit: Edit = (signed) => {
        signed.version = version;
      };
      expect(bodyOf(bytesOf('targets', edit))).toBe(bodyOf(bytesOf('targets', edit)));
    }
  });

  it('is another one where a byte differs', () => {
    const changed = bytesOf('targets', (signed) => {
      signed.version = 2;
    });
    expect([bodyOf(bytesOf('targets')).version, bodyOf(changed).version]).toEqual([1, 2]);
  });

  it('does not pass in another role, repository, profile or without a network', () => {
    const bytes = bytesOf('targets', (signed) => {
      signed.delegations = { keys: {}, roles: [] };
    });
    expect(bodyOf(bytes).delegations).toBeDefined();
    expect(decodeMetadata({ ...place, role: 'root' }, bytes)).toMatchObject({ fault: { code: 'wrong-role' } });
    expect(decodeMetadata({ ...place, offline: true }, bytes)).toMatchObject({ fault: { code: 'wrong-role' } });
    const director = succeeded(decodeMetadata({ ...place, repository: 'director' }, bytes));
    expect(director.body.delegations).toBeUndefined();
    const opaque = succeeded(decodeMetadata({ ...place, profile: { ...uptaneProfile, custom: 'opaque' } }, bytes));
    expect(opaque.body.targets.get('app.bin')?.mustMatch.releaseCounter).toBeUndefined();
  });

  it('is not kept where it is long, nor for ever', () => {
    const long = utf8(JSON.stringify(drafted('targets')).padEnd(decodedFileKeptBytesMax + 1));
    expect(bodyOf(long)).not.toBe(bodyOf(long));
    const first = bodyOf(bytesOf('targets'));
    for (let version = 2; version <= 2 * decodedFilesKeptMax; version += 1) {
      const edit: Edit = (signed) => {
        signed.version = version;
      };
      bodyOf(bytesOf('targets', edit));
    }
    expect(bodyOf(bytesOf('targets'))).not.toBe(first);
    expect(bodyOf(bytesOf('targets'))).toEqual(first);
  });
});
