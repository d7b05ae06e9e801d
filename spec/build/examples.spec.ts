import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import test from 'ava';
import {busyboxFolder, withoutRun} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {endOfScript} from '../helpers/script.ts';
import {unless} from '../helpers/skip.ts';

// The examples of UX.md section 8 as they stand there, with `.` a folder that has a Dockerfile.
const runs = unless(withoutRun);

async function run(t: ExecutionContext, source: string, dockerfile = 'FROM scratch\nCOPY Dockerfile /\n') {
	const cwd = await folderFor(t);
	writeFileSync(join(cwd, 'Dockerfile'), dockerfile);
	const {status, stdout, stderr} = await endOfScript(t, source, {cwd, env: {STRATA_ROOT: join(cwd, 'store')}});
	t.is(stderr, '');
	t.is(status, 0);
	return stdout.split('\n').slice(0, -1);
}

test('1. the result is what you await', async t => {
	const [line] = await run(
		t,
		`const image = await build({context: '.', tags: ['redis']});
		console.log(image.id, image.digest, image.size);`,
	);

	t.regex(line ?? '', /^sha256:[0-9a-f]{64} sha256:[0-9a-f]{64} \d+$/);
});

test('2. with events, and a signal', async t => {
	const lines = await run(
		t,
		`const run = build({context: '.', tags: ['app'], signal: AbortSignal.timeout(300_000)});
		for await (const event of run) {
			if (event.type === 'step.finished') console.log(event.step, event.result, event.ms);
		}
		const {layers, timings} = await run;
		console.log(layers.length, Object.keys(timings).join());`,
	);

	t.is(lines.length, 3);
	t.regex(lines[0] ?? '', /^s1 cached 0$/);
	t.regex(lines[1] ?? '', /^s2 done \d+$/);
	t.is(lines[2], '1 total,pull,run,pack,export');
});

const errors = `const {StepFailedError, StrataError} = strata;
try { await build({context: '.', target: 'test', contexts}); } catch (error) {
	if (error instanceof StepFailedError) console.log(error.status, error.logTail.join('\\n'), error.logFile);
	else if (error instanceof StrataError) console.log(error.code, error.location?.start, error.help);
	else throw error; // a bug
}`;

runs('3. errors are types with the same fields as the event', async t => {
	const contexts = `const contexts = {busybox: ${JSON.stringify(busyboxFolder())}};`;

	const step = await run(t, contexts + errors, 'FROM busybox AS test\nRUN echo oops; exit 3\n');
	const other = await run(t, contexts + errors, 'FROM busybox AS test\nCOPY Dockerfle /\n');

	t.regex(step.join('\n'), /^3 oops .*\/store\/logs\/\w{6}\/s2\.log$/);
	t.deepEqual(other, ["SOURCE_MISSING 2 [ 'did you mean Dockerfile?' ]"]);
});

test('4. a context that is on no disk', async t => {
	const lines = await run(
		t,
		`import {createReadStream, readdirSync} from 'node:fs';
		const script = '#!/bin/sh';
		await build({
			dockerfile: {text: 'FROM scratch\\nCOPY hello.txt /\\nCOPY . /all/\\n'},
			context: {files: {'hello.txt': 'hello', 'big.bin': () => createReadStream('Dockerfile'), 'bin/run': {data: script, mode: 0o755}}},
			outputs: [{type: 'oci', dest: 'out'}],
		});
		console.log(readdirSync('out').sort().join());`,
	);

	t.deepEqual(lines, ['blobs,index.json,oci-layout']);
});

runs('5. progress of one’s own', async t => {
	const [line = ''] = await run(
		t,
		`const [transfers, window, sizes] = [new Map(), [], new Map()];
		const bar = {set: (digest, part) => transfers.set(digest, part)};
		const contexts = {busybox: ${JSON.stringify(busyboxFolder())}};
		for await (const event of build({context: '.', contexts})) switch (event.type) {
			case 'transfer': bar.set(event.digest, event.current / event.total); break;
			case 'step.output': window.push([event.step, event.text]); break;
			case 'layer': sizes.set(event.step, event.size); break;
		}
		console.log(JSON.stringify({window, steps: [...sizes.keys()], isSized: [...sizes.values()].every(size => size > 0)}));`,
		'FROM busybox\nRUN echo hello\n',
	);

	t.deepEqual(JSON.parse(line), {window: [['s2', 'hello\n']], steps: ['s1', 's2'], isSized: true});
});
