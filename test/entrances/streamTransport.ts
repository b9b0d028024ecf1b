import type { Readable, Writable } from 'node:stream';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';

/** A client's end of the two streams of a stdio server that runs in this process. */
export class StreamTransport implements Transport {
  onmessage?: (message: JSONRPCMessage) => void;
  onclose?: () => void;
  readonly #from: Readable;
  readonly #to: Writable;
  readonly #read = new ReadBuffer();

  constructor(from: Readable, to: Writable) {
    this.#from = from;
    this.#to = to;
  }

  start(): Promise<void> {
    this.#from.on('data', (chunk: Buffer) => {
      this.#read.append(chunk);
      for (let message = this.#read.readMessage(); message !== null; message = this.#read.readMessage()) {
        this.onmessage?.(message);
      }
    });
    return Promise.resolve();
  }

  send(message: JSONRPCMessage): Promise<void> {
    this.#to.write(serializeMessage(message));
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#to.end();
    this.onclose?.();
    return Promise.resolve();
  }
}
