import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {findProgram} from '../../lib/worker/program.ts';
import {folderFor} from '../helpers/folder.ts';
import {jobFor} from '../helpers/job.ts';

async function image(t: ExecutionContext): Promise<string> {
	const root = await folderFor(t);
	mkdirSync(join(root, 'usr/bin'), {recursive: true});
	writeFileSync(join(root, 'usr/bin/tool'), '');
	symlinkSync('/usr/bin', join(root, 'bin'));
	return root;
}

const there: readonly (readonly [title: string, job: Parameters<typeof jobFor>[0]])[] = [
	['by its path, behind a link', {argv: ['/bin/tool']}],
	['by PATH', {argv: ['tool'], env: ['PATH=/none:/bin']}],
	['by a path relative to the working directory', {argv: ['./bin/tool'], cwd: '/usr'}],
	['in a mount', {argv: ['/mnt/any'], mounts: [{type: 'bind', source: '/', target: '/mnt', readOnly: true}]}],
	['as a heredoc', {argv: ['/dev/pipes/EOF']}],
];

for (const [title, job] of there) {
	test(`a program is found ${title}`, async t => {
		const root = await image(t);

		t.notThrows(() => findProgram(jobFor(job), root));
	});
}

test('a shell that is missing is told with the way out (UX section 3)', async t => {
	const root = await image(t);

	const error = t.throws(() => findProgram(jobFor({argv: ['/bin/sh', '-c', 'true']}), root));

	t.is(error?.message, 'RUN: no /bin/sh in the image');
	t.like(error, {help: ['use the exec form: RUN ["/app", "arg"]']});
});
