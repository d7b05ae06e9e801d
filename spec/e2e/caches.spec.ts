import test from 'ava';
import {makePlace} from '../helpers/place.ts';
import {startRegistry} from '../helpers/registry.ts';
import {build, stopFixtures} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

const registry = startRegistry();
test.after.always(async () => {
	await stopFixtures();
	await (await registry).stop();
});

const text = `FROM alpine AS make
RUN echo made > /made
FROM alpine
COPY --from=make /made /srv/
RUN --mount=type=cache,target=/c test -e /c/n || head -c 8 /dev/urandom > /c/n; cp /c/n /n
`;

test('another store takes all from a registry, and tells what it fetched', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: text}, 'context');
	const name = `${(await registry).host}/team/app:cache`;
	const mounts = `${(await registry).host}/team/app:mounts`;

	const first = await build(place, context, {
		flags: [
			'-t',
			'app',
			'--cache-from',
			name,
			'--cache-to',
			`type=registry,ref=${name},mode=max`,
			'--cache-mounts-to',
			mounts,
		],
	});
	const second = await build(place, context, {flags: ['-t', 'app', '--root', 'other', '--cache-from', name]});

	t.is(first.status, 0, first.stderr);
	t.true(first.stderr.includes(`cache from ${name}: nothing there yet`), first.stderr);
	t.regex(first.stderr, /^cache to \S+: .*, 0 of \d+ there already, [0-9.]+s$/m);
	t.regex(first.stderr, /^cache mounts to \S+: /m);
	t.is(second.status, 0, second.stderr);
	t.regex(second.stderr, /^cache from \S+: 3 steps, [0-9.]+s$/m);
	t.regex(second.stderr, /^cache layers from \S+: 2 layers, /m);
	t.notRegex(second.stderr, /DONE/);
	t.is(idOf(second.stderr), idOf(first.stderr));
});

test('a folder serves as well; what cannot be read or written is a warning', async t => {
	const place = makePlace(t, ordinary);
	const context = place.write({Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n'}, 'context');
	place.write({mine: ''}, 'taken');
	place.write({'index.json': '{}'}, 'damaged');

	const first = await build(place, context, {flags: ['--cache-to', 'type=local,dest=cache']});
	const second = await build(place, context, {
		flags: [
			'--root',
			'other',
			'--cache-from',
			'type=local,src=cache',
			'--cache-from',
			'type=local,src=damaged',
			'--cache-to',
			'type=local,dest=taken',
		],
	});
	const third = await build(place, context, {flags: ['--cache-to', 'type=local,dest=taken,ignore-error=false']});

	t.is(first.status, 0, first.stderr);
	t.is(second.status, 0, second.stderr);
	t.notRegex(second.stderr, /DONE/);
	t.regex(second.stderr, /^warning: no steps come from the cache damaged: /m);
	t.regex(second.stderr, /^warning: the cache taken was not written: .* is not empty, and not an OCI layout/m);
	t.is(third.status, 2, third.stderr);
});

function idOf(stderr: string): string | undefined {
	return /^id +(\S+)$/m.exec(stderr)?.[1];
}
