// The import column of the rooms, as in CONTRIBUTING.md.
const rooms = {
  core: [],
  crypto: ['core'],
  uptane: ['core', 'crypto'],
  messages: ['core'],
  bus: ['core'],
  files: ['core'],
  capture: ['core', 'bus', 'files'],
  attach: ['core', 'bus'],
  ecu: ['core', 'crypto', 'uptane'],
  primary: ['core', 'crypto', 'uptane', 'messages', 'ecu'],
  secondary: ['core', 'crypto', 'uptane', 'messages', 'ecu'],
  repository: ['core', 'crypto', 'uptane'],
  vehicleFile: ['core', 'bus', 'capture', 'files', 'uptane', 'repository'],
  client: ['core', 'crypto', 'uptane', 'files'],
  keyStore: ['core', 'crypto', 'uptane', 'files'],
  library: ['core', 'crypto', 'uptane', 'repository', 'files', 'keyStore'],
  sim: [
    'core',
    'crypto',
    'uptane',
    'messages',
    'bus',
    'files',
    'capture',
    'attach',
    'ecu',
    'primary',
    'secondary',
    'repository',
    'vehicleFile',
  ],
  report: ['core', 'sim', 'uptane'],
  tui: ['core', 'sim', 'report'],
};

/** Files that a room may import although the room that holds them is not open to it. */
const contracts = {
  primary: ['^src/bus/link\\.ts$'],
  secondary: ['^src/bus/link\\.ts$'],
};

const roomRules = Object.entries(rooms).map(([room, may]) => ({
  name: `${room}-imports`,
  comment: `src/${room} may import ${may.length === 0 ? 'no other room' : may.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: [`^src/(${[room, ...may].join('|')})/`, ...(contracts[room] ?? [])],
  },
}));

/** The real transports and host time: the only files of the pure rooms that meet the host. */
const edges = [
  '^src/core/time/hostTime\\.ts$',
  '^src/core/time/pacer\\.ts$',
  '^src/bus/socketcan/(openSocketCanBus|socketcanBus|socketcanOpening|canInterface)\\.ts$',
  '^src/bus/sockets/',
  '^src/capture/convert/convertFile\\.ts$',
  '^src/capture/player/playFile\\.ts$',
];
const pureRooms = '^src/(core|crypto|uptane|messages|bus|capture|ecu|primary|secondary|repository)/';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...roomRules,
    { name: 'no-cycles', severity: 'error', from: { path: '^src/' }, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { path: '^src/', orphan: true }, to: {} },
    {
      name: 'watchers-see-types-only',
      comment: 'Who tells of a run knows the simulation by the types of its events alone',
      severity: 'error',
      from: { path: '^src/(report|tui)/' },
      to: { path: '^src/sim/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-rooms-without-node',
      comment: 'No Node modules in the pure rooms, but for node:crypto in src/crypto and the real transports',
      severity: 'error',
      from: { path: pureRooms, pathNot: ['^src/crypto/', ...edges] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'crypto-only-node-crypto',
      severity: 'error',
      from: { path: '^src/crypto/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'pure-rooms-without-host-time',
      severity: 'error',
      from: { path: pureRooms, pathNot: edges },
      to: { path: '^src/core/time/(hostTime|pacer)\\.ts$' },
    },
    {
      name: 'ink-in-tui-only',
      comment: 'ink costs 0.4 s to load',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/tui/' },
      to: { path: 'node_modules/(ink|react|@inkjs|@xstate/react)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
