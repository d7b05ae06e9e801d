import {mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {makeInRoot, missingOnTheWay, readInRoot, resolveInRoot} from '../../lib/worker/in-root.ts';
import {folderFor} from '../helpers/folder.ts';

const links: readonly (readonly [path: string, target: string, asked: string, found: string])[] = [
	['etc', '/usr/etc', '/etc/hosts', 'usr/etc/hosts'],
	['etc', 'usr/etc', 'etc/hosts', 'usr/etc/hosts'],
	['up', '../../../..', '/up/etc/passwd', 'etc/passwd'],
	['out', '/../../tmp', '/out/x', 'tmp/x'],
	['a/b', '../c', '/a/b/d', 'c/d'],
	['a/last', '/c', '/a/last', 'c'],
	['x', 'y', '/nowhere/./x/../z', 'nowhere/z'],
];

for (const [path, target, asked, found] of links) {
	test(`${path} → ${target}: ${asked} lies at ${found}`, async t => {
		const root = await folderFor(t);
		mkdirSync(join(root, 'a'));
		symlinkSync(target, join(root, path));

		t.is(resolveInRoot(root, asked), found);
	});
}

test('a loop of links is told, not followed', async t => {
	const root = await folderFor(t);
	symlinkSync('b', join(root, 'a'));
	symlinkSync('a', join(root, 'b'));

	const error = t.throws(() => resolveInRoot(root, '/a'));

	t.like(error, {code: 'LINK_LOOP'});
});

test('a file is read where its link leads inside the root; what is no file is empty', async t => {
	const root = await folderFor(t);
	writeFileSync(join(root, 'passwd'), 'inside');
	symlinkSync('/passwd', join(root, 'link'));
	symlinkSync('/etc/passwd', join(root, 'gone'));

	t.deepEqual(
		[readInRoot(root, '/link'), readInRoot(root, '/gone'), readInRoot(root, '/passwd/x')],
		['inside', '', ''],
	);
});

test('a missing directory is made behind links, with its parents', async t => {
	const root = await folderFor(t);
	symlinkSync('/srv', join(root, 'www'));

	makeInRoot(root, '/www/app/log', {uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0});

	t.deepEqual(readdirSync(join(root, 'srv/app')), ['log']);
	t.is(statSync(join(root, 'srv/app')).mode & 0o777, 0o755);
});

test('what is missing on the way is listed from the top', async t => {
	const root = await folderFor(t);
	mkdirSync(join(root, 'a'));

	t.deepEqual(missingOnTheWay(root, 'a/b/c'), ['a/b', 'a/b/c']);
	t.deepEqual(missingOnTheWay(root, 'a'), []);
});
