/** One event as one line for people: when, where, what, and its fields by name. */
import type { Event } from '../../storage/event.ts';
import { type CliPorts, painter } from './ports.ts';

const OWN_PLACE = new Set(['screening', 'version', 'epoch', 'at', 'kind']);
const KIND_WIDTH = 17;

/** `2026-12-24T18:00:00.123Z  screening 12  version 34  held  hold 34, buyer b1, seats 5 6, deadline 18:08:00Z` */
export function eventLine(event: Event, ports: CliPorts): string {
  const paint = painter(ports);
  const fields = Object.entries(event)
    .filter(([name]) => !OWN_PLACE.has(name))
    .map(([name, value]) => fieldText(name, value));
  return [
    paint('dim', event.at),
    `screening ${event.screening}`,
    `version ${event.version}`,
    paint('bold', event.kind.padEnd(KIND_WIDTH)),
    fields.join(', '),
  ]
    .join('  ')
    .trimEnd();
}

function fieldText(name: string, value: unknown): string {
  if (name.endsWith('Ms') && typeof value === 'number') return `${spoken(name.slice(0, -2))} ${timeText(value)}`;
  return `${spoken(name)} ${valueText(value)}`;
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(' ');
  if (value === null) return 'none';
  // Free text (a reason, a gate) must not break the line, nor send anything to the terminal.
  if (typeof value === 'string')
    return /^[\w.-]+$/.test(value) ? value : JSON.stringify(value).replace(/[\u007f-\u009f]/g, '?');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, part]) => `${spoken(name)}:${valueText(part)}`)
    .join('/');
}

/** priceCents → price-cents */
function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function timeText(atMs: number): string {
  const time = new Date(atMs);
  return Number.isNaN(time.getTime()) ? String(atMs) : time.toISOString();
}
