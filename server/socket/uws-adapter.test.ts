import { test } from 'node:test';
import { socketContract } from './socket-contract.ts';
import { UwsSocketServer } from './uws-adapter.ts';
import { loadUws } from './uws-binding.ts';

const binding = await loadUws();
if (binding instanceof Error) {
  test(`uWebSockets.js: skipped, no binary for Node ${process.version}`, { skip: true });
} else {
  socketContract('uws', (options) => new UwsSocketServer(binding, options));
}
