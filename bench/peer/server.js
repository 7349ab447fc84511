// What most people would build first: Socket.IO, one process, no authentication and no state of a
// device. It answers heartbeats in the shape Muster does, so that the same swarm can drive both.
//
//   node server.js --port 4310 [--redis redis://127.0.0.1:6379] [--fleet]
//
// --redis  one SETEX per heartbeat, awaited before the ack
// --fleet  dashboards are told of each device that connects, and commands are passed on to devices;
//          nothing is stored
'use strict';

const { randomUUID } = require('node:crypto');
const { createServer } = require('node:http');
const { Server } = require('socket.io');
const { parseArgs } = require('node:util');

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '4310' },
    redis: { type: 'string' },
    fleet: { type: 'boolean', default: false },
  },
});

const ALIVE_SECONDS = 60;

async function connectRedis(url) {
  const client = require('redis').createClient({ url });
  client.on('error', (error) => {
    console.error(`redis: ${error.message}`);
    process.exit(1);
  });
  await client.connect();
  return client;
}

/** The claims of a token nobody verifies. */
function claims(token) {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
  } catch {
    return {};
  }
}

function envelope(data) {
  return { success: true, data, timestamp: new Date().toISOString() };
}

async function main() {
  const redis = options.redis ? await connectRedis(options.redis) : null;
  const devices = new Map();
  const http = createServer(passOn);
  const io = new Server(http, { pingInterval: 25000, pingTimeout: 20000, serveClient: false });

  io.on('connection', (socket) => {
    socket.on('heartbeat', async (payload, ack) => {
      if (redis) {
        await redis.setEx(`device:${socket.id}`, ALIVE_SECONDS, JSON.stringify(payload));
      }
      if (typeof ack === 'function') {
        ack(envelope({ reconcileContent: false, nextHeartbeatIn: 15000, commands: [] }));
      }
    });
    if (options.fleet) {
      fleet(socket);
    }
  });

  function fleet(socket) {
    socket.on('join:organization', ({ organizationId }, ack) => {
      socket.join(`org:${organizationId}`);
      ack?.(envelope({ joined: true, organizationId }));
    });
    const { type, sub, organizationId } = claims(String(socket.handshake.auth.token));
    if (type === 'device') {
      devices.set(sub, socket);
      const now = new Date().toISOString();
      io.to(`org:${organizationId}`).emit('device:status', { deviceId: sub, status: 'online', lastSeen: now, timestamp: now });
    }
  }

  /** POST /api/v1/devices/{id}/commands: 202, or with `Prefer: wait` the device's answer. */
  function passOn(request, response) {
    const [, id] = /^\/api\/v1\/devices\/([^/]+)\/commands$/.exec(request.url) ?? [];
    const device = devices.get(id);
    if (!device) {
      response.writeHead(404).end();
      return;
    }
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const command = { ...JSON.parse(body), commandId: randomUUID(), timestamp: new Date().toISOString() };
      const answer = (status, state) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ id: command.commandId, state }));
      if (request.headers.prefer) {
        device.timeout(10_000).emit('command', command, (late) => (late ? answer(202, 'sent') : answer(200, 'acknowledged')));
      } else {
        device.timeout(10_000).emit('command', command, () => {});
        answer(202, 'sent');
      }
    });
  }

  // For bench/memory: what is left after a full collection.
  process.on('SIGUSR2', () => {
    global.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    console.log(`heap ${heapUsed + external}`);
  });

  http.listen(Number(options.port), '127.0.0.1', () => console.log(`listening on ${options.port}`));
}

main();
