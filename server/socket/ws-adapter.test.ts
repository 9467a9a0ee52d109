import { socketContract } from './socket-contract.ts';
import { WsSocketServer } from './ws-adapter.ts';

socketContract('ws', (options) => new WsSocketServer(options));
