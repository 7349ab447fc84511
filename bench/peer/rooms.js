// Rooms as most people would build them first: Socket.IO with its own recovery, one process, nothing stored, nobody
// asked who they are. What is published is told to the session's sockets.
//
//   node rooms.js --port 4310
'use strict';

const { createServer } = require('node:http');
const { Server } = require('socket.io');
const { parseArgs } = require('node:util');

const { values: options } = parseArgs({ options: { port: { type: 'string', default: '4310' } } });
let published = 0;

const server = createServer((request, response) => {
  const session = /^\/api\/v1\/rooms\/session:([^/]+)\/events$/.exec(request.url)?.[1];
  if (request.method !== 'POST' || !session) {
    response.writeHead(404).end();
    return;
  }
  let body = '';
  request.on('data', (part) => (body += part));
  request.on('end', () => {
    const { eventType, payload } = JSON.parse(body);
    published += 1;
    const event = { eventId: String(published), eventType, timestamp: new Date().toISOString(), sessionId: session, payload };
    io.to(session).emit('event', event);
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify({ eventId: event.eventId }));
  });
});
const io = new Server(server, { connectionStateRecovery: {}, transports: ['websocket'] });
io.on('connection', (socket) => socket.join(socket.handshake.query.sessionId));
server.listen(Number(options.port), '127.0.0.1');
