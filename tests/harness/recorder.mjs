// Stands at a port before a program, and keeps every byte that passes, connection by connection.
//
//   const recorder = await record(publicPort);             // the program listens at recorder.port
//   recorder.connections[0].sent, .answered                // as latin1 text, one character a byte
import { connect, createServer } from 'node:net';
import { freePort } from './stack.mjs';

export async function record(publicPort) {
  const recorder = { port: await freePort(), connections: [] };
  const server = createServer((from) => {
    const connection = { sent: '', answered: '' };
    recorder.connections.push(connection);
    const to = connect(recorder.port, '127.0.0.1');
    const pass = (source, target, name) => {
      source.on('data', (bytes) => {
        connection[name] += bytes.toString('latin1');
        target.write(bytes);
      });
      source.on('end', () => target.end());
      source.on('error', () => target.destroy());
      source.on('close', () => target.destroy());
    };
    pass(from, to, 'sent');
    pass(to, from, 'answered');
  });
  await new Promise((resolve) => server.listen(publicPort, '127.0.0.1', resolve));
  recorder.close = () => server.close();
  return recorder;
}
