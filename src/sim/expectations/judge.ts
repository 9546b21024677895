// Owns: judging a scenario's expectations against the world as it stands and the ledger. Every verdict is read from where
// the thing itself is: bytes from a bank, reports from the Director.
import { equalBytes } from '../../core/bytes.ts';
import type { VehicleState } from '../../repository/director/campaigns.ts';
import { trustedVersions } from '../../uptane/trusted.ts';
import type { FoundFault } from '../events.ts';
import type { Ledger } from '../ledger.ts';
import { babblingNodes } from '../reports/busReport.ts';
import type { Expectation } from '../scenario/schema.ts';
import type { World } from '../world.ts';

export interface Verdict {
  readonly text: string;
  readonly passed: boolean;
  readonly actual: string;
}

export function judge(world: World, ledger: Ledger, expected: Expectation): Verdict {
  if ('manifest' in expected) return judgeManifest(ledger, expected.manifest);
  if ('eavesdropper' in expected) return judgeEavesdropper(world, expected);
  if ('campaign' in expected) return judgeCampaign(world, expected.campaign, expected.is);
  if ('babbling' in expected) return judgeBabbling(world, expected.bus, expected.babbling);
  if ('busOff' in expected) return judgeBusOff(world, expected.bus, expected.node, expected.busOff);
  if ('gateway' in expected) return judgeGateway(world, expected.gateway, expected.drops);
  const { ecu } = expected;
  if ('runs' in expected) return judgeRunning(world, ecu, expected.runs);
  if ('runsImageOf' in expected) return judgeAttackers(world, ecu);
  if ('transfer' in expected) return judgeTransfer(ledger, ecu, expected.transfer);
  if ('trusts' in expected) return judgeTrust(world, ecu, expected.trusts, expected.version);
  if ('reports' in expected) return judgeReport(world, ecu, expected.reports);
  const found = ledger.cycleFaults.get(ecu) ?? [];
  const actual = found.map(({ code, clause }) => `${code} [${clause}]`).join(', ') || 'nothing';
  if ('findsNothing' in expected) return { text: `${ecu} finds nothing wrong`, passed: found.length === 0, actual };
  const { finds, clause, only = false } = expected;
  const isMeant = (fault: FoundFault) => fault.code === finds && (clause === undefined || fault.clause === clause);
  return {
    text: `${ecu} finds ${finds}${clause === undefined ? '' : ` [${clause}]`}${only ? ' and nothing else' : ''}`,
    passed: found.some(isMeant) && (!only || found.every(isMeant)),
    actual,
  };
}

/** Whose bytes are in the bank that the ECU booted. */
function runningBytes(
  world: World,
  ecu: string,
): { readonly filename: string; readonly maker: 'genuine' | 'attacker' | 'unknown' } {
  const simulated = world.vehicle.ecus.get(ecu);
  if (simulated === undefined) return { filename: '', maker: 'unknown' };
  const bytes = simulated.runningBytes();
  const { filename } = simulated.ecu.banks.running;
  const isIn = (images: ReadonlyMap<string, Uint8Array>) => {
    const made = images.get(filename);
    return made !== undefined && equalBytes(made, bytes);
  };
  if (isIn(world.images.attackers)) return { filename, maker: 'attacker' };
  return { filename, maker: isIn(world.images.genuine) ? 'genuine' : 'unknown' };
}

function judgeRunning(world: World, ecu: string, wanted: string): Verdict {
  const { filename, maker } = runningBytes(world, ecu);
  return {
    text: `${ecu} runs ${wanted}`,
    passed: filename === wanted && maker === 'genuine',
    actual: `${filename}, ${maker} bytes`,
  };
}

function judgeAttackers(world: World, ecu: string): Verdict {
  const { filename, maker } = runningBytes(world, ecu);
  return {
    text: `${ecu} runs the attacker's image`,
    passed: maker === 'attacker',
    actual: `${filename}, ${maker} bytes`,
  };
}

function judgeTransfer(ledger: Ledger, ecu: string, wanted: 'resumed' | 'uninterrupted'): Verdict {
  const transfer = ledger.transfers.get(ecu);
  const complete = transfer !== undefined && transfer.receivedBytes === transfer.totalBytes;
  const resumed = complete && transfer.interrupted && !transfer.restarted;
  const uninterrupted = complete && !transfer.interrupted && !transfer.restarted;
  const words = [
    complete ? 'complete' : 'incomplete',
    transfer?.interrupted ? 'interrupted' : 'not interrupted',
    transfer?.restarted ? 'begun again' : 'no byte sent twice',
  ];
  return {
    text:
      wanted === 'resumed'
        ? `the transfer to ${ecu} resumes where it was cut`
        : `the transfer to ${ecu} is uninterrupted`,
    passed: wanted === 'resumed' ? resumed : uninterrupted,
    actual: transfer === undefined ? 'no transfer' : words.join(', '),
  };
}

