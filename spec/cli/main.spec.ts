import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';
import {onTerminal, type Setting, strata} from './command.ts';

/** A folder with a Dockerfile that needs no runtime, and a store beside it. */
async function place(t: ExecutionContext, dockerfile = 'FROM scratch\nCOPY hello.txt /\nCMD ["/hello"]\n') {
	const folder = await folderFor(t);
	writeFileSync(join(folder, 'Dockerfile'), dockerfile);
	writeFileSync(join(folder, 'hello.txt'), 'hello\n');
	const env = {STRATA_ROOT: join(folder, 'store')};
	return {
		folder,
		run: (args: readonly string[], {env: more, ...setting}: Setting = {}) =>
			strata(args, {cwd: folder, env: {...env, ...more}, ...setting}),
		show: (args: readonly string[], size: string, {env: more, ...setting}: Setting = {}) =>
			onTerminal(args, size, {cwd: folder, env: {...env, ...more}, ...setting}),
	};
}

const id = /^sha256:[\da-f]{64}$/;

test('alone it prints its help on stderr and exits 2; asked for, on stdout and 0', async t => {
	const alone = await strata([]);
	const asked = await strata(['--help']);

	t.deepEqual([alone.status, alone.stdout], [2, '']);
	t.deepEqual([asked.status, asked.stderr], [0, '']);
	t.is(alone.stderr, asked.stdout);
});

test('-h, --help and help build agree', async t => {
	const [short, long, word] = await Promise.all([
		strata(['build', '-h']),
		strata(['--root', '/nowhere', 'build', '--help', '.']),
		strata(['help', 'build']),
	]);

	t.deepEqual([short.status, long.status, word.status], [0, 0, 0]);
	t.is(short.stdout, long.stdout);
	t.is(short.stdout, word.stdout);
});

