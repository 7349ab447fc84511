// What most people would build first: Socket.IO, one process, no authentication and no state of a
// device. It answers heartbeats in the shape Muster does, so that the same swarm can drive both.
//
//   node server.js --port 4310 [--redis redis://127.0.0.1:6379] [--fleet]
//
// --redis  one SETEX per heartbeat, awaited before the ack
// --fleet  dashboards are told of each device that connects
'use strict';

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
  const http = createServer();
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
      const now = new Date().toISOString();
      io.to(`org:${organizationId}`).emit('device:status', { deviceId: sub, status: 'online', lastSeen: now, timestamp: now });
    }
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
