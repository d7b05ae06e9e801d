import test from 'ava';
import type {Builder} from '../../lib/build/builder.ts';
import {chooseFiles} from '../../lib/build/choose-files.ts';
import type {CopySource} from '../../lib/build/copy-source.ts';
import {StepError} from '../../lib/errors.ts';
import {digestOf} from '../../lib/oci/digest.ts';
import {mergeTocs} from '../../lib/tree/merge.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';
import {memoryStore} from '../helpers/memory-store.ts';

const common = {mode: 0o777, uid: 0, gid: 0, size: 0, mtime: 0};

/** A context that is told to be in a state by which it is known, with a link to `target`. */
function sourceWith(target: string, asked: string[] = []): CopySource {
	const toc: TocEntry[] = [
		{path: 'd', type: 'directory', ...common},
		{path: 'd/link', type: 'symlink', linkname: target, ...common},
	];
	return {
		name: 'the build context',
		fingerprint: async paths => {
			asked.push(...paths);
			return digestOf('state');
		},
		tree: async () => mergeTocs([{diffID: 'sha256:0' as never, toc}]),
		digested: async selection => selection,
	};
}

function builder(): Builder {
	return {store: memoryStore()} as unknown as Builder;
}

test('files in a state that is known are not looked at until somebody wants them', async t => {
	const place = builder();
	const first = await chooseFiles({paths: ['d']}, sourceWith('v1'), place);
	const unread = {...sourceWith('v1'), tree: () => Promise.reject(new Error('looked at'))};

	const again = await chooseFiles({paths: ['d']}, unread, place);

	t.is(again.digest, first.digest);
	await t.throwsAsync(again.selection(), {message: 'looked at'});
});

test('what has changed since it was chosen does not become what was chosen', async t => {
	const place = builder();
	await chooseFiles({paths: ['d']}, sourceWith('v1'), place);

	const chosen = await chooseFiles({paths: ['d']}, sourceWith('v2'), place);

	const error = await t.throwsAsync(chosen.selection(), {instanceOf: StepError});
	t.is(error.message, 'files of the build context changed while the build went on');
});

test('patterns, --parents and --exclude do not go by the state of what lies below a path', async t => {
	const asked: string[] = [];
	for (const choice of [{paths: ['*']}, {paths: ['d'], parents: true}, {paths: ['d'], exclude: ['x']}]) {
		await chooseFiles(choice, sourceWith('v1', asked), builder());
	}

	t.deepEqual(asked, []);
});
