// Owns: an attacker that only listens: on every bus of the vehicle, at every switch, and on the line to the servers. [eavesdrop]
import * as z from 'zod';
import { readTcpPacket } from '../../bus/ethernet/tcpPacket.ts';
import { decodePdu } from '../../bus/isotp/pdu.ts';
import { name } from '../../vehicleFile/fields.ts';
import { Heard } from '../world/heard.ts';
import { added, attackKind } from './attacker.ts';

export const eavesdropper = attackKind({
  kind: 'eavesdropper',
  schema: z.strictObject({ kind: z.literal('eavesdropper'), id: name }),
  documented: {
    form: '',
    meaning:
      'listens on every bus, at every switch and on the line to the servers, and changes nothing; not on links over loopback (`--link`)',
  },
  indicates: [],
  clauses: [],
  problems({ id }, { known }) {
    known.eavesdroppers.add(id);
    return [];
  },
  start(world, { id }) {
    const heard = new Heard();
    world.eavesdroppers.set(id, heard);
    const nodes = [...world.transports.buses].map(([name, bus]) =>
      bus.attach(`eavesdropper ${id}`, {
        frameReceived(frame) {
          const pdu = decodePdu(frame.data);
          if (pdu === undefined || pdu.type === 'flowControl') return;
          heard.add(`${name} ${frame.id}`, frame.data.subarray(pdu.offset));
        },
        frameSent() {},
        nodeFailed() {},
      }),
    );
    const untaps = [...world.transports.ethernets].map(([name, network]) =>
      network.tap((packet) => {
        const { from, to, segment } = readTcpPacket(packet) ?? {};
        if (segment !== undefined) heard.add(`${name} ${from} ${to}`, segment.payload);
      }),
    );
    const unfilter = added(world.network.filters, (request, genuine) => {
      if (request.type === 'image' && genuine.status === 'ok') heard.add(`network ${request.file}`, genuine.bytes);
      return genuine;
    });
    return {
      text: 'somebody listens on every bus and on the line to the servers',
      stop() {
        for (const node of nodes) node.detach();
        for (const untap of untaps) untap();
        unfilter();
      },
    };
  },
});