test('help, the version and errors of usage load neither ora nor execa, help and errors not yargs (UX 9.27)', async t => {
	const hooks = 'export const load = (url, context, next) => (process._rawDebug("LOAD " + url), next(url, context));';
	const register = `import {register} from 'node:module'; register('data:text/javascript,' + ${JSON.stringify(encodeURIComponent(hooks))});`;
	const node = ['--import', `data:text/javascript,${encodeURIComponent(register)}`];
	const loaded = async (...args: readonly string[]) =>
		(await strata(args, {node})).stderr.split('\n').filter(line => line.startsWith('LOAD '));
	const [main, command, unknown, version] = await Promise.all([
		loaded('--help'),
		loaded('build', '--help'),
		loaded('build', '--tagg', 'x', '.'),
		loaded('--version'),
	]);

	t.true(
		main.some(line => line.endsWith('/lib/cli/main.js')),
		'the hook sees what is loaded',
	);
	t.deepEqual(
		[...main, ...command, ...unknown, ...version].filter(line => /node_modules\/(ora|execa|koffi)\//.test(line)),
		[],
	);
	t.deepEqual(
		[...main, ...command, ...unknown].filter(line => /node_modules|\/lib\/build\//.test(line)),
		[],
	);
});

test('an unknown command and an unknown flag suggest what was meant, and exit 2', async t => {
	const [command, flag, none] = await Promise.all([
		strata(['biuld', '.']),
		strata(['build', '--tagg', 'x', '.']),
		strata(['-x']),
	]);

	t.deepEqual(
		[command.status, command.stderr],
		[2, 'error: unknown command biuld\nhelp: did you mean build?\nhelp: all commands: strata --help\n'],
	);
	t.deepEqual(
		[flag.status, flag.stderr],
		[2, 'error: unknown flag --tagg\nhelp: did you mean --tag (-t)?\nhelp: all flags: strata build --help\n'],
	);
	t.deepEqual([none.status, none.stderr], [2, 'error: unknown flag -x\nhelp: all flags: strata --help\n']);
});

test('the version is the package’s', async t => {
	const {version} = JSON.parse(readFileSync('package.json', 'utf8')) as {version: string};

	t.deepEqual(await strata(['version']), {status: 0, stdout: `strata ${version}\n`, stderr: ''});
	t.deepEqual(await strata(['-V']), {status: 0, stdout: `strata ${version}\n`, stderr: ''});
	t.deepEqual(await strata(['build', '--version']), {status: 0, stdout: `strata ${version}\n`, stderr: ''});
});

test('a build tells its story on stderr and nothing on stdout (UX 9.5)', async t => {
	const {run} = await place(t);

	const {status, stdout, stderr} = await run(['build', '-t', 'hello', '.']);

	t.deepEqual([status, stdout], [0, '']);
	t.regex(stderr, /^strata \d\S+: building hello from Dockerfile, 3 steps, linux\/\w+\n/);
	t.regex(stderr, /\n\[2\/3\] COPY hello\.txt \/\n\[2\/3\] \| 1 file, 6 B\n\[2\/3\] DONE [\d.]+s\n/);
	t.regex(
		stderr,
		/\nhello:latest {2}[\d.]+ kB, 1 layer, linux\/\w+, (?:1 of 3 steps cached, )?built in [\d.]+s\ndigest {2}sha256:/,
	);
	t.notRegex(stderr, /\u001B/);
});

test('-q prints the id alone, and --iidfile writes it without a line break (UX 2.9)', async t => {
	const {folder, run} = await place(t);

	const {status, stdout, stderr} = await run(['build', '-q', '--rm', '--iidfile', 'id.txt', '.']);

	t.deepEqual([status, stderr], [0, '']);
	t.regex(stdout.trimEnd(), id);
	t.is(readFileSync(join(folder, 'id.txt'), 'utf8'), stdout.trimEnd());
});

test('a trace that cannot be written costs a build neither its results nor its own error', async t => {
	const {folder, run} = await place(t);
	const trace = ['--trace', join(folder, 'nowhere/trace.json')];

	const built = await run(['build', '-q', '--iidfile', 'id.txt', ...trace, '.']);
	const failed = await run(['build', '-q', '--target', 'nope', ...trace, '.']);

	t.is(built.status, 6);
	t.regex(built.stdout.trimEnd(), id);
	t.is(readFileSync(join(folder, 'id.txt'), 'utf8'), built.stdout.trimEnd());
	t.is(failed.status, 3);
	for (const {stderr} of [built, failed]) t.regex(stderr, /^error: cannot write the trace to /m);
});

test('a build that fails leaves no id and no metadata of an earlier one (CLI-10)', async t => {
	const {folder, run} = await place(t);
	const [id, metadata] = ['id.txt', 'metadata.json'];
	for (const file of [id, metadata]) writeFileSync(join(folder, file), 'sha256:old');

	const {status} = await run(['build', '--target', 'nope', '--iidfile', id, '--metadata-file', metadata, '.']);

	t.is(status, 3);
	t.deepEqual(
		[id, metadata].map(file => existsSync(join(folder, file))),
		[false, false],
	);
});

test('CLI-10: --metadata-file has the digests and names by the keys of buildx', async t => {
	const {folder, run} = await place(t);

	const {stdout} = await run(['build', '--json', '-t', 'hello', '-t', 'b:1', '--metadata-file', 'metadata.json', '.']);

	const {id, digest} = JSON.parse(stdout) as {id: string; digest: string};
	const {'buildx.build.ref': ref, ...metadata} = JSON.parse(readFileSync(join(folder, 'metadata.json'), 'utf8'));
	t.like(metadata, {
		'containerimage.config.digest': id,
		'containerimage.digest': digest,
		'containerimage.descriptor': {digest},
		'image.name': 'hello:latest,b:1',
	});
	t.regex(ref, /^strata\/local\/\w{6}$/);
	t.false('buildx.build.warnings' in metadata);
});

test('a file for the results that cannot be written is an error with a way out', async t => {
	const {run} = await place(t);

	const {status, stderr} = await run(['build', '--metadata-file', 'nowhere/metadata.json', '.']);

	t.is(status, 6);
	t.regex(
		stderr,
		/\nerror: cannot write nowhere\/metadata\.json\nnote: .*\nhelp: the image is in the store; another file: --metadata-file FILE\n$/,
	);
});

test('--json prints the result as data', async t => {
	const {run} = await place(t);

	const {stdout} = await run(['build', '--json', '-t', 'hello', '.']);
	const image = JSON.parse(stdout) as {
		names: string[];
		id: string;
		digest: string;
		platforms: string[];
		layers: object[];
	};

	t.deepEqual(image.names, ['hello:latest']);
	t.regex(image.id, id);
	t.regex(image.platforms.join(), /^linux\/\w+$/);
	t.is(image.layers.length, 1);
});

test('rawjson has not one line that is not JSON, whatever happens (UX 9.6)', async t => {
	const {run} = await place(t);
	const failing = await place(t, 'FROM scratch\nCOPPY a b\n');
	const flags = ['build', '--progress', 'rawjson', '--rm'];

	const ends = await Promise.all([
		run([...flags, '.']),
		failing.run([...flags, '.']),
		run([...flags, 'nowhere']),
		run([...flags, '--tagg', '.']),
		run(['build', '--rm', '--pull=x', '.'], {env: {STRATA_PROGRESS: 'rawjson'}}),
	]);
	const types = ends.map(({stderr}) =>
		stderr
			.trimEnd()
			.split('\n')
			.map(line => (JSON.parse(line) as {type: string}).type),
	);

	t.deepEqual(
		ends.map(({status}) => status),
		[0, 3, 2, 2, 2],
	);
	t.deepEqual(
		types.slice(0, 3).map(each => [each[0], each.at(-1)]),
		Array.from({length: 3}, () => ['build.started', 'build.finished']),
	);
	t.deepEqual(types.slice(3), [['error'], ['error']]);
});

test('a Dockerfile that is wrong exits 3, its error the last thing on the screen', async t => {
	const {run} = await place(t, 'FROM scratch\nCOPPY a b\n');

	const {status, stdout, stderr} = await run(['build', '.']);

	t.deepEqual([status, stdout], [3, '']);
	t.true(
		stderr.endsWith(`error: unknown instruction COPPY
 --> Dockerfile:2:1
   1 |     FROM scratch
   2 | >>> COPPY a b
           ^^^^^
help: did you mean COPY?
`),
	);
});

test('- reads a Dockerfile, and -f - one for a context (CLI-1)', async t => {
	const {run} = await place(t);

	const alone = await run(['build', '-q', '-'], {input: 'FROM scratch\nLABEL a=b\n'});
	const beside = await run(['build', '-q', '-f', '-', '.'], {input: 'FROM scratch\nCOPY hello.txt /x\n'});
	const twice = await run(['build', '-f-', '-'], {input: ''});

	t.deepEqual([alone.status, beside.status, twice.status], [0, 0, 2], alone.stderr + beside.stderr);
	t.regex(twice.stderr, /^error: stdin cannot be both the context and the Dockerfile\n/);
});

test('-o - writes an archive to a pipe, and is refused on a terminal', async t => {
	const {run, show} = await place(t);

	const piped = await run(['build', '-q', '-o', '-', '.']);
	const shown = await show(['build', '-o', '-', '.'], 'cols 80 rows 24');

	t.is(piped.status, 0);
	t.is(piped.stdout.slice(257, 262), 'ustar');
	t.is(shown.status, 2);
	t.regex(shown.stdout, /error:\S* -o - needs a pipe or a file/);
});

test('flags that do nothing here say so once (CLI-27)', async t => {
	const {run} = await place(t);

	const {stderr} = await run(['build', '--rm', '--rm', '--builder', 'x', '.']);

	t.is(stderr.match(/note: --rm does nothing here: strata leaves no containers\n/g)?.length, 1);
	t.regex(stderr, /note: --builder does nothing here: /);
});

test('SOURCE_DATE_EPOCH of the environment is a build arg, and K without V is taken from there', async t => {
	const {run} = await place(t, 'FROM scratch\nARG K\nLABEL k=$K\n');

	await run(['build', '-t', 'a', '--build-arg', 'K', '.'], {env: {K: 'from env', SOURCE_DATE_EPOCH: '1700000000'}});
	const {stdout} = await run(['inspect', '--json', 'a']);
	const {created, config} = JSON.parse(stdout) as {created: string; config: {config: {Labels: Record<string, string>}}};

	t.deepEqual(config.config.Labels, {k: 'from env'});
	t.is(Date.parse(created), 1_700_000_000_000);
});

const withoutScript = process.platform === 'linux' ? undefined : 'script(1) of util-linux is needed';

unless(withoutScript)('on a terminal finished steps are rows, and the cursor is never hidden', async t => {
	const {show} = await place(t);

	const {status, stdout} = await show(['build', '-t', 'hello', '.'], 'cols 80 rows 24');

	t.is(status, 0);
	t.regex(
		stdout,
		/\u001B\[32m✔\u001B\[39m \u001B\[1m2\/3\u001B\[22m COPY hello\.txt \/ +1 file, 6 B {2}\u001B\[2m {1,3}\d+\.\ds\u001B\[22m\r\n/,
	);
	t.regex(stdout, /\r\n(?:\u001B\[[\d?]*[a-zA-Z])*\r\nhello:latest {2}/);
	t.false(stdout.includes('\u001B[?25l'));
});

for (const [title, size, env] of [
	['TERM=dumb', 'cols 80 rows 24', {TERM: 'dumb'}],
	['CI', 'cols 80 rows 24', {CI: 'true', NO_COLOR: '1'}],
	['ACCESSIBLE', 'cols 80 rows 24', {ACCESSIBLE: '1', NO_COLOR: '1'}],
	['a terminal of 10 columns and 3 rows (UX 9.4)', 'cols 10 rows 3', {NO_COLOR: '1'}],
] as const) {
	unless(withoutScript)(`plain mode without one escape byte: ${title} (UX 9.18)`, async t => {
		const {show} = await place(t);

		const {status, stdout} = await show(['build', '.'], size, {env});

		t.is(status, 0);
		t.regex(stdout, /\[2\/3\] DONE \d+\.\ds\r\n/);
		t.false(stdout.includes('\u001B'));
	});
}

unless(withoutScript)('LANG=C draws in ASCII, and no other language changes a word (UX 9.20)', async t => {
	const {show} = await place(t);

	const ascii = await show(['build', '.'], 'cols 80 rows 24', {env: {LANG: 'C', NO_COLOR: '1'}});
	const german = await show(['build', '.'], 'cols 80 rows 24', {env: {LANG: 'de_DE.UTF-8', NO_COLOR: '1'}});

	t.regex(ascii.stdout, /^[\r\n\u001B\x20-\x7E]*$/);
	t.regex(ascii.stdout, /\+ 2\/3 COPY/);
	t.regex(german.stdout, /✔ 2\/3 COPY hello\.txt \/ +CACHED\r\n/);
});

test('results are tables or data, and an empty table in a pipe is nothing', async t => {
	const {run} = await place(t);
	const before = await run(['images']);
	await run(['build', '-q', '-t', 'hello', '.']);

	const [images, ids, json, history, inspect] = await Promise.all([
		run(['images']),
		run(['images', '-q']),
		run(['images', '--json']),
		run(['history', 'hello']),
		run(['inspect', 'hello']),
	]);

	t.is(before.stdout, '');
	t.regex(
		images.stdout,
		/^NAME {5}TAG {5}ID {12}PLATFORM {5}CREATED +SIZE {2}LAYERS\nhello {4}latest {2}[\da-f]{12} {2}linux\/\w+ /,
	);
	t.regex(ids.stdout, /^[\da-f]{12}\n$/);
	t.is((JSON.parse(json.stdout) as object[]).length, 1);
	t.regex(
		history.stdout,
		/^STEP {2}CREATED +INSTRUCTION +SIZE {2}UNPACKED {2}FILES\n3 .* CMD \["\/hello"\] +- +- +-\n2 .* COPY hello\.txt \/ .* 1\n$/,
	);
	t.regex(inspect.stdout, /^hello:latest {2}.*, 1 layer, linux\/\w+, built \d+ seconds? ago\ndigest {2}/);
});

test('tag and rmi give and take names', async t => {
	const {run} = await place(t);
	await run(['build', '-q', '-t', 'hello', '.']);

	t.is((await run(['tag', 'hello', 'team/hello:2'])).stdout, 'team/hello:2\n');
	t.is((await run(['rmi', 'hello'])).stdout, 'removed hello:latest\n');
	t.regex((await run(['images'])).stdout, /^NAME.*\nteam\/hello {2}2 .*\n$/);
	t.is((await run(['rmi', '-a'])).status, 0);
	t.is((await run(['images'])).stdout, '');
	t.is((await run(['rmi'])).status, 2);
});

test('plan prints what build would do, the same bytes each time (UX 9.28)', async t => {
	const {run} = await place(t);

	const [text, first, second] = await Promise.all([
		run(['plan', '.']),
		run(['plan', '--json', '.']),
		run(['plan', '--json', '.']),
	]);

	t.regex(
		text.stdout,
		/^Dockerfile, linux\/\w+, target stage0: 1 stage, 3 steps\nstage0\n {2}1\/3 {2}base {4}:1 {2}FROM scratch\n {2}2\/3 {2}copy {4}:2 {2}COPY hello\.txt \/\n {2}3\/3 {2}config {2}:3 {2}CMD \["\/hello"\]\n$/,
	);
	t.is(first.stdout, second.stdout);
	t.is((JSON.parse(first.stdout) as {version: number}).version, 1);
});

test('values of build args are repeated nowhere: what is printed to be pasted is left out', async t => {
	const {run} = await place(t, 'FROM scratch\nARG TOKEN\nCOPY hello.txt /\n');

	const {stderr} = await run(['build', '-t', 'a', '--build-arg', 'TOKEN=a-value-of-mine', '.']);

	t.regex(stderr, /^a:latest {2}/m);
	t.notRegex(stderr, /a-value-of-mine/);
});

test('the report of a bug lies in the store that was meant', async t => {
	const {folder, run} = await place(t);
	const bug = "Array.prototype.findLast = () => { throw new Error('broken'); }";
	const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}`};
	const {status, stderr} = await run(['plan', '--root', 'elsewhere', '.'], {env});

	t.is(status, 1);
	t.regex(stderr, /^error: this is a bug in strata: broken\nnote: report in .*\/elsewhere\/crash\/\w+\.txt, without/);
	t.true(existsSync(join(folder, 'elsewhere/crash')));
	t.false(existsSync(join(folder, 'store')));
});

test('where it stands in a folder that was deleted, it says so', async t => {
	const {run} = await place(t);
	const {status, stderr} = await run(['build', '.'], {script: 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'});

	t.is(status, 2);
	t.is(stderr, 'error: the folder you stand in is not there any more\nhelp: go to one that is: cd\n');
});

test('a result that cannot be written is an error, and no bug', async t => {
	const {run} = await place(t);
	const {status, stderr} = await run(['--help'], {script: 'exec "$@" > /dev/full'});

	t.is(status, 6);
	t.regex(stderr, /^error: cannot write to stdout: ENOSPC\nhelp: /);
});

test('whoever reads its lines may leave: the build goes on', async t => {
	const {folder, run} = await place(t, 'FROM scratch\nCOPY hello.txt /\n'.concat('ENV A=1\n'.repeat(5000)));
	const script = '{ "$@"; echo $? > status; } 2>&1 | head -n 1';
	const {stdout} = await run(['build', '--progress', 'plain', '.'], {script});

	t.regex(stdout, /^strata .*\n$/);
	t.is(readFileSync(join(folder, 'status'), 'utf8'), '0\n');
});

test('inspect shows what is stated of an image, one thing at a time', async t => {
	const {run} = await place(t);
	const built = await run(['build', '-q', '--sbom', '--provenance=min', '-t', 'app', '.']);
	t.regex(built.stdout.trim(), id);

	const [sbom, provenance, both, raw] = await Promise.all([
		run(['inspect', '--sbom', 'app']),
		run(['inspect', '--provenance', 'app']),
		run(['inspect', '--sbom', '--provenance', 'app']),
		run(['inspect', '--raw', 'index', '--sbom', 'app']),
	]);

	t.is(JSON.parse(sbom.stdout).spdxVersion, 'SPDX-2.3');
	t.deepEqual(Object.keys(JSON.parse(provenance.stdout)), ['buildDefinition', 'runDetails']);
	t.deepEqual([both.status, raw.status], [2, 2]);
	t.is(both.stderr, 'error: --sbom and --provenance exclude each other\nhelp: strata inspect --sbom app\n');
	t.is(raw.stderr, 'error: --raw and --sbom exclude each other\nhelp: strata inspect --raw index app\n');
});

test('inspect of an image without statements says how to get some', async t => {
	const {run} = await place(t);
	await run(['build', '-q', '-t', 'app', '.']);

	const {status, stderr} = await run(['inspect', '--provenance', 'app']);

	t.is(status, 2);
	t.is(stderr, 'error: app:latest has no provenance\nhelp: build it with one: strata build --provenance=min\n');
});
