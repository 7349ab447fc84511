// Many guests of few sessions, and what is published there, against any server that speaks LivePoll. Prints one JSON object.
//
//   JWT_SECRET=.. INTERNAL_API_SECRET=.. node guests.js --url http://127.0.0.1:3002 --guests 2000 --sessions 4
//     --rate 150 --seconds 30 [--pid PID,..] [--in-flight 200] [--hot]
//
// --rate       events per second, over all sessions
// --hot        as many as are accepted instead, 64 requests at a time
// --replay N   besides, so many guests come to the first session with the first event's id, while it goes on
'use strict';

const { createHmac } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { Agent, request } = require('node:http');
const { parseArgs } = require('node:util');
const WebSocket = require('ws');

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    guests: { type: 'string', default: '2000' },
    sessions: { type: 'string', default: '4' },
    rate: { type: 'string', default: '150' },
    seconds: { type: 'string', default: '30' },
    'warm-up': { type: 'string', default: '10' },
    pid: { type: 'string', default: '' },
    'in-flight': { type: 'string', default: '200' },
    hot: { type: 'boolean', default: false },
    history: { type: 'string', default: '0' },
    replay: { type: 'string', default: '0' },
  },
});
const guests = Number(options.guests);
const sessions = Number(options.sessions);
const agent = new Agent({ keepAlive: true, maxSockets: 64 });
const HOT_REQUESTS = 64;

function token(id) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    sub: id,
    organizationId: 'bench',
    type: 'participant',
    iat: now - 5,
    exp: now + 3600,
    rooms: [{ pattern: 'session:*', actions: ['subscribe', 'replay'], as: 'attendee' }],
  };
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', process.env.JWT_SECRET ?? '').update(text).digest('base64url')}`;
}

const micros = [];
let delivered = 0;
let isMeasured = false;
let lost = 0;

/** Resolves when it is in. */
function guest(n, session, more = '', told = () => {}) {
  return new Promise((resolve) => {
    const address = `${options.url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket&sessionId=${session}${more}`;
    const socket = new WebSocket(address, { perMessageDeflate: false });
    socket.on('message', (data) => {
      const text = data.toString();
      if (text.startsWith('42["event"')) {
        event(text);
        told(text);
      } else if (text === '2') {
        socket.send('3');
      } else if (text.startsWith('0')) {
        socket.send(`40${JSON.stringify({ token: token(`guest-${n}`) })}`);
      } else if (text.startsWith('40')) {
        resolve(socket);
      } else {
        told(text);
      }
    });
    socket.on('close', () => (lost += 1));
    socket.on('error', () => {});
  });
}

function event(text) {
  if (!isMeasured || text.includes('"replay":true')) return;
  const at = text.indexOf('"at":') + 5;
  delivered += 1;
  micros.push(Math.round((performance.now() - Number.parseFloat(text.slice(at, at + 24))) * 1000));
}

function publish(session, n) {
  const body = JSON.stringify({ eventType: 'vote:counted', payload: { at: performance.now(), n, text: 'x'.repeat(100) } });
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-internal-api-key': process.env.INTERNAL_API_SECRET ?? '',
    };
    const asked = request(`${options.url}/api/v1/rooms/session:${session}/events`, { method: 'POST', agent, headers }, (answer) => {
      let text = '';
      answer.on('data', (part) => (text += part));
      answer.on('end', () => resolve(answer.statusCode === 201 ? JSON.parse(text).eventId : null));
    });
    asked.on('error', () => resolve(null));
    asked.end(body);
  });
}

function cpuSeconds() {
  return options.pid
    .split(',')
    .filter(Boolean)
    .map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' '))
    .reduce((sum, fields) => sum + (Number(fields[11]) + Number(fields[12])) / 100, 0);
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const name = (n) => `bench${n % sessions}`;

/** Steady, whatever the answers take. */
async function steadily(seconds, tally) {
  const rate = Number(options.rate);
  const begun = performance.now();
  const open = [];
  for (let n = 0; n < rate * seconds; n += 1) {
    const due = begun + (n * 1000) / rate;
    if (due > performance.now()) await sleep(due - performance.now());
    open.push(publish(name(n), n).then((id) => (id ? (tally.accepted += 1) : (tally.refused += 1))));
  }
  await Promise.all(open);
}

async function hot(seconds, tally) {
  const until = performance.now() + seconds * 1000;
  const worker = async () => {
    while (performance.now() < until) {
      if (await publish('bench0', 0)) tally.accepted += 1;
      else tally.refused += 1;
    }
  };
  await Promise.all(Array.from({ length: HOT_REQUESTS }, worker));
}

function percentile(sorted, p) {
  return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] / 1000 : null;
}

/** Guests that want all of the past at once; resolves with how long each took, in seconds. */
async function replays(count, from) {
  const begun = performance.now();
  const all = Array.from({ length: count }, (_, n) => {
    return new Promise((resolve) => {
      guest(`late-${n}`, 'bench0', `&fromEventId=${from}`, (text) => {
        if (text.startsWith('42["event:replay:complete"')) resolve((performance.now() - begun) / 1000);
      });
    });
  });
  return (await Promise.all(all)).sort((a, b) => a - b);
}

async function main() {
  const parallel = Number(options['in-flight']);
  const begun = performance.now();
  for (let n = 0; n < guests; n += parallel) {
    await Promise.all(Array.from({ length: Math.min(parallel, guests - n) }, (_, k) => guest(n + k, name(n + k))));
  }
  const connecting = (performance.now() - begun) / 1000;
  let first = null;
  const history = Number(options.history);
  for (let n = 0; n < history; n += HOT_REQUESTS) {
    const ids = await Promise.all(Array.from({ length: Math.min(HOT_REQUESTS, history - n) }, () => publish('bench0', 0)));
    first ??= ids[0];
  }
  await steadily(Number(options['warm-up']), { accepted: 0, refused: 0 });
  isMeasured = true;
  const cpu = cpuSeconds();
  const tally = { accepted: 0, refused: 0 };
  const seconds = Number(options.seconds);
  const late = Number(options.replay) ? replays(Number(options.replay), first) : Promise.resolve([]);
  await (options.hot ? hot(seconds, tally) : steadily(seconds, tally));
  await sleep(2000);
  isMeasured = false;
  const replayed = await late;
  micros.sort((a, b) => a - b);
  const figures = {
    guests,
    sessions,
    connectSeconds: connecting,
    ...tally,
    perSecond: tally.accepted / seconds,
    delivered,
    missing: (tally.accepted * guests) / (options.hot ? 1 : sessions) - delivered,
    p50: percentile(micros, 50),
    p95: percentile(micros, 95),
    p99: percentile(micros, 99),
    max: percentile(micros, 100),
    cpuSeconds: cpuSeconds() - cpu,
    connectionsLost: lost,
  };
  if (replayed.length) Object.assign(figures, { replaysP50: replayed[replayed.length >> 1], replaysMax: replayed.at(-1) });
  console.log(JSON.stringify(figures));
  process.exit(0);
}

main();
