import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';

/** A TCP relay in front of an API server whose connections a test can cut. */
export interface Relay {
  /** Writes a copy of `kubeconfig` that goes through the relay, and answers with its path. */
  kubeconfig(kubeconfig: string): string;
  /** Breaks every connection that is open now; new ones are relayed as before. */
  cut(): void;
  close(): Promise<void>;
}

export async function startRelay(server: string): Promise<Relay> {
  const target = new URL(server);
  const sockets = new Set<net.Socket>();
  const keep = (socket: net.Socket, other: net.Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
  };
  const listener = net.createServer((near) => {
    const far = net.connect(Number(target.port), target.hostname);
    keep(near, far);
    keep(far, near);
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('the relay has no port');
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    kubeconfig: (kubeconfig) => {
      const file = `${kubeconfig}-relay`;
      const text = readFileSync(kubeconfig, 'utf8').replace(target.origin, `https://127.0.0.1:${address.port}`);
      writeFileSync(file, text, { mode: 0o600 });
      return file;
    },
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => listener.close(() => resolve()));
    },
  };
}
