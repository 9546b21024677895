// Owns: what an error of the file system, or of what a file holds, is called in a user's words. The one place for it.

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'no space is left to this user',
  EFBIG: 'it would become longer than files may be here',
  ENOTDIR: 'a file stands where a folder should be',
  EISDIR: 'a folder stands where a file should be',
  EEXIST: 'something of that name is there already',
  ENOTEMPTY: 'the folder is not empty',
  ENAMETOOLONG: 'the name is too long',
  EILSEQ: 'the file system takes no such name',
  EINVAL: 'the file system takes no such name or request',
  ELOOP: 'symbolic links that lead in a circle',
  EXDEV: 'the two places are on different file systems',
  EMFILE: 'this process has too many files open',
  ENFILE: 'this machine has too many files open',
  ENOMEM: 'no memory is left',
  EIO: 'the disk or device failed',
  ENODEV: 'there is no such device',
  ENXIO: 'nothing is at the other end of it',
  EBUSY: 'it is in use',
  ETXTBSY: 'it is a program that runs',
  EPIPE: 'its reader went away',
  ESTALE: 'the file server knows it no more',
  ENOTSUP: 'the file system cannot do this',
  EOPNOTSUPP: 'the file system cannot do this',
  ENOSYS: 'the file system cannot do this',
  ERR_INVALID_ARG_VALUE: 'the name holds a zero byte',
  Z_BUF_ERROR: 'the gzip file ends too early',
};

/** Why a file was refused that the file system would have opened. */
export class NotRegularError extends Error {}

/** The code of an error of the file system, such as ENOENT. */
export function ioCode(error: unknown): string {
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : 'unknown';
}

/** Why an operation on a file failed, in words; `special` says what a code means where it means something else. */
export function ioReason(error: unknown, special: Readonly<Record<string, string>> = {}): string {
  if (error instanceof NotRegularError) return error.message;
  const code = ioCode(error);
  const known = special[code] ?? reasons[code];
  if (known === undefined && code.startsWith('Z_')) return 'this is no gzip file, or it is damaged';
  return known ?? `the system says ${code}`;
}

/** Where a folder is looked for, or a new file is to be made, it is a folder that is missing. */
export const noSuchFolder = { ENOENT: 'no such folder' } as const;
