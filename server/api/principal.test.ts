import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mustReach, PERMISSIONS, permits, ROLE_PERMISSIONS, ROLES, reaches, type StaffPrincipal } from './principal.ts';

const partner: StaffPrincipal = {
  kind: 'staff',
  who: 'user:1',
  role: 'partner',
  exhibitorId: 1,
  cinemaIds: null,
  permissions: new Set(ROLE_PERMISSIONS.partner),
  session: 's',
};

test('[AP9] a member of staff reaches the cinemas of his exhibitor, or only those that he was given', () => {
  assert.equal(reaches(partner, 1, 7), true);
  assert.equal(reaches(partner, 2, 7), false);
  assert.equal(reaches(partner, null, 7), false);
  const narrow = { ...partner, cinemaIds: [7] };
  assert.equal(reaches(narrow, 1, 7), true);
  assert.equal(reaches(narrow, 1, 8), false);
  assert.equal(reaches(narrow, 1, null), false);
  assert.equal(reaches(narrow, 2, 7), false);
  const everybody = { ...partner, exhibitorId: null };
  assert.equal(reaches(everybody, 2, null), true);
  assert.equal(reaches(everybody, null, null), true);
});

test('[AP9] what is out of reach is not found: whether it is there is nobody’s business', () => {
  const notFound = { status: 404, code: 'not-found', message: 'There is no screening 9.' };
  assert.throws(() => mustReach(partner, { exhibitorId: 2, cinemaId: 7 }, 'screening 9'), notFound);
  assert.throws(() => mustReach(partner, null, 'screening 9'), notFound);
  mustReach(partner, { exhibitorId: 1, cinemaId: 7 }, 'screening 9');
});

test('[AP9] people’s data, colleagues, keys and messages are for administrators alone', () => {
  const guarded = [
    ...(['buyers:forget', 'users:write', 'keys:write', 'messages:read', 'messages:write'] as const),
    ...(['payments:read', 'payments:write'] as const),
  ];
  for (const role of ROLES)
    for (const permission of guarded)
      assert.equal(ROLE_PERMISSIONS[role].includes(permission), role === 'administrator', `${role} ${permission}`);
  assert.deepEqual(ROLE_PERMISSIONS.administrator, PERMISSIONS);
  assert.equal(permits(partner, 'screenings:write'), true);
  assert.equal(permits(partner, 'tickets:check-in'), false);
});
