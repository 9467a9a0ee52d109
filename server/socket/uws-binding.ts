/**
 * The one door to the package `uWebSockets.js`. It is imported when asked for, because where the installed package has
 * no binary for this Node it throws at import; then `node:http` + `ws` takes its place (socket-server.ts).
 *
 * Only the functions named here are used. The undocumented ones (`addChildAppDescriptor`, `_cfg`) are left alone, and
 * so are its constants: some exist as types only.
 */
import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_listen_socket,
  us_socket_context_t,
  WebSocket,
} from 'uWebSockets.js';

export type UwsApp = TemplatedApp;
export type UwsRequest = HttpRequest;
export type UwsResponse = HttpResponse;
export type UwsContext = us_socket_context_t;
export type UwsListenSocket = us_listen_socket;
export type UwsWebSocket<UserData> = WebSocket<UserData>;

export interface UwsBinding {
  App(): UwsApp;
  us_listen_socket_close(socket: UwsListenSocket): void;
  us_socket_local_port(socket: UwsListenSocket): number;
}

/** `compression`: none. A deflated frame costs memory per socket and time per message, and ours are small and packed. */
export const UWS_NO_COMPRESSION = 0;
/** Options of `listen`: without this one the port is open to every process of the same user. */
export const UWS_EXCLUSIVE_PORT = 1;
export const UWS_SHARED_PORT = 0;

/** The binding, or the error that says why there is none for this Node. */
export async function loadUws(): Promise<UwsBinding | Error> {
  try {
    // The registry's repack has named exports; the original package may be seen as one default export.
    const loaded = (await import('uWebSockets.js')) as unknown as UwsBinding & { readonly default?: UwsBinding };
    const binding = typeof loaded.App === 'function' ? loaded : loaded.default;
    return typeof binding?.App === 'function' ? binding : new Error('uWebSockets.js exports no App');
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
