import {execFileSync} from 'node:child_process';
import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findDockerfile} from '../../lib/context/dockerfile.ts';
import {readIgnoreFile} from '../../lib/context/ignore-file.ts';
import {leadsOutside} from '../../lib/context/inside.ts';
import {UsageError} from '../../lib/errors.ts';
import {folderFor} from '../helpers/folder.ts';

async function place(t: ExecutionContext) {
	const top = await folderFor(t);
	const folder = join(top, 'context');
	mkdirSync(folder);
	mkdirSync(join(top, 'outside'));
	for (const name of ['Dockerfile', '.dockerignore', 'key'])
		writeFileSync(join(top, 'outside', name), 'FROM scratch\n');
	return {top, folder, outside: join(top, 'outside')};
}

test('a link out of a folder is told with what it leads to, also one on the way', async t => {
	const {folder, outside} = await place(t);
	symlinkSync(join(outside, 'key'), join(folder, 'key'));
	symlinkSync('../outside', join(folder, 'd'));
	writeFileSync(join(folder, 'f'), '');
	symlinkSync('f', join(folder, 'l'));

	t.is(leadsOutside(folder, join(folder, 'key')), join(outside, 'key'));
	t.is(leadsOutside(folder, join(folder, 'd/key')), join(outside, 'key'));
	t.is(leadsOutside(folder, join(folder, 'l')), undefined);
	t.is(leadsOutside(folder, join(outside, 'key')), undefined, 'who names it means it');
});

test('a folder that is named by a link is the folder', async t => {
	const {top, folder} = await place(t);
	writeFileSync(join(folder, 'Dockerfile'), '');
	symlinkSync('context', join(top, 'c'));
	writeFileSync(join(top, '..context'), '');

	t.is(findDockerfile(join(top, 'c')), join(top, 'c/Dockerfile'));
	t.is(leadsOutside(top, join(top, '..context')), undefined);
});

test('a Dockerfile that leads out of the context is refused; what it leads to can be named', async t => {
	const {folder, outside} = await place(t);
	symlinkSync('../outside/Dockerfile', join(folder, 'Dockerfile'));
	symlinkSync('../outside', join(folder, 'docker'));

	const error = t.throws(() => findDockerfile(folder), {
		instanceOf: UsageError,
		message: 'Dockerfile is a link that leads out of the context',
	});

	t.deepEqual(error?.help, [`if you trust it, name what it leads to: -f ${join(outside, 'Dockerfile')}`]);
	t.throws(() => findDockerfile(folder, {file: 'docker/Dockerfile'}), {
		message: 'docker/Dockerfile is a link that leads out of the context',
	});
	t.is(findDockerfile(folder, {file: join(outside, 'Dockerfile')}), join(outside, 'Dockerfile'));
});

test('an ignore file that leads out of the context, or is no file, is refused and does not block', async t => {
	const {folder} = await place(t);
	const path = join(folder, '.dockerignore');
	symlinkSync('../outside/.dockerignore', path);
	t.throws(() => readIgnoreFile(folder), {message: '.dockerignore is a link that leads out of the context'});

	rmSync(path);
	execFileSync('mkfifo', [path]);
	t.throws(() => readIgnoreFile(folder), {message: '.dockerignore is no file'});

	rmSync(path);
	symlinkSync('nothing', path);
	t.is(readIgnoreFile(folder), undefined);
});
