// What tests beside can-utils need, anew for each: a run, our bus on the interface, and programs that are gone afterwards.
import { afterEach, beforeEach } from 'vitest';
import type { Bus } from '../../src/bus/bus.ts';
import { openSocketCanBus } from '../../src/bus/socketcan/openSocketCanBus.ts';
import { hostRun, type Run, value } from '../bus/support/harness.ts';
import { startTool, type Tool } from './canUtils.ts';

export interface CanUtilsScene {
  readonly run: Run;
  readonly bus: Bus;
  start(name: string, args: readonly string[]): Tool;
}

/** To be called in a `describe`; its members are those of the test that runs. */
export function canUtilsScene(interfaceName: string, patienceMs: number): CanUtilsScene {
  let run: Run;
  let bus: Bus;
  let tools: Tool[];

  beforeEach(async () => {
    run = hostRun(patienceMs, 100);
    tools = [];
    const { clock, enter } = run;
    bus = value(await openSocketCanBus({ name: 'body', interface: interfaceName, fd: true, clock, enter }));
  });

  afterEach(async () => {
    for (const tool of tools) tool.kill();
    await run.until(() => tools.every(({ ended }) => ended.code !== undefined));
    bus.close();
    run.stop();
  });

  return {
    get run() {
      return run;
    },
    get bus() {
      return bus;
    },
    start(name, args) {
      const tool = startTool(name, args);
      tools.push(tool);
      return tool;
    },
  };
}
