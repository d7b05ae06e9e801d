import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {prune} from '../../lib/catalog/prune.ts';
import {usage} from '../../lib/catalog/usage.ts';
import {busyboxFolder, ofType, onBusybox, outputOf, read, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const contexts = {busybox: busyboxFolder()};
const cache = (options: string, command: string) => `RUN --mount=type=cache,${options} ${command}`;
const cachesIn = (root: string) => readdirSync(join(root, 'caches')).sort();

/** Stages that run at the same time, each with one RUN. */
function sideBySide(...instructions: readonly string[]): readonly string[] {
	return [
		...instructions.flatMap((run, index) => [`FROM busybox AS s${index}`, run]),
		'FROM busybox',
		...instructions.map((_, index) => `COPY --from=s${index} /bin/sh /s${index}`),
	];
}

runs('a cache is found by its id, which is the target unless it is given, cleaned (RUN-3)', async t => {
	const shop = await workshop(t);

	const {events, trees} = await shop.build(
		onBusybox(
			cache('target=/c', 'echo first > /c/f'),
			cache('target=/x/../c/', 'cat /c/f'),
			cache('target=/other,id=/c', 'cat /other/f'),
			cache('target=/c,id=own', 'ls /c'),
			cache('target=/c,ro', 'cat /c/f; (echo x > /c/f) 2> /dev/null || echo read-only'),
		),
	);

	t.is(outputOf(events), 'first\nfirst\nfirst\nread-only\n');
	t.deepEqual(trees.slice(-5), [{}, {}, {}, {}, {}]);
});

runs('BUILDKIT_CACHE_MOUNT_NS keeps the caches of builds apart (ARG-5)', async t => {
	const shop = await workshop(t);
	const order = onBusybox(
		cache('target=/c', 'ls /c; echo > /c/$$; sleep 0'),
		'ARG X',
		cache('target=/c', 'ls /c | wc -l # $X'),
	);
	const counted = async (namespace: string, X: string) => {
		const {events} = await shop.build({
			...order,
			buildArgs: {X, ...(namespace && {BUILDKIT_CACHE_MOUNT_NS: namespace})},
		});
		return outputOf(events);
	};

	t.is(await counted('', '1'), '1\n');
	t.is(await counted('team', '2'), '1\n');
	t.is(cachesIn(shop.root).length, 2);
});

for (const runtime of ['crun', 'runc'] as const) {
	unless(withoutRun ?? without(runtime))(
		`${runtime}: below a read-only cache can be mounted what it has a folder for, and nothing else (RUN-3)`,
		async t => {
			const shop = await workshop(t);
			const below = (folder: string) =>
				`RUN --mount=type=cache,target=/c,ro --mount=type=tmpfs,target=/c/${folder} touch /c/${folder}/x; ls -R /c`;

			const {events} = await shop.build({...onBusybox(cache('target=/c', 'mkdir /c/sub'), below('sub')), runtime});
			const {error} = await shop.tell({...onBusybox(below('new')), runtime});
			const after = await shop.build({...onBusybox(cache('target=/c', 'ls -R /c')), runtime});

			t.is(outputOf(events), '/c:\nsub\n\n/c/sub:\nx\n');
			t.like(error, {
				code: 'TARGET_MISSING',
				message: 'RUN: nothing can be mounted at /c/new, which is not in the read-only cache',
				exitCode: 4,
			});
			t.is(outputOf(after.events), '/c:\nsub\n\n/c/sub:\n');
		},
	);
}

runs('whatever an id says, its folder lies in the folder of caches (CVE-2024-9675)', async t => {
	const shop = await workshop(t);
	const ids = ['../../../../escape', '/', '.', '..', 'a/../../b', '$ID', 'x'.repeat(3000), 'ä\t%2e%2e', '~', '-rf'];

	await shop.build({
		...onBusybox('ARG ID', ...ids.map(id => cache(`target=/c,"id=${id}"`, 'test -z "$(ls /c)" && echo x > /c/f'))),
		buildArgs: {ID: '../line\nbreak'},
	});

	t.is(cachesIn(shop.root).length, ids.length);
	for (const name of cachesIn(shop.root)) t.regex(name, /^[0-9a-f]{32}$/);
	t.false(existsSync(join(shop.root, '../escape')));
});

runs('owner and mode are those of a new cache only; whoever asks for others has another cache (RUN-3)', async t => {
	const shop = await workshop(t);
	const look = 'stat -c "%u:%g %a" /c; ls /c';

	const {events} = await shop.build(
		onBusybox(
			cache('target=/c', `${look}; chmod 700 /c; echo > /c/usual`),
			cache('target=/c,sharing=locked', look),
			cache('target=/c,uid=5,gid=6,mode=0750', `${look}; chmod 777 /c; echo > /c/owned`),
			cache('target=/c,mode=0750,gid=6,uid=5', look),
			cache('target=/c,mode=1777', look),
			'USER 5:6',
			cache('target=/d,id=/c,uid=5,gid=6,mode=750', 'echo > /d/mine; ls /d'),
		),
	);

	t.is(outputOf(events), '0:0 755\n0:0 700\nusual\n5:6 750\n5:6 777\nowned\n0:0 1777\nmine\nowned\n');
});

runs('--no-cache begins each cache anew, once in a build (RUN-3)', async t => {
	const shop = await workshop(t);
	const order = onBusybox(cache('target=/c', 'ls /c; echo > /c/a'), cache('target=/c', 'ls /c; echo > /c/b'));

	const first = await shop.build(order);
	const again = await shop.build({...order, noCache: true});
	const {events} = await shop.build(onBusybox(cache('target=/c', 'ls /c')));

	t.deepEqual([first.events, again.events, events].map(outputOf), ['a\n', 'a\n', 'a\nb\n']);
	t.is(cachesIn(shop.root).length, 1, 'the old one is gone');
});

runs('--no-cache begins a cache anew that has a mode, and the next build goes on with it (RUN-3)', async t => {
	const shop = await workshop(t);
	const counted = async (name: string, noCache: boolean) => {
		const order = onBusybox('ARG NAME', cache('target=/c,mode=0773', 'touch /c/$NAME; ls -l /c | wc -l'));
		return outputOf((await shop.build({...order, buildArgs: {NAME: name}, noCache})).events);
	};

	t.deepEqual(
		[await counted('abc', false), await counted('def', true), await counted('ghi', false)],
		['2\n', '2\n', '3\n'],
	);
});

runs('--no-cache takes no cache away from a build that uses it (RUN-3)', async t => {
	const shop = await workshop(t);
	const order = onBusybox(
		cache('target=/c', 'touch /c/f; echo begun; while test ! -e /c/go -a -e /c/f; do sleep 0.1; done; ls /c'),
	);
	const using = shop.start({...order, buildArgs: {}});
	for await (const event of using) if (event.type === 'step.output') break;
	const [name = ''] = cachesIn(shop.root);

	const {events} = await shop.build({...onBusybox(cache('target=/c', 'ls /c')), noCache: true});
	const away = cachesIn(shop.root).find(folder => folder.startsWith(`${name}.`)) ?? '';
	writeFileSync(join(shop.root, 'caches', away, 'files/go'), '');
	await using;
	await prune({root: shop.root, only: ['cache']});

	t.is(outputOf(events), '');
	t.deepEqual(cachesIn(shop.root), []);
});

runs('shared: programs of several stages see the same files at the same time (RUN-3)', async t => {
	const shop = await workshop(t);
	const meet = (own: string, other: string) =>
		cache('target=/c', `touch /c/${own}; while test ! -e /c/${other}; do sleep 0.05; done; echo met`);

	const {events} = await shop.build({lines: sideBySide(meet('a', 'b'), meet('b', 'a')), contexts, jobs: 2});

	t.is(outputOf(events), 'met\nmet\n');
});

runs('private: who comes while another has the cache gets one of his own, and later the first (RUN-3)', async t => {
	const shop = await workshop(t);
	const meet = (own: string, other: string) =>
		[
			`RUN --mount=type=cache,target=/c,sharing=private --mount=type=cache,target=/meet`,
			`touch /meet/${own}; while test ! -e /meet/${other}; do sleep 0.05; done; ls /c; touch /c/${own}`,
		].join(' ');

	const {events} = await shop.build({lines: sideBySide(meet('a', 'b'), meet('b', 'a')), contexts, jobs: 2});
	const later = await shop.build(onBusybox(cache('target=/c,sharing=private', 'ls /c')));

	t.is(outputOf(events), '');
	t.regex(outputOf(later.events), /^[ab]\n$/);
});

runs('locked: one at a time, in all builds with this store, and who waits is told (RUN-3)', async t => {
	const shop = await workshop(t);
	const alone = (name: string) =>
		cache('target=/c,sharing=locked', `mkdir /c/lock; sleep 0.7; rmdir /c/lock; echo ${name}`);
	const order = (name: string) => ({lines: sideBySide(alone(`${name}1`), alone(`${name}2`)), contexts, jobs: 2});

	const told = await Promise.all([order('a'), order('b')].map(one => read(shop.start(one))));

	for (const {error} of told) t.is(error, undefined);
	t.deepEqual(told.flatMap(({events}) => outputOf(events).trim().split('\n')).sort(), ['a1', 'a2', 'b1', 'b2']);
	t.true(
		told.flatMap(({events}) => ofType(events, 'step.waiting')).filter(waiting => waiting.for === 'lock').length >= 3,
	);
});

runs('a shared one waits for a locked one and a locked one for shared ones (RUN-3)', async t => {
	const shop = await workshop(t);
	const work = (sharing: string) =>
		cache(`target=/c,sharing=${sharing}`, 'test ! -e /c/lock && touch /c/lock; sleep 0.7; rm /c/lock; echo alone');

	const {events} = await shop.build({lines: sideBySide(work('shared'), work('locked')), contexts, jobs: 2});

	t.is(outputOf(events), 'alone\nalone\n');
});

runs('one RUN can have a cache twice, locked or not (RUN-3)', async t => {
	const shop = await workshop(t);
	const mounts = ['locked', 'shared', 'private'].map(
		sharing => `--mount=type=cache,id=c,target=/${sharing},sharing=${sharing}`,
	);

	const {events} = await shop.build(onBusybox(`RUN ${mounts.join(' ')} echo x > /locked/f; cat /shared/f /private/f`));

	t.is(outputOf(events), 'x\nx\n');
});

runs('a build that is killed gives its locks back (RUN-3)', async t => {
	const shop = await workshop(t);
	const folder = await folderFor(t);
	const lines = ['FROM busybox', cache('target=/c,sharing=locked', 'touch /c/begun; echo begun; sleep 1000')];
	writeFileSync(join(folder, 'Dockerfile'), lines.join('\n'));
	const strata = fileURLToPath(new URL('../../bin/strata.js', import.meta.url));
	const flags = ['--root', shop.root, 'build', '--progress', 'plain', '--build-context', `busybox=${busyboxFolder()}`];
	const child = spawn(process.execPath, [strata, ...flags, folder], {stdio: ['ignore', 'ignore', 'pipe']});
	for await (const text of child.stderr.setEncoding('utf8')) if (text.includes('| begun')) break;

	child.kill('SIGKILL');
	await once(child, 'exit');
	const {events} = await shop.build(onBusybox(cache('target=/c,sharing=locked', 'ls /c')));

	t.is(outputOf(events), 'begun\n');
});

// With its name in place of its descriptor mounted in lib/worker/bind-in-root.ts, it would show the machine's files.
runs('a folder of a cache is found inside it, whoever swaps it for a link (RUN-3, CVE-2024-23651)', async t => {
	const shop = await workshop(t);
	const outside = await folderFor(t);
	const links = ['real', '/', 'real', '../../../../../../../..'];
	const swap = links.map(target => `busybox ln -s ${target} /c/new; busybox mv -T /c/new /c/sub`).join('; ');
	const looks = Array.from({length: 10}, (_, index) =>
		[
			`RUN --mount=type=cache,id=/c,target=/m,source=/sub --mount=type=cache,target=/c`,
			`ls /m 2>/dev/null; test ${index} -lt 9 || touch /c/over`,
		].join(' '),
	);
	await shop.build(onBusybox(cache('target=/c', 'mkdir /c/real; busybox ln -s real /c/sub; touch /c/top /c/real/in')));

	const {events} = await shop.build({
		lines: [
			'FROM busybox AS swaps',
			cache('target=/c', `while test ! -e /c/over; do ${swap}; done`),
			'FROM busybox',
			...looks,
			'COPY --from=swaps /bin/sh /s',
		],
		contexts,
		jobs: 2,
	});
	const {error} = await shop.tell(
		onBusybox(
			cache('target=/c', `busybox ln -s ${outside} /c/outside`),
			'RUN --mount=type=cache,id=/c,target=/m,source=/outside touch /m/written',
		),
	);

	const seen = [...new Set(outputOf(events).trim().split('\n'))].sort();
	t.deepEqual(
		seen.filter(name => !['in', 'new', 'real', 'sub', 'top'].includes(name)),
		[],
	);
	t.true(seen.includes('in') && seen.includes('top'), 'both were seen');
	t.like(error, {code: 'MOUNT_SOURCE', message: 'RUN: --mount: there is no /outside to mount'});
	t.deepEqual(readdirSync(outside), []);
});

runs(
	'a seed is of a stage, an image or a context, a folder of it, and only what the cache begins with (RUN-3)',
	async t => {
		const shop = await workshop(t);
		const seeded = (from: string, command: string) => cache(`target=/c,${from}`, command);

		const {events} = await shop.build({
			lines: [
				'FROM busybox AS made',
				'RUN mkdir -p /d/e && echo made > /d/e/f && chmod 711 /d/e',
				'FROM busybox',
				seeded('from=made,source=/d/e', 'cat /c/f; stat -c %a /c; echo changed > /c/f'),
				seeded('from=made,source=/d/e', 'cat /c/f # again'),
				seeded('from=made,source=/d', 'cat /c/e/f'),
				seeded('from=files', 'cat /c/a'),
				seeded('from=files,mode=0700', 'cat /c/a; stat -c %a /c'),
				'COPY --from=made /d/e/f /',
				'RUN cat /f',
			],
			contexts: {...contexts, files: {files: {a: 'a\n'}}},
		});
		const {error} = await shop.tell({
			lines: ['FROM busybox', seeded('from=files,source=a', 'true')],
			contexts: {...contexts, files: {files: {a: 'a\n'}}},
		});

		t.is(outputOf(events), 'made\n711\nchanged\nmade\na\na\n700\nmade\n');
		t.like(error, {code: 'MOUNT_SOURCE', message: 'RUN: --mount: a cache cannot begin as /a, which is no directory'});
	},
);

runs('du shows caches, prune frees them, but none that is in use (RUN-3)', async t => {
	const shop = await workshop(t);
	const {root} = shop;
	const using = shop.start(
		onBusybox(
			cache('target=/c', 'head -c 1000000 /dev/zero > /c/big; echo begun; while test ! -e /c/go; do sleep 0.1; done'),
		),
	);
	for await (const event of using) if (event.type === 'step.output') break;

	await t.throwsAsync(prune({root, only: ['mounts']}), {message: 'the store is in use by another strata'});
	const row = (await usage({root})).find(({what}) => what === 'cache mounts');
	writeFileSync(join(root, 'caches', cachesIn(root)[0] ?? '', 'files/go'), '');
	await using;
	const {removed} = await prune({root, only: ['mounts']});

	t.like(row, {count: 1});
	t.true((row?.size ?? 0) >= 1_000_000 && row?.size === row?.reclaimable);
	t.like(removed, [{what: 'cache mounts', count: 1}]);
	t.deepEqual(cachesIn(root), []);
});
