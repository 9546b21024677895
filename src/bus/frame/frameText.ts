// Owns: one frame as text, in candump's log form: `123#DEADBEEF`, FD `123##1AABB`, 29-bit ids in eight digits, remote `123#R` or,
// with the length that it asks for, `123#R4`.
import { fromHex, toHex } from '../../core/bytes.ts';
import type { CanFrame } from '../bus.ts';
import { checkFrame } from './checkFrame.ts';

/** FD flags: bit rate switch, error state indicator. */
const brsFlag = 1;
const esiFlag = 2;

export function formatFrame({ id, extended, remote, fd, brs, data, requestedBytes, esi }: CanFrame): string {
  const idText = id
    .toString(16)
    .padStart(extended ? 8 : 3, '0')
    .toUpperCase();
  if (remote) return `${idText}#R${requestedBytes ?? ''}`;
  return `${idText}${fd ? `##${(brs ? brsFlag : 0) | (esi ? esiFlag : 0)}` : '#'}${toHex(data).toUpperCase()}`;
}

/** The frame that a text stands for, or undefined. */
export function parseFrame(text: string): CanFrame | undefined {
  const match =
    /^([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(?:([Rr])([0-8]?)|#([0-9A-Fa-f])((?:[0-9A-Fa-f]{2})*)|((?:[0-9A-Fa-f]{2})*))$/.exec(
      text,
    );
  if (match === null) return undefined;
  const [, idText = '', remote, asked, flags, fdData, classicData = ''] = match;
  const data = fromHex((fdData ?? classicData).toLowerCase());
  if (data === undefined) return undefined;
  const fdFlags = Number.parseInt(flags ?? '0', 16);
  const frame: CanFrame = {
    id: Number.parseInt(idText, 16),
    extended: idText.length === 8,
    remote: remote !== undefined,
    fd: flags !== undefined,
    brs: (fdFlags & brsFlag) !== 0,
    data,
    ...(Number(asked) > 0 && { requestedBytes: Number(asked) }),
    ...((fdFlags & esiFlag) !== 0 && { esi: true as const }),
  };
  return checkFrame(frame, true) === undefined ? frame : undefined;
}
