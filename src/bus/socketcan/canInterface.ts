// Owns: what Linux says about a network interface that is to be a CAN bus, and what the user can do where it will not do.
// Reads /sys and /proc only. Must not know frames.
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { type EnvironmentFault, environmentFault } from '../../core/faults.ts';
import { fail, ok, type Result } from '../../core/result.ts';
import { shortened } from '../../core/text.ts';

/** A user's interface name. 15 characters are the kernel's limit; nothing that could leave /sys/class/net. */
const nameForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
const arphrdCan = 280;
const iffUp = 0x1;
/** sizeof(struct canfd_frame): the MTU by which an interface says that it carries CAN FD. */
const fdMtu = 72;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function bringUpCommand(name: string): string {
  return `sudo ip link set up ${name}`;
}

function createCommand(name: string): string {
  return `sudo ip link add dev ${name} type vcan mtu ${fdMtu} && ${bringUpCommand(name)}`;
}

/** Whether this kernel has SocketCAN: in it or loaded, on disk as a module, or not at all. */
function kernelSupport(): 'present' | 'loadable' | 'none' {
  if (existsSync('/proc/net/can')) return 'present';
  const modules = `/lib/modules/${release()}`;
  const listed = ['modules.builtin', 'modules.dep'].some((file) =>
    read(`${modules}/${file}`)?.includes('/net/can/can.ko'),
  );
  return listed ? 'loadable' : 'none';
}

function missing(name: string): EnvironmentFault {
  const there = `there is no CAN interface ${name}`;
  switch (kernelSupport()) {
    case 'none':
      return environmentFault(
        'interface-missing',
        `${there}, and this kernel has no CAN; on one that has: ${createCommand(name)}`,
      );
    case 'loadable':
      return environmentFault('interface-missing', `${there}: sudo modprobe vcan && ${createCommand(name)}`);
    case 'present':
      return environmentFault('interface-missing', `${there}: ${createCommand(name)}`);
  }
}

/** Whether the interface is up and, where it has a controller, that one off the bus: it has no carrier then. */
export function isBusOff(name: string): boolean {
  return hasFlagUp(name) && read(`/sys/class/net/${name}/carrier`) === '0';
}

function hasFlagUp(name: string): boolean {
  return (Number(read(`/sys/class/net/${name}/flags`)) & iffUp) !== 0;
}

function isInterfaceUp(name: string): boolean {
  return hasFlagUp(name) && !isBusOff(name);
}

/**
 * Whether the kernel's queue takes frames again after bus-off: it follows the controller's carrier by up to a second, and until then
 * swallows what it is given. After the interface was set up it takes them at once, while the state that is read here still lags.
 */
export function isQueueOpen(name: string): boolean {
  return isInterfaceUp(name) && read(`/sys/class/net/${name}/operstate`) !== 'down';
}

/** The fault of an interface that is not up any more. */
export function interfaceDownFault(name: string): EnvironmentFault {
  return environmentFault('interface-down', `the CAN interface ${name} is down: ${bringUpCommand(name)}`);
}

/** The fault of an interface whose controller went bus-off. Whether it restarts by itself, its `restart-ms` says. */
export function busOffFault(name: string): EnvironmentFault {
  const command = `sudo ip link set ${name} type can restart`;
  return environmentFault('interface-down', `the CAN interface ${name} is bus-off: without restart-ms, ${command}`);
}

/** Whether `name` is a CAN interface that is up and, where `fd`, carries FD frames. Faults: `interface-missing`, `interface-down`. */
export function checkInterface(name: string, fd: boolean): Result<void, EnvironmentFault> {
  if (!nameForm.test(name)) {
    const text = 'an interface name has 1 to 15 letters, digits, _, - and dots';
    return fail(environmentFault('interface-missing', `${text}: ${shortened(JSON.stringify(name), 40)}`));
  }
  const sys = `/sys/class/net/${name}`;
  if (!existsSync(sys)) return fail(missing(name));
  if (Number(read(`${sys}/type`)) !== arphrdCan) {
    return fail(environmentFault('interface-missing', `${name} is not a CAN interface`));
  }
  if (!isInterfaceUp(name)) return fail(interfaceDownFault(name));
  if (fd && Number(read(`${sys}/mtu`)) < fdMtu) {
    const isHardware = existsSync(`${sys}/device`);
    const change = isHardware ? 'type can bitrate 500000 dbitrate 2000000 fd on' : `mtu ${fdMtu}`;
    const command = `sudo ip link set down ${name} && sudo ip link set ${name} ${change} && ${bringUpCommand(name)}`;
    return fail(environmentFault('interface-down', `${name} is set up for classic CAN only: ${command}`));
  }
  return ok();
}
