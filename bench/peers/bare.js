import { createServer } from 'node:http';

/**
 * The upper bound: node:http that reads what is posted and writes bytes that it was given beforehand, by a PUT
 * of the body with its headers as JSON in `x-headers`.
 */
let headers = {};
let answer = '';

/** Up to this length (bytes) a text is quicker, as node joins it with the head. */
const mostJoined = 16_384;

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    if (request.method === 'PUT') {
      headers = JSON.parse(String(request.headers['x-headers']));
      answer = body.length <= mostJoined ? body.toString() : body;
      response.end();
      return;
    }
    response.writeHead(200, headers);
    response.end(answer);
  });
  // Nothing of the other peers' is loaded: this is the least that can start.
}).listen(Number(process.env['PORT']), '127.0.0.1');
