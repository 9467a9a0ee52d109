/** A watched screening as text: the whole picture for a terminal, a line for each change elsewhere, JSON for programs. */
import { stripVTControlCharacters } from 'node:util';
import { type CliPorts, number, painter } from './ports.ts';
import { SEAT_STATUSES } from './room-plan.ts';
import { countsText, type DrawingStyle, drawRoom, legendOf } from './seat-drawing.ts';
import { cutText, textWidth } from './text-width.ts';
import type { SeatChange, WatchModel } from './watch-model.ts';

/** Seats named in one line of changes. */
const SEATS_NAMED = 12;

/** The picture: what it is, the room, what the marks mean, the sums, and how the line is. As many lines as fit; the last one, of all rows, is of a line that is no more. */
export function pictureOf(
  model: WatchModel,
  title: readonly string[],
  sales: string,
  style: DrawingStyle,
  rows: number,
): string[] {
  const { room, status, recent } = model;
  const drawing = drawRoom(room, status, style, recent);
  const below = [
    countsText(room.seats.length, status),
    `${salesText(model)}${sales}`,
    ...(rows === Number.POSITIVE_INFINITY ? [] : [`${connectionText(model)}; Ctrl-C ends it`]),
  ];
  const all = [...title, '', ...drawing, '', ...legendOf(room, style), ...below];
  // The room can be looked at with "screenings show"; what changes is below it.
  if (all.length <= rows) return all;
  return [...all.slice(0, Math.max(0, rows - below.length - 1)), '…', ...below].slice(-rows);
}

/** "sales open, 12 sold since we watch" */
export function salesText(model: WatchModel): string {
  const since = model.soldSince;
  const sold =
    since === 0 ? 'none sold since' : since > 0 ? `${number(since)} sold since` : `${number(-since)} given back since`;
  return `sales ${model.salesOpen ? 'open' : 'CLOSED'}, ${sold} we watch`;
}

/** How the line to the server is. */
export function connectionText({ connection, isCurrent }: WatchModel): string {
  switch (connection.is) {
    case 'open':
      return isCurrent ? 'live' : 'connected, asking for the seats';
    case 'connecting':
      return connection.tries === 0 ? 'connecting' : `connecting again (try ${connection.tries + 1})`;
    case 'waiting':
      return `the connection is lost${connection.text === '' ? '' : ` (${connection.text})`}: trying again; this may be old`;
    case 'closed':
      return `the connection is closed${connection.text === '' ? '' : ` (${connection.text})`}`;
  }
}

/** One line for a set of changes: "20:31:05Z  sold F12 F13; held F14   free 118, held 6, …" */
export function changesLine(model: WatchModel, changes: readonly SeatChange[], at: Date, ports: CliPorts): string {
  const paint = painter(ports);
  const parts = SEAT_STATUSES.flatMap((status) => {
    const labels = changes.filter(({ to }) => to === status).map(({ label }) => label);
    if (labels.length === 0) return [];
    const more = labels.length - SEATS_NAMED;
    return [`${paint('bold', status)} ${labels.slice(0, SEATS_NAMED).join(' ')}${more > 0 ? ` and ${more} more` : ''}`];
  });
  return `${clock(at)}  ${parts.join('; ')}   ${sums(model)}`;
}

/** One line for everything, at the beginning and after something was missed. */
export function sumsLine(model: WatchModel, at: Date): string {
  return `${clock(at)}  ${sums(model)}; sales ${model.salesOpen ? 'open' : 'closed'}`;
}

function sums({ counts }: WatchModel): string {
  return counts === null ? '' : SEAT_STATUSES.map((status) => `${status} ${counts[status]}`).join(', ');
}

/** Of the day, UTC: "20:31:05Z". */
export function clock(at: Date): string {
  return `${at.toISOString().slice(11, 19)}Z`;
}

/** Lines cut to the terminal: one that wraps would shift all below it. A line that has to be cut loses its colours. */
export function fitted(lines: readonly string[], columns: number): string[] {
  return lines.map((line) => {
    const plain = stripVTControlCharacters(line);
    return textWidth(plain) <= columns ? line : cutText(plain, columns);
  });
}
