import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {busyboxFolder, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const umasks = ['002', '022', '077'];

/** A repository, cloned under each umask. */
async function clones(t: ExecutionContext): Promise<readonly string[]> {
	const folder = await folderFor(t);
	const origin = join(folder, 'origin');
	mkdirSync(join(origin, 'dir'), {recursive: true});
	writeFileSync(join(origin, '.dockerignore'), '.git');
	writeFileSync(join(origin, 'run'), '#!/bin/sh\n');
	chmodSync(join(origin, 'run'), 0o755);
	writeFileSync(join(origin, 'dir/file'), 'file');
	symlinkSync('dir/file', join(origin, 'link'));
	const git = (...args: readonly string[]) =>
		execFileSync('git', ['-C', origin, '-c', 'user.name=t', '-c', 'user.email=t', ...args], {stdio: 'pipe'});
	git('init', '--quiet');
	git('add', '.');
	git('commit', '--quiet', '-m', 'all');
	return umasks.map(umask => {
		const clone = join(folder, umask);
		execFileSync('sh', ['-c', `umask ${umask}; exec git clone --quiet "$0" "$1"`, origin, clone], {stdio: 'pipe'});
		return clone;
	});
}

const order = {lines: ['FROM scratch', 'COPY . /app/'], sourceDateEpoch: 1};

async function buildAll(t: ExecutionContext, options: {readonly contextMode?: 'git'}) {
	return Promise.all(
		(await clones(t)).map(async context => (await workshop(t)).build({...order, ...options, context})),
	);
}

test('clones of one repository under different umasks give one digest, if modes are as git has them', async t => {
	const built = await buildAll(t, {contextMode: 'git'});

	t.is(new Set(built.map(({result}) => result.digest)).size, 1);
	t.deepEqual(built[0]?.trees, [
		{
			'app/': '755',
			'app/.dockerignore': '644 4',
			'app/dir/': '755',
			'app/dir/file': '644 4',
			'app/link': '→ dir/file',
			'app/run': '755 10',
		},
	]);
});

test('else they do not: modes are those of the disk', async t => {
	const built = await buildAll(t, {});

	t.is(new Set(built.map(({result}) => result.digest)).size, umasks.length);
});

test('a step whose files have these modes anyway has the same key; named contexts have them too', async t => {
	const shop = await workshop(t);
	const [group = '', others = ''] = await clones(t);
	const lines = [...order.lines, 'COPY --from=assets dir /dir'];
	await shop.build({...order, lines, context: others, contexts: {assets: others}});

	const {rows} = await shop.build({...order, lines, context: group, contexts: {assets: group}, contextMode: 'git'});

	t.deepEqual(
		rows.map(row => row.replace(/.*: /, '')),
		['cached', 'cached', 'cached'],
	);
});

runs('a RUN that sees the context sees these modes', async t => {
	const [context = ''] = await clones(t);

	const {events} = await (await workshop(t)).build({
		lines: ['FROM busybox', "RUN --mount=type=bind,target=/c stat -c '%a %n' /c/run /c/dir /c/dir/file"],
		contexts: {busybox: busyboxFolder()},
		context,
		contextMode: 'git',
	});

	t.is(outputOf(events), '755 /c/run\n755 /c/dir\n644 /c/dir/file\n');
});
