import {spawn} from 'node:child_process';
import {closeSync, openSync} from 'node:fs';
import type {Readable} from 'node:stream';
import {text} from 'node:stream/consumers';
import test from 'ava';

test('output that there is no room for is an error that says so', async t => {
	const full = openSync('/dev/full', 'w');
	t.teardown(() => closeSync(full));
	const module = new URL('../../lib/worker/attached.js', import.meta.url);
	const script = `
		const {writeAttached} = await import('${module}');
		await writeAttached('stdout', Buffer.from('x')).catch(({name, code, message}) => console.log(name, code, message));
	`;
	const stdio = ['ignore', 'pipe', 'inherit', 'ignore', 'ignore', 'ignore', full] as const;

	const child = spawn(process.execPath, ['--input-type=module', '-e', script], {stdio: [...stdio]});

	t.is(
		await text(child.stdout as Readable),
		'StepError OUTPUT_UNWRITABLE cannot write to stdout: no space left on device\n',
	);
});
