/** What all lists of the server have in common: how many, the rest, nothing at all. */
import type { Command } from 'commander';
import type { ApiClient, Query, Row } from './http-client.ts';
import { positive } from './option-values.ts';
import type { CliPorts } from './ports.ts';
import { type Column, tableText } from './table.ts';
import { type ServerFlags, serverOptions, show, withServer } from './with-server.ts';

export interface ListFlags extends ServerFlags {
  readonly limit: number;
}

export interface ListOf {
  readonly path: string;
  /** The name of the list in the answer. */
  readonly plural: string;
  readonly query: Query;
  readonly columns: readonly Column<Row>[];
  /** What is said when there is none. */
  readonly none: string;
}

const LIMIT = 20;

/** --limit, and what every command of a server has. */
export function listOptions(command: Command): Command {
  return serverOptions(command.option('--limit <number>', 'at most so many', positive, LIMIT));
}

/** Asks for the list and shows it. */
export function showList(list: ListOf, flags: ListFlags, ports: CliPorts): Promise<void> {
  return withServer(ports, flags, (api) => showListOf(api, list, flags, ports));
}

/** The same with a server that is at hand. */
export async function showListOf(api: ApiClient, list: ListOf, flags: ListFlags, ports: CliPorts): Promise<void> {
  const { rows, more } = await api.list(list.path, list.plural, list.query, flags.limit);
  show(ports, flags, { [list.plural]: rows, more }, () => linesOf(rows, more, list, ports));
}

function linesOf(rows: readonly Row[], more: boolean, { columns, none }: ListOf, ports: CliPorts): string[] {
  if (rows.length === 0) return [none];
  return [...tableText(rows, columns, ports), ...(more ? ['… and more: use --limit'] : [])];
}
