import test from 'ava';
import type {BuildEvent} from '../../lib/index.ts';
import {faultsOf} from '../helpers/events.ts';
import {type Ended, makePlace} from '../helpers/place.ts';
import {build, fixtureHost, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

const flags = ['--progress', 'rawjson'];

/** Every line of stderr is an event: another line makes this throw. */
function eventsOf({stderr}: Ended): readonly BuildEvent[] {
	return stderr
		.split('\n')
		.slice(0, -1)
		.map(line => JSON.parse(line) as BuildEvent);
}

/** How a build may end: its Dockerfile, further flags, and its exit code. */
const cases: Readonly<Record<string, readonly [dockerfile: string, flags: readonly string[], status: number]>> = {
	'a build that succeeds': ['FROM busybox\nCOPY a /\nRUN echo hello; echo oops >&2\nCMD ["sh"]\n', ['-t', 'app'], 0],
	'an export': ['FROM busybox\nCOPY a /\n', ['-o', 'type=oci,dest=out.tar'], 0],
	'a step that fails': ['FROM busybox\nRUN printf "\\377"; exit 3\nRUN true\n', [], 4],
	'a Dockerfile with errors': ['FROM busybox\nCOPPY a b\nRUNN x\n', [], 3],
	'a source that is missing': ['FROM busybox\nCOPY aa /\n', [], 3],
	'a name that is none': ['FROM busybox\n', ['-t', 'NO'], 2],
	'a base that is nowhere': ['FROM {registry}/none\n', [], 5],
};

for (const [what, [dockerfile, more, status]] of Object.entries(cases)) {
	test(`${what} is told by rawjson in events only, all of them right by the schema (UX 2.10, 9.6)`, async t => {
		const place = makePlace(t, ordinary);
		const text = dockerfile.replace('{registry}', await fixtureHost());
		const context = place.write({Dockerfile: text, a: 'a'}, 'context');

		const ended = await build(place, context, {flags: [...flags, ...more]});
		const again = await build(place, context, {flags: [...flags, ...more]});

		for (const {status: code} of [ended, again]) t.is(code, status, ended.stderr);
		t.deepEqual(faultsOf(eventsOf(ended)), []);
		t.deepEqual(faultsOf(eventsOf(again)), []);
		t.is(ended.stdout, '');
	});
}

test('a build that is stopped is told to its end (UX 2.10)', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM busybox\nRUN echo up; exec sleep 600\n'}, 'context');

	const ended = await build(place, context, {
		flags,
		onStderr: (chunk, kill) => chunk.includes('"text":"up') && kill('SIGINT'),
	});
	const events = eventsOf(ended);

	t.is(ended.status, 130);
	t.deepEqual(faultsOf(events), []);
	t.like(events.at(-2), {type: 'error', code: 'ABORTED', exitCode: 130});
	t.like(events.at(-1), {type: 'build.finished', result: 'stopped'});
});
