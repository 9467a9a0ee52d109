/** What stands in the way of a screening at a place and time, said to people. */
import type { ClientBase } from 'pg';
import { lockScreening } from '../../storage/admin/screening-changes.ts';
import type { OwnedScreening } from '../../storage/admin/screening-list.ts';
import type { Room } from '../../storage/admin/screening-room.ts';
import { lockProgrammeSoon } from '../../storage/admin/screening-room.ts';
import { type FieldProblem, Problem } from '../api/problem.ts';

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

/**
 * Everything that is wrong with the place or the time.
 * @throws Problem 400 for what the request got wrong, 409 for who is in the way
 */
export function mustHaveRoom(room: Room, startsLocal: string): void {
  const problems: FieldProblem[] = [];
  const no = (field: string, message: string): void => void problems.push({ path: `body.${field}`, message });
  const { auditorium, cinema, film } = room;
  if (cinema.status !== 'active') no('auditorium', `${cinema.name} is not working`);
  else if (auditorium.status !== 'active') no('auditorium', `${auditorium.name} is not working`);
  if (room.seatMap === null) no('auditorium', `${auditorium.name} has no seat map yet; import one first`);
  if (film === null) no('film', 'there is no such film');
  else if (film.status !== 'active') no('film', `"${film.title}" is withdrawn`);
  if (room.isSkipped)
    no('startsLocal', `there is no ${startsLocal} in ${cinema.timeZone}: the clocks are put forward over it`);
  else if (room.isTwice)
    no(
      'startsLocal',
      `there are two ${startsLocal} in ${cinema.timeZone}, the clocks are put back: import it with its offset`,
    );
  else if (room.isPast) no('startsLocal', `${startsLocal} in ${cinema.timeZone} is past`);
  if (problems.length > 0) throw Problem.invalid(problems);
  const { occupant } = room;
  if (occupant === null) return;
  throw Problem.conflict(
    'auditorium-taken',
    `${auditorium.name} is taken then by screening ${occupant.id} ("${occupant.title}", ${occupant.startsLocal}), the cleaning counted in.`,
  );
}

/** @throws Problem 409 */
export function mustNotBeCancelled(screening: OwnedScreening): void {
  if (screening.status === 'cancelled')
    throw Problem.conflict('screening-cancelled', `Screening ${screening.id} was cancelled; nothing was changed.`);
}
