/** The start page: who somebody is, and what they can try. It reads the approvals of the sample as
 * that person, with their own session, and asks the platform for all else. */

const PHASES = {
  absent: 'There is no sample tenant here. Make one, or sign in as somebody of your own.',
  making: 'The platform makes a sample tenant, as its people would, within a minute. You can choose already who you are.',
  ready: 'Choose: one click signs you in. You can change it at any time.',
  failed: 'The sample tenant could not be made or removed.',
  removing: 'The sample tenant is being removed …',
  removed: 'The sample tenant was removed: it is closed, and nobody gets in.',
};
const LOOK_EVERY_MS = 1500;
const PERSON = 'assent-sample-person';
const TENANT = 'assent-tenant';
const at = (id) => document.getElementById(id);

let shown = null;
let person = sessionStorage.getItem(PERSON);
let wanted = null;
let token = null;

async function platform(method, path, body) {
  const headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
  const answer = await fetch(`/_platform/${path}`, { method, headers, body: body && JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? said.title);
  return said;
}

/** An approval as the person who is signed in sees it; null where nobody is, or somebody who may
 * not see it. */
async function approval(id) {
  for (const anew of [false, true]) {
    if (anew || token === null) token = await newToken();
    if (token === null) return null;
    const answer = await fetch(`/v1/mobile/approvals/${id}`, { headers: { Authorization: `Bearer ${token}` } });
    if (answer.ok) return answer.json();
    if (answer.status !== 401) return nobody(answer);
  }
  return null;
}

async function newToken() {
  const body = new URLSearchParams({ grant_type: 'refresh_token', tenant: shown.made.tenant_id });
  const answer = await fetch('/v1/auth/token', { method: 'POST', body });
  return answer.ok ? (await answer.json()).access_token : nobody(answer);
}

/** Null for a refusal; a platform that is busy says nothing about who is signed in. */
function nobody(answer) {
  if (answer.status >= 500 || answer.status === 429) throw new Error('The platform is busy: this page asks again.');
  return null;
}

/** Whether the task is done, and what to say of it. */
function approved(card) {
  if (card === null) return [false, ''];
  if (card.status === 'pending') {
    return [false, person === 'ada' ? 'Ada asked for it: become a governor to decide.' : 'Read the card, then say yes.'];
  }
  if (card.status === 'expired') return [false, 'Nobody decided in time, and silence denied it. Remove the sample and make it anew.'];
  return [true, `Decided: ${words(card.status)}.`];
}

function vetoed(card) {
  if (card === null) return [false, ''];
  if (card.status === 'auto_approved') {
    return [false, person === 'ada' ? 'Become a governor to veto.' : 'The agent works already; a veto takes it back.'];
  }
  if (card.status === 'confirmed') return [false, 'Its window closed and nobody vetoed. Remove the sample and make it anew.'];
  return [true, `It is ${words(card.status)}, and what was deployed is rolled back.`];
}

const words = (status) => status.replaceAll('_', ' ');

async function look() {
  try {
    shown = await platform('GET', 'sample');
    at('time').textContent = (await platform('GET', 'clock')).now.replace('T', ' ').slice(0, 16) + ' UTC';
  } catch {
    at('phase').textContent = 'The platform does not answer: it was stopped, or it is starting.';
    return;
  }
  const { phase, made } = shown;
  at('phase').textContent = PHASES[phase];
  say(at('why-not'), phase === 'failed' ? shown.why_not : '');
  at('people').hidden = phase !== 'ready' && phase !== 'making';
  at('clock').hidden = at('people').hidden;
  at('sample').hidden = false;
  at('remove').hidden = phase !== 'ready' && phase !== 'failed';
  at('make').hidden = !['absent', 'failed', 'removed'].includes(phase);
  at('make').textContent = phase === 'failed' ? 'Try again' : 'Make the sample';
  for (const each of document.querySelectorAll('[data-person]')) {
    each.setAttribute('aria-pressed', String(each.dataset.person === person && made !== null));
    each.disabled = wanted !== null;
  }
  if (made !== null && wanted !== null) await enter();
  await showTasks();
}

async function showTasks() {
  const { made } = shown;
  if (made !== null) {
    // Before anybody can press them.
    at('approve').querySelector('a').href = `/console/approvals/${made.waiting}`;
    at('veto').querySelector('a').href = `/console/approvals/${made.vetoable}`;
    at('why').querySelector('a').href = `/console/story/approval/${made.story}`;
  }
  at('tasks').hidden = made === null || person === null;
  showGuides();
  if (at('tasks').hidden) return;
  const [waiting, vetoable] = await Promise.all([approval(made.waiting), approval(made.vetoable)]);
  if (waiting === null) return forget();
  const tasks = [
    ['approve', approved(waiting)],
    ['veto', vetoed(vetoable)],
    ['why', [shown.has_asked_why, shown.has_asked_why ? 'Every event names its cause.' : 'Who asked, which checks ran, who said yes.']],
  ];
  for (const [id, [isDone, said]] of tasks) {
    at(id).classList.toggle('is-done', isDone);
    at(id).querySelector('p').textContent = isDone ? `Done. ${said}` : said;
  }
  const left = tasks.filter(([, [isDone]]) => !isDone).length;
  at('all-done').textContent = left === 0 ? 'All done: that was governing. What you decided is in the log, signed.' : '';
}

/** What can be asked of the guides, once somebody is signed in. */
function showGuides() {
  const { question, read, of } = shown.guides;
  at('ask').hidden = at('tasks').hidden || of === 0;
  const link = at('ask').querySelector('a');
  link.href = `/console/knowledge?question=${encodeURIComponent(question)}`;
  link.textContent = `Ask the guides of Assent: “${question}”`;
  const said = read < of ? `${read} of ${of} are read by now.` : 'Each passage has a citation that the console verifies.';
  at('ask').querySelector('span').textContent = said;
}

/** Somebody signed in or out elsewhere in this browser. */
function forget() {
  person = null;
  token = null;
  sessionStorage.removeItem(PERSON);
}

async function enter() {
  const name = wanted;
  wanted = null;
  await attempt(async () => {
    const entered = await platform('POST', 'sample/enter', { person: name });
    token = null;
    person = name;
    sessionStorage.setItem(PERSON, name);
    localStorage.setItem(TENANT, entered.tenant_id);
  });
}

async function attempt(work) {
  try {
    await work();
  } catch (error) {
    say(at('why-not'), error.message);
    throw error;
  }
}

function say(place, text) {
  place.textContent = text;
  place.hidden = text === '';
}

async function pressed(button, work) {
  button.disabled = true;
  try {
    await work();
    await look();
  } catch (error) {
    say(at('why-not'), error.message);
  } finally {
    button.disabled = false;
  }
}

for (const each of document.querySelectorAll('[data-person]')) {
  each.addEventListener('click', () => {
    wanted = each.dataset.person;
    void pressed(each, async () => undefined);
  });
}
at('advance').addEventListener('click', () =>
  pressed(at('advance'), async () => {
    at('moved').textContent = 'Moving …';
    const { fired } = await platform('POST', 'clock/advance', { seconds: 86_400 });
    at('moved').textContent = `24 hours went by: ${fired.timers} timers fired.`;
  }),
);
at('remove').addEventListener('click', () =>
  pressed(at('remove'), async () => {
    await platform('DELETE', 'sample');
    forget();
    localStorage.removeItem(TENANT);
  }),
);
at('make').addEventListener('click', () => pressed(at('make'), () => platform('POST', 'sample', {})));
at('reverse').textContent = `adb reverse tcp:${location.port} tcp:${location.port}`;

async function keepLooking() {
  if (!document.hidden) await look().catch(() => undefined);
  setTimeout(keepLooking, LOOK_EVERY_MS);
}
document.addEventListener('visibilitychange', () => !document.hidden && look().catch(() => undefined));
void keepLooking();
