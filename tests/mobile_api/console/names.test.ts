/** Whose name is shown instead of an id. */

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { toldApart } from '../../../mobile_api/console/src/kit/names.ts';

test('a name stands for its id', () => {
  assert.deepEqual([...toldApart([['user_1', 'Gala'], ['user_2', null], ['user_3', '']])], [['user_1', 'Gala']]);
});

test('whoever took the name of somebody else is told apart by their id, and so is the other', () => {
  for (const like of ['Gala', 'gala', ' Gala ', '\uff27ala', 'GALA']) {
    assert.deepEqual([...toldApart([['user_1', 'Gala'], ['user_2', like], ['user_3', 'Otto']])], [['user_3', 'Otto']]);
  }
});

test('three who share a name have none', () => {
  assert.equal(toldApart([['user_1', 'Gala'], ['user_2', 'Gala'], ['user_3', 'Gala']]).size, 0);
});

test('nobody is shown as the id of another, or as a function of the platform', () => {
  for (const like of ['user_01M8F6FRTK979WKKETNRSEFGGD', 'agt_01M8F6FRTK979WKKETNRSEFGGD', 'service:agents']) {
    assert.equal(toldApart([['user_1', like]]).size, 0);
  }
});

test('the same member twice is one', () => {
  assert.equal(toldApart([['user_1', 'Gala'], ['user_1', 'Gala']]).size, 1);
});
