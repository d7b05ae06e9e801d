import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

const redis = 'RUN apk add --update redis';
const gcc = 'RUN apk add --update gcc';
const cmd = 'CMD ["redis-server"]';

test("the course's Dockerfile is all CACHED when built again", async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: dockerfile(redis, cmd)}, 'context');

	const first = await build(place, context, {flags: ['-t', 'redis']});
	const second = await build(place, context, {flags: ['-t', 'redis']});

	t.deepEqual(results(first.stderr), ['FROM alpine: DONE', `${redis}: DONE`, `${cmd}: DONE`]);
	t.deepEqual(results(second.stderr), ['FROM alpine: CACHED', `${redis}: CACHED`, `${cmd}: CACHED`]);
	t.regex(first.stderr, /\| \(1\/1\) Installing redis \(8\.0\.4-r0\)/);
	t.regex(second.stderr, /^redis:latest {2}.*, unchanged, [0-9.]+s$/m);
});

test('a step put after another leaves it cached', async t => {
	const place = makePlace(t, ordinary);
	await build(place, place.write({Dockerfile: dockerfile(redis, cmd)}, 'context'));

	const after = await build(place, place.write({Dockerfile: dockerfile(redis, gcc, cmd)}, 'context'));

	t.deepEqual(results(after.stderr), ['FROM alpine: CACHED', `${redis}: CACHED`, `${gcc}: DONE`, `${cmd}: DONE`]);
});

test('a step put before another makes it run again', async t => {
	const place = makePlace(t, ordinary);
	await build(place, place.write({Dockerfile: dockerfile(redis, cmd)}, 'context'));

	const before = await build(place, place.write({Dockerfile: dockerfile(gcc, redis, cmd)}, 'context'));

	t.deepEqual(results(before.stderr), ['FROM alpine: CACHED', `${gcc}: DONE`, `${redis}: DONE`, `${cmd}: DONE`]);
});

test('a changed file runs its COPY and what follows, a touched one nothing (KEY-1)', async t => {
	const place = makePlace(t, ordinary);
	const text = 'FROM busybox\nRUN echo before\nCOPY a.txt /\nRUN cat /a.txt\n';
	const context = place.write({Dockerfile: text, 'a.txt': 'one', 'unused.txt': 'one'}, 'context');
	await build(place, context);

	await place.run(['touch', 'context/a.txt']);
	place.write({'unused.txt': 'two'}, 'context');
	const touched = await build(place, context);
	place.write({'a.txt': 'two'}, 'context');
	const changed = await build(place, context);

	t.deepEqual(last(results(touched.stderr), 3), [
		'RUN echo before: CACHED',
		'COPY a.txt /: CACHED',
		'RUN cat /a.txt: CACHED',
	]);
	t.deepEqual(last(results(changed.stderr), 3), [
		'RUN echo before: CACHED',
		'COPY a.txt /: DONE',
		'RUN cat /a.txt: DONE',
	]);
});

test('a step that ran again with the same result leaves what follows cached (KEY-4)', async t => {
	const place = makePlace(t, ordinary);
	const text =
		'FROM busybox AS make\nCOPY noise.txt /\nRUN echo same >/result && rm /noise.txt\nFROM busybox\nCOPY --from=make /result /\nRUN cat /result\n';
	const context = place.write({Dockerfile: text, 'noise.txt': 'one'}, 'context');
	await build(place, context);

	place.write({'noise.txt': 'two'}, 'context');
	const again = await build(place, context);

	const found = results(again.stderr);
	t.true(found.includes('RUN echo same >/result && rm /noise.txt: DONE'), again.stderr);
	t.true(found.includes('COPY --from=make /result /: CACHED'), again.stderr);
	t.true(found.includes('RUN cat /result: CACHED'), again.stderr);
});

test('a cached step whose file content is asked for again is not read from the network', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM scratch\nCOPY a /\n', a: 'a'}, 'context');
	await build(place, context);

	const again = await build(place, context, {env: {PATH: '/nowhere:/usr/bin'}});

	t.is(again.status, 0, again.stderr);
	t.deepEqual(last(results(again.stderr), 1), ['COPY a /: CACHED']);
});

function dockerfile(...steps: readonly string[]): string {
	return `FROM alpine\n${steps.join('\n')}\n`;
}

/** `INSTRUCTION: DONE|CACHED` in the order of plain progress, UX.md 2.2 and 2.3. */
function results(stderr: string): readonly string[] {
	const instructions = new Map<string, string>();
	const found: string[] = [];
	for (const [, id = '', rest = ''] of stderr.matchAll(/^\[([^\]]+)\] (.*)$/gm)) {
		if (rest.startsWith('CACHED ')) found.push(`${rest.slice(7)}: CACHED`);
		else if (rest === 'CACHED') found.push(`${instructions.get(id)}: CACHED`);
		else if (/^DONE [0-9.]+s$/.test(rest)) found.push(`${instructions.get(id)}: DONE`);
		else if (!rest.startsWith('| ')) instructions.set(id, rest);
	}
	return found;
}

function last<T>(items: readonly T[], count: number): readonly T[] {
	return items.slice(-count);
}
