import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BuildOptions} from '../../lib/build/options.ts';
import {StepFailedError} from '../../lib/errors.ts';
import {verifyBuild} from '../../lib/verify/verify.ts';
import {busyboxFolder, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

/** Verifies a Dockerfile of these lines on busybox, in a store that has to be as it was afterwards. */
async function verify(t: ExecutionContext, lines: readonly string[], options: Partial<BuildOptions> = {}) {
	const root = join(await folderFor(t), 'store');
	const verification = await verifyBuild({
		root,
		context: {files: {a: 'a'}},
		contexts: {busybox: busyboxFolder()},
		dockerfile: {text: `FROM busybox\n${lines.join('\n')}\n`},
		sourceDateEpoch: 1000,
		...options,
	});
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
	t.deepEqual(readdirSync(join(root, 'blobs/sha256')), []);
	t.false(readdirSync(root).includes('steps'));
	return verification;
}

async function firstOf(t: ExecutionContext, lines: readonly string[], options?: Partial<BuildOptions>) {
	const {first} = (await verify(t, lines, options)).difference ?? {};
	return first && {step: first.step.text, path: first.file.path, how: first.file.how, detail: first.file.detail};
}

const random = 'RUN head -c 8 /dev/urandom >/random';

runs('what is the same twice has no difference, whatever it is called and wherever it was to go', async t => {
	const {difference, digests, varied} = await verify(t, ['RUN echo a >/made', 'COPY a /copied'], {
		tags: ['app'],
		outputs: [{type: 'oci', dest: '/nowhere/at/all'}],
		jobs: 1,
	});

	t.is(difference, undefined);
	t.is(digests[0], digests[1]);
	t.deepEqual(varied.jobs, [1, 2]);
	t.true(varied.later >= 1000);
});

runs('a RUN that writes the date differs in time', async t => {
	t.deepEqual(await firstOf(t, ['RUN echo a >/made', 'RUN date >/built', random]), {
		step: 'RUN date >/built',
		path: '/built',
		how: 'time',
		detail: 'its text has a time in it',
	});
});

runs('a RUN that writes random bytes differs in content, also in a stage that only files are taken from', async t => {
	const lines = [`${random} && echo a >/a`, 'FROM busybox', 'COPY --from=0 /random /taken'];

	t.like(await firstOf(t, lines), {step: lines[0], path: '/random', how: 'content'});
});

runs('a RUN that makes a tar of files in another order differs in order', async t => {
	const lines = ['RUN cd /bin && /bin/busybox tar -cf /all.tar $(ls | /bin/busybox shuf)'];

	t.deepEqual(await firstOf(t, lines), {
		step: lines[0],
		path: '/all.tar',
		how: 'order',
		detail: 'it is an archive of the same files, in another order',
	});
});

runs('a RUN that differs in nothing but when it ran differs in time; what differs in more is told besides', async t => {
	const lines = ['RUN echo a >/made', random];

	const {difference} = await verify(t, lines, {fileTimes: 'keep'});

	t.like(difference?.first, {step: {text: lines[0]}, file: {path: '/made', how: 'time'}, others: 0});
	t.like(difference?.further, {step: {text: random}, file: {path: '/random', how: 'content'}});
});

test('files that are the same without a time for the config are told so', async t => {
	const {difference} = await verify(t, [], {
		dockerfile: {text: 'FROM scratch\nLABEL a=b\n'},
		contexts: {},
		sourceDateEpoch: undefined as never,
	});

	t.deepEqual(difference, {config: ['created', 'history']});
});

test('images of the store are bases of both builds', async t => {
	const shop = await workshop(t);
	await shop.build({lines: ['FROM scratch', 'COPY a /'], files: {a: 'a'}, tags: ['base']});
	const before = readdirSync(join(shop.root, 'blobs/sha256'));

	const {difference} = await verifyBuild({
		root: shop.root,
		context: {files: {b: 'b'}},
		dockerfile: {text: 'FROM base\nCOPY b /\n'},
		sourceDateEpoch: 1000,
	});

	t.is(difference, undefined);
	t.deepEqual(readdirSync(join(shop.root, 'blobs/sha256')), before);
	t.deepEqual(shop.leftovers(), []);
});

runs('a build that fails fails as ever, and points to nothing that is gone', async t => {
	const root = join(await folderFor(t), 'store');

	const error = await t.throwsAsync(
		verifyBuild({
			root,
			context: {files: {}},
			contexts: {busybox: busyboxFolder()},
			dockerfile: {text: 'FROM busybox\nRUN exit 3\n'},
		}),
		{instanceOf: StepFailedError, message: /^RUN failed with exit code 3/},
	);

	t.deepEqual(error?.help, ['to look at it, build once without --verify']);
	t.is(error?.notes.length, 1);
	t.is(error?.location?.start, 2);
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
});

test('what is stopped between the builds ends there, and leaves nothing', async t => {
	const root = join(await folderFor(t), 'store');
	const stopping = new AbortController();
	let builds = 0;

	const verifying = verifyBuild(
		{root, context: {files: {}}, dockerfile: {text: 'FROM scratch\nCMD ["/a"]\n'}, signal: stopping.signal},
		async running => {
			builds += 1;
			await running;
			stopping.abort(new Error('enough'));
		},
	);

	await t.throwsAsync(verifying, {message: 'enough'});
	t.is(builds, 1);
	t.deepEqual(readdirSync(join(root, 'tmp')), []);
});
