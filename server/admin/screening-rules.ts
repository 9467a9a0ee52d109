/** What stands in the way of a screening at a place and time, said to people. */
import type { ClientBase } from 'pg';
import { lockScreening } from '../../storage/admin/screening-changes.ts';
import type { OwnedScreening } from '../../storage/admin/screening-list.ts';
import type { Room } from '../../storage/admin/screening-room.ts';
import { lockProgrammeSoon } from '../../storage/admin/screening-room.ts';
import { Problem } from '../api/problem.ts';

const SOON = { 'retry-after': '2' };

/** @throws Problem 409 while an import holds the programme */
export async function lockedProgramme(client: ClientBase): Promise<void> {
  if (await lockProgrammeSoon(client)) return;
  const sentence = 'An import is changing the programme at this moment; try again when it has ended.';
  throw new Problem(409, 'programme-busy', sentence, [], SOON);
}

/** @throws Problem 409 while somebody else changes the screening */
export async function lockedScreening(client: ClientBase, screening: number): Promise<void> {
  if (await lockScreening(client, screening)) return;
  const sentence = 'Somebody else is changing this screening at this moment; look at it and try again.';
  throw new Problem(409, 'screening-busy', sentence, [], SOON);
}

/** @throws Problem 400 for a time that is none, or past; 409 for who is in the way */
export function mustHaveRoom(room: Room): void {
  const { auditorium, timeZone, startsLocal, occupant } = room;
  const wrong = room.isSkipped
    ? `there is no ${startsLocal} in ${timeZone}: the clocks are put forward over it`
    : room.isTwice
      ? `there are two ${startsLocal} in ${timeZone}, the clocks are put back: import it with its offset`
      : room.isPast
        ? `${startsLocal} in ${timeZone} is past`
        : null;
  if (wrong !== null) throw Problem.invalid([{ path: 'body.startsLocal', message: wrong }]);
  if (!room.isWorking) throw Problem.conflict('auditorium-closed', `${auditorium} is not working.`);
  if (room.isWindowShut)
    throw Problem.conflict(
      'sales-window',
      'Sales would end before they begin; change the sales window by an import first.',
    );
  if (occupant === null) return;
  throw Problem.conflict(
    'auditorium-taken',
    `${auditorium} is taken then by screening ${occupant.id} ("${occupant.title}", ${occupant.startsLocal}), the cleaning counted in.`,
  );
}

/** @throws Problem 409 */
export function mustNotBeCancelled(screening: OwnedScreening): void {
  if (screening.status === 'cancelled')
    throw Problem.conflict('screening-cancelled', `Screening ${screening.id} was cancelled; nothing was changed.`);
}
