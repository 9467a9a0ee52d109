/** A new screening by hand, by the same rules as one of a file. */
import { z } from 'zod';
import { ownerOfAuditorium, wallTimesOf } from '../../storage/admin/screening-changes.ts';
import { findScreening } from '../../storage/admin/screening-list.ts';
import { createScreening, type ScreeningFault } from '../../storage/screening-rows.ts';
import { recordAction } from '../../storage/staff-actions.ts';
import { type Endpoint, endpoint } from '../api/endpoint.ts';
import { mustReach } from '../api/principal.ts';
import { Problem } from '../api/problem.ts';
import { cents, idInBody, instant, line, staff, TAG, wallTime } from './admin-fields.ts';
import type { AdminPorts } from './admin-ports.ts';
import { listedScreening } from './screening-answers.ts';
import { lockedProgramme } from './screening-rules.ts';

const body = z.strictObject({
  auditorium: idInBody,
  film: idInBody,
  startsLocal: wallTime,
  utcOffset: z
    .string()
    .regex(/^[+-](0\d|1[0-4]):[0-5]\d$/, 'must look like -03:00')
    .optional()
    .meta({ description: 'For a wall time that comes twice because the clocks are put back.', examples: ['-03:00'] }),
  language: z
    .enum(['dub', 'leg', 'nac'])
    .default('dub')
    .meta({ description: 'Dubbed, subtitled, Brazilian original.' }),
  projection: z
    .string()
    .regex(/^[0-9A-Z][0-9A-Z .+-]{0,19}$/, 'must be upper case, such as 2D, 3D or IMAX')
    .default('2D')
    .meta({ examples: ['2D'] }),
  modality: z
    .enum(['A', 'B', 'C', 'D'])
    .default('A')
    .meta({ description: "Of ANCINE's reports: A regular, B pré-estreia, C mostra or festival, D private." }),
  priceCents: cents.optional().meta({ description: 'Of a full ticket; without it the price tables say.' }),
  salesFrom: instant.optional(),
  salesUntil: instant.optional(),
  code: line(1, 60).optional().meta({ description: 'Your own name for it, unique in the auditorium.' }),
});

export function createEndpoint(ports: AdminPorts): Endpoint {
  return endpoint({
    method: 'POST',
    path: '/api/admin/screenings',
    tag: TAG,
    summary: 'Add a screening',
    description:
      'The auditorium must be working, have a seat map, and be free at that time with fifteen minutes for cleaning. Its start is on the cinema’s own clock and to come.',
    access: staff('screenings:write'),
    once: 'app',
    body,
    answer: z.object({ screening: listedScreening, warnings: z.array(z.string()) }),
    problems: {
      404: 'no such auditorium among yours',
      409: 'screening-refused: `fields` says why, all of it; programme-busy: an import is under way',
    },
    handle: async ({ principal, body, client }) => {
      const owner = await ownerOfAuditorium(client, body.auditorium);
      mustReach(principal, owner, `auditorium ${body.auditorium}`);
      await lockedProgramme(client);
      const { salesFrom = null, salesUntil = null, utcOffset, priceCents = null, code = null, ...wanted } = body;
      const [from = null, until = null] = await wallTimesOf(client, body.auditorium, [salesFrom, salesUntil]);
      const made = await createScreening(
        client,
        { ...wanted, priceCents, code, salesFrom: from, salesUntil: until, utcOffsetMinutes: minutesOf(utcOffset) },
        principal,
        ports.nowMs(),
      );
      if ('faults' in made) throw refused(made.faults);
      const { screening: id, warnings } = made;
      const { auditorium, film, startsLocal } = body;
      await recordAction(client, {
        who: principal.who,
        action: 'screening.create',
        target: `screening:${id}`,
        details: { cinema: owner!.cinemaId, auditorium, film, startsLocal },
        exhibitorId: owner!.exhibitorId,
      });
      const { exhibitorId: _, ...screening } = (await findScreening(client, id))!;
      return { status: 201, body: { screening, warnings: [...warnings] } };
    },
  });
}

/** The columns of an import are other words than the fields of a request. */
const FIELDS: Readonly<Record<string, string>> = {
  starts: 'startsLocal',
  price: 'priceCents',
  sales_from: 'salesFrom',
  sales_until: 'salesUntil',
};

function refused(faults: readonly ScreeningFault[]): Problem {
  const fields = faults.map(({ column, reason }) => ({
    path: column === null ? 'body' : `body.${FIELDS[column] ?? column}`,
    message: reason,
  }));
  const sentence = `The screening cannot be added: ${fields.map(({ message }) => message).join('; ')}.`;
  return new Problem(409, 'screening-refused', sentence, fields);
}

/** "-03:00" is -180. */
function minutesOf(offset: string | undefined): number | null {
  if (offset === undefined) return null;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4));
  return offset.startsWith('-') ? -minutes : minutes;
}
