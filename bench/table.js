// Reads lines of `server <tab> figures of a swarm` and prints medians, and ratios to the peer.
'use strict';

const { readFileSync } = require('node:fs');

const COLUMNS = [
  ['CPU s / 100k', (f) => f.serverCpuSecondsPer100kHeartbeats, 2],
  ['p50 ms', (f) => f.ackMillis.p50, 2],
  ['p99 ms', (f) => f.ackMillis.p99, 2],
  ['p99.9 ms', (f) => f.ackMillis['p99.9'], 2],
  ['RSS MiB', (f) => f.serverResidentKib / 1024, 0],
  ['connects/s', (f) => f.connectsPerSecond, 0],
  ['errors', (f) => f.connectFailures + f.lost + f.refused + f.late + f.notSent + f.dead, 0],
];

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

const runs = new Map();
for (const line of readFileSync(process.argv[2], 'utf8').trim().split('\n')) {
  const [server, figures] = line.split('\t');
  runs.set(server, [...(runs.get(server) ?? []), JSON.parse(figures)]);
}

const rows = new Map();
for (const [server, figures] of runs) {
  rows.set(server, COLUMNS.map(([, value]) => median(figures.map(value))));
}

function print(name, cells) {
  console.log(`| ${[name.padEnd(20), ...cells.map((cell) => cell.padStart(12))].join(' | ')} |`);
}

print('', COLUMNS.map(([title]) => title));
print('---', COLUMNS.map(() => '---'));
for (const [server, values] of rows) {
  print(`${server} (${runs.get(server).length} runs)`, values.map((value, i) => value.toFixed(COLUMNS[i][2])));
}
for (const [server, values] of rows) {
  const muster = rows.get('muster');
  if (server !== 'muster' && muster) {
    const ratios = muster.map((value, i) => (values[i] ? (value / values[i]).toFixed(2) : '-'));
    print(`muster : ${server}`, [...ratios.slice(0, -1), '']);
  }
}
