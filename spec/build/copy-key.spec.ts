import {execFileSync} from 'node:child_process';
import {
	chmodSync,
	chownSync,
	linkSync,
	mkdirSync,
	renameSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {type Order, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';

/** A COPY as it is built first; the specs change one thing of it each. */
const usual = {
	lines: ['FROM scratch', 'WORKDIR /w', 'COPY a.txt b.txt dir/'],
	files: {'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c'},
};

interface Change extends Omit<Order, 'files'> {
	readonly files?: Order['files'];
	/** In place of the usual instruction. */
	readonly copy?: string;
	/** Lines in front of it. */
	readonly before?: readonly string[];
}

/** How the last step ends, built after the usual one and with one change. */
async function endOf(t: ExecutionContext, {copy, before = [], files = {}, ...options}: Change, first: Change = {}) {
	const shop = await workshop(t);
	const order = (change: Pick<Change, 'copy' | 'before' | 'files'>): Order => ({
		lines: [...usual.lines.slice(0, 2), ...(change.before ?? []), change.copy ?? usual.lines[2] ?? ''],
		files: {...usual.files, ...change.files},
	});
	await shop.build(order(first));

	const {rows} = await shop.build({...order({copy, before, files} as Change), ...options});

	return rows.at(-1)?.replace(/.*: /, '');
}

const seen: Readonly<Record<string, Change>> = {
	'a file': {files: {'a.txt': 'A'}},
	'a mode': {files: {'a.txt': {data: 'a', mode: 0o755}}},
	'which files': {copy: 'COPY a.txt c.txt dir/'},
	'their order': {copy: 'COPY b.txt a.txt dir/'},
	'a pattern that leaves one out': {copy: 'COPY --exclude=b* a.txt b.txt dir/'},
	'the destination': {copy: 'COPY a.txt b.txt other/'},
	'the directory': {before: ['WORKDIR /v']},
	'--chown': {copy: 'COPY --chown=1 a.txt b.txt dir/'},
	'--chmod': {copy: 'COPY --chmod=600 a.txt b.txt dir/'},
	'--link': {copy: 'COPY --link a.txt b.txt dir/'},
	'--parents': {copy: 'COPY --parents a.txt b.txt dir/'},
	'ADD for COPY': {copy: 'ADD a.txt b.txt dir/'},
	SOURCE_DATE_EPOCH: {buildArgs: {SOURCE_DATE_EPOCH: '1'}},
};

const unseen: Readonly<Record<string, Change>> = {
	'files that it does not copy': {files: {'c.txt': 'C', 'd.txt': 'd'}},
	'how its names are written': {copy: 'copy  ./a.txt   /b.txt  dir/'},
	'a pattern that matches nothing': {copy: 'COPY --exclude=*.none a.txt b.txt dir/'},
	'a label': {before: ['LABEL x=1'], labels: {y: '2'}},
	'ENV, CMD, USER and EXPOSE': {before: ['ENV A=1', 'CMD ["a"]', 'USER 7', 'EXPOSE 80']},
	'build args': {before: ['ARG A'], buildArgs: {A: '1', HTTP_PROXY: 'http://p', UNUSED: '2'}},
	'tags, jobs, network and hosts': {tags: ['x'], jobs: 1, network: 'none', hosts: {db: '10.0.0.1'}},
};

for (const [what, change] of Object.entries(seen)) {
	test(`the key of a COPY sees ${what}`, async t => {
		t.is(await endOf(t, change), 'done');
	});
}

for (const [what, change] of Object.entries(unseen)) {
	test(`the key of a COPY does not see ${what}`, async t => {
		t.is(await endOf(t, change), 'cached');
	});
}

test('with --chmod, the key of a COPY does not see modes', async t => {
	const copy = 'COPY --chmod=644 a.txt b.txt dir/';

	t.is(await endOf(t, {copy, files: {'a.txt': {data: 'a', mode: 0o755}}}, {copy}), 'cached');
});

test('the key of a COPY sees the body of a heredoc (W-19)', async t => {
	t.is(await endOf(t, {copy: 'COPY <<x /\nb\nx'}, {copy: 'COPY <<x /\na\nx'}), 'done');
	t.is(await endOf(t, {copy: 'COPY <<x /\na\nx'}, {copy: 'COPY <<x /\na\nx'}), 'cached');
});

test('the key of a COPY does not see times (KEY-1)', async t => {
	const shop = await workshop(t);
	const context = await folderFor(t);
	writeFileSync(join(context, 'a'), 'a');
	const order = {lines: ['FROM scratch', 'COPY a /'], context};
	await shop.build(order);
	utimesSync(join(context, 'a'), 7, 7);

	const {rows} = await shop.build(order);

	t.is(rows.at(-1), 'COPY a /: cached');
});

/** One change of a folder that is copied whole, seen or not. */
const changes: Readonly<Record<string, readonly [(folder: string) => void, 'done' | 'cached']>> = {
	'the name of a file': [folder => renameSync(join(folder, 'a'), join(folder, 'b')), 'done'],
	'where a link leads': [folder => linkAnew('other', join(folder, 'l')), 'done'],
	'a link where a file was': [folder => linkAnew('l', join(folder, 'a')), 'done'],
	'an empty directory': [folder => mkdirSync(join(folder, 'e')), 'done'],
	'an extended attribute': [folder => execFileSync('setfattr', ['-n', 'user.a', '-v', '2', join(folder, 'a')]), 'done'],
	'a link that is made anew': [folder => linkAnew('a', join(folder, 'l')), 'cached'],
	'who owns files of the context': [folder => chownSync(join(folder, 'a'), 7, 8), 'cached'],
	'another name for one file': [folder => linkAgain(join(folder, 'a')), 'cached'],
	'times of a directory': [folder => utimesSync(folder, 7, 7), 'cached'],
};

function linkAnew(target: string, path: string): void {
	rmSync(path);
	symlinkSync(target, path);
}

/** The same file, by a name outside of the context. */
function linkAgain(path: string): void {
	linkSync(path, `${dirname(path)}-link`);
}

for (const [what, [change, end]] of Object.entries(changes)) {
	const reason =
		(what.startsWith('who') && process.getuid?.() !== 0 && 'only root gives files away') ||
		(what.includes('attribute') && without('setfattr')) ||
		undefined;
	unless(reason)(`the key of a COPY ${end === 'done' ? 'sees' : 'does not see'} ${what} (KEY-1)`, async t => {
		const shop = await workshop(t);
		const context = join(await folderFor(t), 'context');
		mkdirSync(context);
		writeFileSync(join(context, 'a'), 'a');
		symlinkSync('a', join(context, 'l'));
		const order = {lines: ['FROM scratch', 'COPY . /all/'], context};
		await shop.build(order);

		change(context);

		t.is((await shop.build(order)).rows.at(-1), `COPY . /all/: ${end}`);
		t.is((await shop.build(order)).rows.at(-1), 'COPY . /all/: cached');
	});
}

test('the key of a COPY sees the ids that files of a stage have (KEY-1)', async t => {
	const shop = await workshop(t);
	const end = async (owner: string) => {
		const lines = ['FROM scratch AS a', `COPY --chown=${owner} f /f`, 'FROM scratch', 'COPY --from=a /f /'];
		return (await shop.build({lines, files: {f: 'f'}})).rows.at(-1)?.replace(/.*: /, '');
	};
	await end('1:1');

	t.deepEqual([await end('2:1'), await end('1:2')], ['done', 'done']);
	t.is(await end('1:1'), 'cached');
});

for (const [copy, end] of [
	['COPY --link a.txt b.txt dir/', 'cached'],
	['COPY --link --chown=1:2 --chmod=600 a.txt b.txt dir/', 'cached'],
	['ADD --link a.txt b.txt dir/', 'cached'],
	['COPY --link --chown=name a.txt b.txt dir/', 'done'],
	['COPY a.txt b.txt dir/', 'done'],
] as const) {
	test(`${copy} on another base is ${end} (CPY-11)`, async t => {
		const on = (id: number) => `COPY <<x /etc/passwd\nname:x:${id}:${id}::/:/bin/sh\nx`;

		t.is(await endOf(t, {copy, before: [on(1)]}, {copy, before: [on(2)]}), end);
	});
}

test('a --link that is found lies on its new base as it would if done there (CPY-11)', async t => {
	const shop = await workshop(t);
	const lines = (base: string) => ['FROM scratch', `COPY ${base} /`, 'COPY --link a.txt /dir/'];
	const files = {'a.txt': 'a', one: '1', two: '2'};
	await shop.build({lines: lines('one'), files});

	const found = await shop.build({lines: lines('two'), files});
	const done = await shop.build({lines: lines('two'), files, noCache: true});

	t.true(found.rows.at(-1)?.endsWith(': cached'));
	t.deepEqual(found.trees, done.trees);
	t.is(found.manifest.layers.at(-1)?.digest, done.manifest.layers.at(-1)?.digest);
});

test('a directory is seen with its modes and what is in it, not with what is ignored (IGN-6)', async t => {
	const shop = await workshop(t);
	const context = await folderFor(t);
	const [kept, ignored] = [join(context, 'kept'), join(context, 'ignored')];
	for (const [path, text] of [
		[kept, '1'],
		[ignored, '1'],
		[join(context, '.dockerignore'), 'ignored\n.dockerignore\n'],
	] as const) {
		writeFileSync(path, text);
	}
	const order = {lines: ['FROM scratch', 'COPY . /all/'], context};
	const ends: (string | undefined)[] = [];
	for (const change of [
		() => writeFileSync(ignored, '2'),
		() => chmodSync(kept, 0o600),
		() => writeFileSync(kept, '2'),
		() => {},
	]) {
		await shop.build(order);
		change();
		ends.push((await shop.build(order)).rows.at(-1)?.replace(/.*: /, ''));
	}

	t.deepEqual(ends, ['cached', 'done', 'done', 'cached']);
});

test('the key of a WORKDIR sees its path and the USER, not the environment', async t => {
	const shop = await workshop(t);
	const last = async (...lines: string[]) => (await shop.build({lines: ['FROM scratch', ...lines]})).rows.at(-1);
	await last('WORKDIR /w');

	t.is(await last('ENV A=1', 'WORKDIR /w'), 'WORKDIR /w: cached');
	t.is(await last('WORKDIR /v'), 'WORKDIR /v: done');
	t.is(await last('USER 1', 'WORKDIR /w'), 'WORKDIR /w: done');
});

test('a change of the config is found if it was made to the same config and files', async t => {
	const shop = await workshop(t);
	const last = async (...lines: string[]) => (await shop.build({lines: ['FROM scratch', ...lines]})).rows.at(-1);
	await last('ENV A=1', 'CMD ["a"]');

	t.is(await last('ENV A=1', 'CMD ["a"]'), 'CMD ["a"]: cached');
	t.is(await last('ENV A=1', 'CMD ["b"]'), 'CMD ["b"]: done');
	t.is(await last('ENV A=2', 'CMD ["a"]'), 'CMD ["a"]: done');
	t.is(await last('ENV A=1', 'WORKDIR /x', 'CMD ["a"]'), 'CMD ["a"]: done');
});
