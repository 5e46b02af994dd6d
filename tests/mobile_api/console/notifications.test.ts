/** What keeps a browser from showing notices, and what the page of notifications makes of what is typed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { hindranceOf, type Abilities } from '../../../mobile_api/console/src/kit/hindrance.ts';
import { quietHoursOf } from '../../../mobile_api/console/src/pages/notifications/quiet.ts';
import { pageOf } from '../../../mobile_api/console/src/pages/notifications/subject.ts';

const ABLE: Abilities = { isSecure: true, hasPush: true, isInstalled: undefined, permission: 'default' };

test('the first thing that somebody can mend is named', () => {
  assert.equal(hindranceOf(ABLE), null);
  assert.equal(hindranceOf({ ...ABLE, permission: 'granted', isInstalled: false }), null);
  assert.equal(hindranceOf({ ...ABLE, isSecure: false, hasPush: false }), 'insecure');
  assert.equal(hindranceOf({ ...ABLE, hasPush: false, permission: undefined }), 'unsupported');
  assert.equal(hindranceOf({ ...ABLE, hasPush: false, isInstalled: false }), 'ios');
  assert.equal(hindranceOf({ ...ABLE, hasPush: false, isInstalled: true }), 'unsupported');
  assert.equal(hindranceOf({ ...ABLE, permission: 'denied' }), 'denied');
});

test('hours of which one end is missing are left for the platform to refuse', () => {
  assert.equal(quietHoursOf('', '', 'Europe/Berlin'), null);
  assert.deepEqual(quietHoursOf('22:00', '', 'UTC'), { begin: '22:00', end: '', time_zone: 'UTC' });
});

test('what a delivery is about leads to its page, where it has one', () => {
  assert.deepEqual(pageOf('approval/apr_1'), ['approvals', 'apr_1']);
  assert.deepEqual(pageOf('run/run_1'), ['runs', 'run_1']);
  for (const none of ['budget/month', 'constructor/x', 'approval/', 'approval', '']) assert.equal(pageOf(none), null);
});
