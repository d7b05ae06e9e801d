import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {commandLineRuntime} from '../../lib/runtime/command-line.ts';
import {folderFor} from '../helpers/folder.ts';

/** A runtime that notes how it was called, and whose containers print something and sleep. */
async function standIn(t: ExecutionContext) {
	const folder = await folderFor(t);
	const path = join(folder, 'crun');
	const script = `#!/bin/sh\necho "$@" >>${folder}/calls\ncase "$*" in *" run "*) echo output; exec sleep 1000;; *) exit 1;; esac\n`;
	writeFileSync(path, script);
	chmodSync(path, 0o755);
	const bundle = join(folder, 'bundle');
	mkdirSync(bundle);
	const runtime = commandLineRuntime({name: 'crun', path, version: '1.0', flags: [], state: join(folder, 'state')});
	return {runtime, bundle, calls: () => readFileSync(join(folder, 'calls'), 'utf8')};
}

test('a container whose output cannot be handed on is deleted with its processes', async t => {
	const {runtime, bundle, calls} = await standIn(t);

	const running = runtime.run(bundle, 'box', {onOutput: () => Promise.reject(new Error('no space left'))});

	await t.throwsAsync(running, {message: 'no space left'});
	t.regex(calls(), / delete --force box\n$/);
});

test('a signal that Node does not know ends a runtime that has no container yet', async t => {
	const {runtime, bundle, calls} = await standIn(t);
	let send = (_: number) => {};

	const {status} = await runtime.run(bundle, 'box', {
		onStart(given) {
			send = given;
		},
		onOutput: async () => {
			send(37);
			return undefined;
		},
	});

	t.is(status, 'SIGTERM');
	t.regex(calls(), / kill box 37\n/);
});
