// Owns: the file of `ecunet run --capture`, and what the user is told that it will not hold.
import { captureBuses, captureEthernets } from '../capture/busCapture.ts';
import { captureFormatOf } from '../capture/captureFormats.ts';
import type { CapturedBus } from '../capture/record/captureRecord.ts';
import { CaptureFile } from '../capture/writeCaptureFile.ts';
import type { RunInputs } from '../sim/inputs/inputs.ts';
import type { Transports } from '../sim/transports/transports.ts';
import { type Io, tell } from './process/io.ts';
import { isStandardOutput } from './process/standardOutput.ts';

/** The npm module does not tell it: what is written of these frames is a guess. */
const notKnownOfReal = 'SocketCAN: the FD, BRS and ESI flags of frames received from outside are not known';

/** Records what a vehicle's network carries. */
export function captureTransports(file: CaptureFile, { scenario }: RunInputs, { buses, ethernets }: Transports): void {
  captureBuses(buses, scenario.start, (record) => file.put(record));
  captureEthernets(ethernets, scenario.start, (record) => file.put(record));
}

/** Opens the file, or standard output; tells the user a line for each thing that it cannot hold. Throws an InputError for a file that cannot be. */
export function openCapture(path: string, { scenario, interfaces }: RunInputs, io: Io): CaptureFile {
  const buses = Object.keys(scenario.vehicle.buses).map((name): CapturedBus => {
    return { name, kind: 'can', ...(interfaces.has(name) && { note: notKnownOfReal }) };
  });
  const networks = Object.keys(scenario.vehicle.ethernets);
  const ethernets = networks.map((name): CapturedBus => ({ name, kind: 'ethernet' }));
  const file = new CaptureFile(
    path,
    { startS: scenario.start, buses: [...buses, ...ethernets] },
    isStandardOutput(path) ? io.out : undefined,
  );
  if (interfaces.size > 0) tell(io, `${path}: ${notKnownOfReal}`);
  const { lacks } = captureFormatOf(path) ?? {};
  if (
    buses.length > 1 &&
    lacks?.nameOf !== undefined &&
    buses.every(({ name }) => lacks.nameOf?.(name) === undefined)
  ) {
    tell(io, `${path} has no place for the names of buses: all that they carry looks like one; .pcapng holds them`);
  }
  if (networks.length > 0 && captureFormatOf(path)?.holdsEthernet === false)
    tell(io, `${path} ${leftOutWords(networks)}; .pcapng holds both`);
  return file;
}

function leftOutWords(networks: readonly string[]): string {
  const which = `the Ethernet ${networks.join(', ')} ${networks.length === 1 ? 'is' : 'are'} left out`;
  return `holds CAN buses only: ${which}`;
}
