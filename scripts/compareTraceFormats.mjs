// Shows that traces of format 2 tell the same as those of format 1: node scripts/compareTraceFormats.mjs FOLDER1 FOLDER2, with the same
// file names in both. The head's names are mapped from format 1 to format 2; every line after it must be the same, but that the links
// of a tape are called `link/` and no longer `tcp/`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

const [folder1, folder2] = process.argv.slice(2);

const image = ({ size, ...rest }) => ({ ...rest, sizeBytes: size });
const mapped = (members, change) =>
  Object.fromEntries(Object.entries(members).map(([name, member]) => [name, change(member)]));
/** Members under the names that they have in format 2, those that are there. */
const renamed = (names) => (value) =>
  Object.fromEntries(Object.entries(value).map(([name, member]) => [names[name] ?? name, member]));

const ecu = ({ flash, image: first, ...rest }) => ({
  ...renamed({ bootTime: 'bootMs', verifyTime: 'verifyMs', block: 'blockBytes' })(rest),
  flash: renamed({ bank: 'bankBytes' })(flash),
  image: image(first),
});
const ethernet = ({ links, ...rest }) => ({
  ...renamed({ latency: 'latencyUs', queue: 'queueBytes' })(rest),
  links: mapped(links, renamed({ latency: 'latencyUs' })),
});
const gateway = renamed({ delay: 'delayUs', queue: 'queueFrames', buffer: 'bufferBytes' });

function step(given) {
  const { publish, offer, attack, cycle, disturb, ...rest } = given;
  const isAttackersImage = attack?.image?.filename !== undefined;
  return {
    ...rest,
    ...(publish && { publish: mapped(publish, image) }),
    ...(offer && { offer: mapped(offer, image) }),
    ...(attack && {
      attack: {
        ...renamed({ ahead: 'aheadMs' })(attack),
        ...(isAttackersImage && { image: image(attack.image) }),
      },
    }),
    ...(cycle && { cycle: { during: cycle.during.map((one) => step(renamed({ after: 'afterMs' })(one))) } }),
    ...(disturb && { disturb: renamed({ delay: 'delayMs' })(disturb) }),
  };
}

function head({ scenario, tcpLinks, linkKinds = {}, format, ...rest }) {
  if (format !== 1) throw new Error(`format 1 is needed, not ${format}`);
  const { vehicle, network, steps } = scenario;
  return {
    ...rest,
    format: 2,
    links: Object.fromEntries(tcpLinks.map((ecu) => [ecu, linkKinds[ecu] ?? 'tcp'])),
    scenario: {
      ...scenario,
      network: renamed({ latency: 'latencyMs' })(network),
      steps: steps.map(step),
      vehicle: {
        ...vehicle,
        ecus: mapped(vehicle.ecus, ecu),
        ethernets: mapped(vehicle.ethernets, ethernet),
        gateways: mapped(vehicle.gateways, gateway),
      },
    },
  };
}

const linesOf = (folder, file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n');

let failed = 0;
for (const file of readdirSync(folder1).sort()) {
  const [[first1, ...rest1], [first2, ...rest2]] = [linesOf(folder1, file), linesOf(folder2, file)];
  const sameHead = isDeepStrictEqual(head(JSON.parse(first1)), JSON.parse(first2));
  const unequal = rest1.findIndex((line, index) => line.replace('"port":"tcp/', '"port":"link/') !== rest2[index]);
  const same = sameHead && unequal < 0 && rest1.length === rest2.length;
  if (!same) failed += 1;
  const where = sameHead ? `line ${unequal + 2}` : 'the head';
  console.log(`${file}: ${same ? `the same, ${rest1.length + 1} lines` : `${where} differs`}`);
}
process.exitCode = failed === 0 ? 0 : 1;
