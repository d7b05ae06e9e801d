import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {formatPlatform, hostPlatform} from '../../lib/oci/platform.ts';
import {openStore} from '../../lib/store/open.ts';
import {filledStore} from '../helpers/catalog.ts';
import {folderFor} from '../helpers/folder.ts';
import {file} from '../helpers/layer.ts';
import {storeEntries, storeImage, storeIndex} from '../helpers/stored-image.ts';
import {onTerminal, strata} from './command.ts';

/** A store with an image, and shell scripts in which `strata` is the command on it, and `other` the same on an empty one. */
async function setUp(t: ExecutionContext) {
	const root = await filledStore(t, async store => {
		const layers = [await storeEntries(store, [file('hello', 'hello')])];
		await store.images.tag(storeImage(store, {layers}).descriptor, 'app:latest');
	});
	const cwd = await folderFor(t);
	const functions = `strata() { "$node" "$file" --root ${root} "$@"; }; other() { "$node" "$file" --root ${cwd}/other "$@"; }`;
	return {
		cwd,
		root,
		sh: (script: string) => strata([], {cwd, script: `node=$1 file=$2; ${functions}; ${script}`}),
	};
}

test('save and load go through a pipe, and print names (IMG-3)', async t => {
	const {sh} = await setUp(t);

	const {status, stdout, stderr} = await sh('strata save app | gzip | other load && other images -q | wc -l');

	t.deepEqual([status, stdout, stderr], [0, 'app:latest\n1\n', '']);
});

test('export and import go through a pipe; import prints the id', async t => {
	const {sh} = await setUp(t);

	const made = await sh(
		'strata export app | other import -m flat -c "CMD /hello" - flat:1 && other inspect --json flat:1',
	);

	const [, id = '', json = ''] = /^(sha256:[0-9a-f]{64})\n(.*)$/s.exec(made.stdout) ?? [];
	t.like(JSON.parse(json), {
		id,
		names: ['flat:1'],
		config: {config: {Cmd: ['/bin/sh', '-c', '/hello']}, history: {0: {comment: 'flat'}}},
	});
});

test('--json tells what was written or loaded', async t => {
	const {sh} = await setUp(t);

	const {stdout} = await sh('strata save --json -o a.tar app && other load --json -i a.tar');

	const [saved, loaded] = stdout
		.split(/(?<=^\})\n/m)
		.map(text => JSON.parse(text) as {digests: string[]; digest: string}[]);
	t.like(saved, {digests: {length: 1}});
	t.like(loaded, {0: {names: ['app:latest']}});
});

test('save says what an archive of docker has no room for', async t => {
	const {sh, root} = await setUp(t);
	await using store = await openStore(root);
	const one = storeImage(store, {platform: formatPlatform(hostPlatform())});
	const index = storeIndex(store, {
		[formatPlatform(hostPlatform())]: one,
		'linux/s390x': storeImage(store, {platform: 'linux/s390x'}),
	});
	await store.images.tag(index, 'two:1');

	const {status, stderr} = await sh('strata save two:1 > two.tar');

	t.is(status, 0);
	t.is(
		stderr,
		'note: docker-archive has room for one platform: left out of two:1: linux/s390x\nhelp: all of it: --format oci-archive\n',
	);
});

test('rmi takes away what it can, and says what not', async t => {
	const {sh} = await setUp(t);

	const {status, stdout, stderr} = await sh(
		'strata tag app b >b; strata tag app c >c; strata rmi b typo c nothing; s=$?; strata images -q | wc -l; exit $s',
	);

	t.deepEqual([status, stdout], [2, 'removed b:latest\nremoved c:latest\n1\n']);
	t.is(
		stderr,
		'error: no image typo in the store\nnote: no image nothing in the store\nhelp: what is there: strata images\n',
	);
});

test('what cannot be read is said with the way that the command has', async t => {
	const {sh} = await setUp(t);
	const help = async (script: string) => /^help: (.*)$/m.exec((await sh(script)).stderr)?.[1];

	t.is(await help('strata load -i nosuch.tar'), 'or from stdin: -i -');
	t.is(await help('strata import nosuch.tar'), 'or from stdin: strata import -');
	t.is(await help('strata copy oci-archive:nosuch.tar oci:out'), undefined);
});

test('an archive is not written to a terminal', async t => {
	const {root, cwd} = await setUp(t);

	for (const command of ['save', 'export']) {
		const {status, stdout} = await onTerminal(['--root', root, command, 'app'], 'cols 80 rows 24', {
			cwd,
			env: {NO_COLOR: '1'},
		});
		t.deepEqual(
			[status, stdout],
			[2, 'error: an archive is not written to a terminal\r\nhelp: to a file: -o FILE\r\n'],
			command,
		);
	}
});

for (const [args, message] of [
	[['save'], 'NAME is missing'],
	[['save', 'nope', '-o', 'x.tar'], 'no image nope in the store'],
	[['save', 'app', '--format', 'oci-dir'], 'oci-dir is a folder, and cannot go to stdout'],
	[['export'], 'NAME is missing'],
	[['load', 'app.tar'], 'nothing is known to do with app.tar'],
	[['load', '-i', 'nope.tar'], `cannot read ${join('FOLDER', 'nope.tar')}: it is not there`],
	[['import'], 'FILE is missing'],
	[['import', 'nope.tar', 'a', 'b'], 'nothing is known to do with b'],
] as const) {
	test(`strata ${args.join(' ')} is an error of usage with a way out`, async t => {
		const {root, cwd} = await setUp(t);

		const {status, stderr} = await strata(['--root', root, ...args], {cwd});

		t.is(status, 2);
		t.is(stderr.split('\n')[0], `error: ${message.replace('FOLDER', cwd)}`);
		t.regex(stderr, /^help: /m);
	});
}

test('load that is stopped while it reads a pipe keeps nothing of it', async t => {
	const {sh, root} = await setUp(t);

	const {stdout} = await sh(
		`mkfifo pipe; exec 9<>pipe; head -c 100000 /dev/zero >&9 & "$node" "$file" --root ${root} load < pipe & loading=$!
		until [ -n "$(find ${root}/tmp -type f -size +0)" ]; do sleep 0.05; done
		kill -TERM $loading; wait $loading; echo "$? $(ls ${root}/tmp | wc -l)"`,
	);

	t.is(stdout, '143 0\n');
});
