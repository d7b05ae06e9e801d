import test from 'ava';
import {digestOf} from '../../lib/oci/digest.ts';
import type {TocEntry} from '../../lib/tree/toc.ts';
import {compareTocs} from '../../lib/verify/compare-tocs.ts';
import {explain} from '../../lib/verify/explain.ts';

const file: TocEntry = {
	path: 'a',
	type: 'file',
	mode: 0o644,
	uid: 0,
	gid: 0,
	size: 1,
	mtime: 1000,
	digest: digestOf('a'),
	offset: 512,
};
const link: TocEntry = {path: 'a', type: 'symlink', mode: 0o777, uid: 0, gid: 0, size: 0, mtime: 1000, linkname: 'b'};

for (const [what, one, other] of [
	['presence', [file], []],
	['presence', [], [file]],
	['type', [file], [link]],
	['link', [link], [{...link, linkname: 'c'}]],
	['content', [file], [{...file, digest: digestOf('b')}]],
	['xattrs', [file], [{...file, xattrs: {'user.a': 'eA=='}}]],
	['mode', [file], [{...file, mode: 0o600}]],
	['owner', [file], [{...file, gid: 1}]],
	['mtime', [file], [{...file, mtime: 1001}]],
	['content', [file], [{...file, digest: digestOf('b'), mode: 0o600, mtime: 1001}]],
] as const) {
	test(`two layers differ in ${what}: ${JSON.stringify(other)}`, t => {
		const differences = compareTocs(one, other);

		t.deepEqual(
			differences.map(({path, what}) => [path, what]),
			[['a', what]],
		);
	});
}

test('where a file lies in its tar, and in which order xattrs were read, is no difference', t => {
	const xattrs = {'user.a': 'eA==', 'user.b': 'eQ=='};
	const one = {...file, xattrs};
	const other = {...file, offset: 1024, xattrs: Object.fromEntries(Object.entries(xattrs).reverse())};

	t.deepEqual(compareTocs([one], [other]), []);
});

test('an opaque directory has two entries of its path, told apart', t => {
	const directory: TocEntry = {...link, type: 'directory'};
	const {linkname: _, ...plain} = directory;
	const opaque: TocEntry = {...plain, type: 'opaque', mode: 0};

	t.deepEqual(
		compareTocs([plain, opaque], [plain]).map(({path, what, one}) => [path, what, one?.type]),
		[['a', 'presence', 'opaque']],
	);
});

for (const [other, how, detail, help] of [
	[{mode: 0o600}, 'mode', 'its mode is 0644 and then 0600', 'set it in this step: chmod 0644 /a'],
	[{uid: 7}, 'owner', 'its owner is 0:0 and then 7:0', 'set it in this step: chown 0:0 /a'],
	[
		{mtime: 1001},
		'time',
		'it was modified at 1970-01-01T00:16:40Z and then at 1970-01-01T00:16:41Z',
		'let no file be newer than your sources: --source-date-epoch $(git log -1 --format=%ct)',
	],
	[
		{type: 'fifo'},
		'content',
		'it is a file and then a fifo',
		'nobody needs it? Then at the end of this step: rm -r /a',
	],
] as const) {
	test(`a difference in ${how} is explained, with a way out: ${detail}`, async t => {
		const [difference] = compareTocs([file], [{...file, ...other}]);
		if (!difference) throw new Error('there is none');

		const explained = await explain(difference, [] as never);

		t.like(explained, {path: '/a', how, detail});
		t.is(explained.help[0], help);
	});
}

test('a file that is there only once is told with the time when it is', async t => {
	for (const [one, other, time] of [
		[[file], [], 'first'],
		[[], [file], 'second'],
	] as const) {
		const [difference] = compareTocs(one, other);
		if (!difference) throw new Error('there is none');

		t.like(await explain(difference, [] as never), {how: 'content', detail: `it is there only the ${time} time`});
	}
});
