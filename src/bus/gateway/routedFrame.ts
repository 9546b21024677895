// Owns: what becomes of a frame between CAN and CAN FD. Must not know buses, tables or time.
import type { CanFrame } from '../bus.ts';
import { classicDataBytesMax } from '../frame/checkFrame.ts';
import { type FrameRoute, routedId } from './frameRoutes.ts';

/** Why a frame cannot have the form in which it would go on. */
export type FormReason =
  /** An FD frame of more than 8 bytes has no classic form. */
  | 'too-long'
  /** A remote request has no FD form. */
  | 'remote';

/** `frame` as it goes by `route` to a bus that carries FD frames, or not; or why it cannot. */
export function routedFrame(frame: CanFrame, route: FrameRoute, toFd: boolean): CanFrame | FormReason {
  const fd = toFd && (route.format === undefined ? frame.fd : route.format === 'fd');
  if (fd && frame.remote) return 'remote';
  if (!fd && frame.data.length > classicDataBytesMax) return 'too-long';
  const brs = fd && (frame.fd ? frame.brs : true);
  const { remote, data, requestedBytes, esi } = frame;
  const kept = { ...(requestedBytes !== undefined && { requestedBytes }), ...(fd && esi && { esi }) };
  return { ...routedId(route, frame.id), remote, fd, brs, data, ...kept };
}