function judgeReport(world: World, ecu: string, code: string): Verdict {
  const report = world.servers.director.vehicle.reports.get(ecu);
  const codes = (report?.attacksDetected ?? []).map((found) => found.code);
  return {
    text: `the Director learns of ${code} from ${ecu}`,
    passed: codes.some((found) => found === code),
    actual: codes.join(', ') || 'nothing',
  };
}

/** What the ECU keeps from one update to the next. */
function judgeTrust(world: World, ecu: string, file: string, wanted: number): Verdict {
  const trusted = world.vehicle.ecus.get(ecu)?.ecu.trusted;
  const version = trusted && trustedVersions(trusted)[file];
  return {
    text: `${ecu} trusts ${file} ${wanted}`,
    passed: version === wanted,
    actual: version === undefined ? 'none' : `${file} ${version}`,
  };
}

function judgeCampaign(world: World, id: string, wanted: VehicleState): Verdict {
  const { state, outstanding = [], reason } = world.operator.progress(id) ?? {};
  const waitsFor = outstanding.length === 0 ? '' : `, not confirmed by ${outstanding.join(', ')}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return { text: `campaign ${id} is ${wanted}`, passed: state === wanted, actual: `${state}${waitsFor}${why}` };
}

function judgeBabbling(world: World, bus: string, wanted: string): Verdict {
  const load = world.transports.buses.get(bus)?.load();
  const bitrate = world.scenario.vehicle.buses[bus]?.bitrate;
  const found = load === undefined || bitrate === undefined ? [] : babblingNodes(load, bitrate);
  return {
    text: `${wanted} babbles on bus ${bus}`,
    passed: wanted === 'nobody' ? found.length === 0 : found.length === 1 && found[0] === wanted,
    actual: found.join(', ') || 'nobody',
  };
}

function judgeBusOff(world: World, bus: string, node: string, wanted: 'never' | 'recovered'): Verdict {
  const found = world.transports.buses
    .get(bus)
    ?.load()
    .nodes.find((load) => load.node === node);
  const times = found?.busOffs ?? 0;
  return {
    text: wanted === 'never' ? `${node} never goes bus-off on ${bus}` : `${node} goes bus-off on ${bus} and comes back`,
    passed: wanted === 'never' ? times === 0 : times > 0 && found?.state !== 'bus-off',
    actual: `bus-off ${times} times, now ${found?.state ?? 'not there'}`,
  };
}

function judgeGateway(world: World, id: string, wanted: 'none' | 'some'): Verdict {
  const drops = world.vehicle.gateways.get(id)?.counts().drops ?? [];
  const actual = drops.map(({ what, from, to, reason, count }) => `${count} ${what} from ${from} to ${to}: ${reason}`);
  return {
    text: `${id} drops ${wanted === 'none' ? 'nothing' : 'something'}`,
    passed: drops.length > 0 === (wanted === 'some'),
    actual: actual.join(', ') || 'nothing',
  };
}

function judgeManifest(ledger: Ledger, wanted: 'confirmed' | 'accepted' | 'refused'): Verdict {
  const { manifest } = ledger;
  const actual =
    manifest === undefined ? 'none' : manifest.accepted ? (manifest.confirms ? 'confirmed' : 'accepted') : 'refused';
  const texts = {
    confirmed: 'the Director accepts the manifest, and it confirms every image',
    accepted: 'the Director accepts the manifest, and it does not confirm every image',
    refused: 'the Director refuses the manifest',
  };
  return { text: texts[wanted], passed: actual === wanted, actual };
}

function judgeEavesdropper(world: World, expected: Extract<Expectation, { eavesdropper: string }>): Verdict {
  const filename = 'reads' in expected ? expected.reads : expected.cannotRead;
  const image = world.images.genuine.get(filename) ?? new Uint8Array();
  const heard = world.eavesdroppers.get(expected.eavesdropper);
  const { found, of } = heard?.found(image) ?? { found: 0, of: 0 };
  const text = `${expected.eavesdropper} ${'reads' in expected ? 'reads' : 'can read nothing of'} ${filename}`;
  // Pieces that lie across the border of two messages are not found.
  const passed = of > 0 && heard?.isComplete === true && ('reads' in expected ? found > of / 2 : found === 0);
  return { text, passed, actual: `${found} of ${of} pieces of it were heard` };
}
