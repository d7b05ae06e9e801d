import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {nothingIsLeft} from '../helpers/left.ts';
import {makePlace} from '../helpers/place.ts';
import {without} from '../helpers/programs.ts';
import {unless} from '../helpers/skip.ts';
import {cli, fixtureHost, stopFixtures, strata} from '../helpers/strata.ts';
import {ordinary} from '../helpers/user.ts';

test.after.always(stopFixtures);

for (const runtime of ['crun', 'runc'] as const) {
	const run = unless(without(runtime, 'script', 'podman', 'runc'));

	run(`${runtime}: a program has our input, output and arguments, and its exit code is ours`, async t => {
		const place = makePlace(t, ordinary);
		place.write({'data/file': 'from outside\n'});
		const script = 'cat; cat /data/file; echo "$1 $A $(pwd) $(id -u)"; echo err >&2; exit 7';
		const flags = ['--runtime', runtime, '-i', '-e', 'A=b', '-w', '/tmp', '-u', '1000', '-v', './data:/data:ro'];
		const image = `${await fixtureHost()}/busybox`;

		const ended = await strata(place, ['run', '--rm', ...flags, image, 'sh', '-c', script, 'sh', '--rm'], {
			input: 'in\n',
		});

		t.deepEqual(ended, {
			status: 7,
			stdout: 'in\nfrom outside\n--rm b /tmp 1000\n',
			stderr: 'err\n',
		});
		t.is((await strata(place, ['ps', '-aq'])).stdout, '');
	});

	run(`${runtime}: the last chapter of the courses: run -it, change something, commit -c CMD`, async t => {
		const place = makePlace(t, ordinary);
		const image = `${await fixtureHost()}/busybox`;
		const words = [cli, 'run', '-it', '--runtime', runtime, '--name', 'try', '-v', './data:/data', image, 'sh'];
		place.write({'data/file': 'not of the image\n'});
		const typed = 'tty; stty size\necho changed >/made; rm /etc/group\nexit 3\n';

		const terminal = await place.run(['script', '-qec', `stty cols 90 rows 25; ${words.join(' ')}`, '/dev/null'], {
			input: typed,
		});
		t.is(terminal.status, 3, terminal.stdout);
		t.regex(terminal.stdout, /\/dev\/pts\/0\r\n25 90\r\n/);
		t.regex(terminal.stdout, /kept as try: strata commit try NAME/);
		t.regex((await strata(place, ['ps', '-a'])).stdout, / try .* sh +.* exit 3 /);

		const committed = await strata(place, ['commit', '-c', 'CMD ["cat", "/made"]', 'try', 'redis']);
		t.regex(committed.stdout, /^sha256:[0-9a-f]{64}\n$/, committed.stderr);
		t.is((await strata(place, ['run', '--rm', '--runtime', runtime, 'redis'])).stdout, 'changed\n');

		const left = 'ls -d /data /etc/group /made 2>/dev/null';
		t.is((await strata(place, ['run', '--rm', '--runtime', runtime, 'redis', 'sh', '-c', left])).stdout, '/made\n');
		const judge = [
			'podman',
			'run',
			'--rm',
			'--runtime',
			'runc',
			'--network',
			'host',
			`oci:${place.store}:redis:latest`,
		];
		t.is((await place.run(judge)).stdout, 'changed\n');
	});
}

for (const runtime of ['crun', 'runc'] as const) {
	unless(without(runtime))(`${runtime}: a container that runs is committed as it is, and goes on`, async t => {
		const place = makePlace(t, ordinary);
		const image = `${await fixtureHost()}/busybox`;
		const script =
			'echo one >/file; echo ready >&2; while [ ! -e /data/go ]; do sleep 0.1; done; echo two >>/file; cat /file';
		const flags = ['--runtime', runtime, '--name', 'try', '-v', './data:/data'];
		place.write({'data/file': ''});
		let meanwhile: Promise<readonly string[]> | undefined;
		const outside = async () => {
			const seen = [(await strata(place, ['ps'])).stdout, (await strata(place, ['diff', 'try'])).stdout];
			const {stderr} = await strata(place, ['commit', '-c', 'CMD ["cat", "/file"]', 'try', 'app']);
			// place.write would take the owner of all that lies there, of the store too
			writeFileSync(join(place.folder, 'data/go'), '');
			return [...seen, stderr];
		};
		const onStderr = () => {
			meanwhile ??= outside();
		};

		const ended = await strata(place, ['run', ...flags, image, 'sh', '-c', script], {onStderr});

		const [listed = '', changed, complaint] = (await meanwhile) ?? [];
		t.regex(listed, / try .* running /);
		t.deepEqual([changed, complaint], ['A /file\n', '']);
		t.deepEqual(ended, {status: 0, stdout: 'one\ntwo\n', stderr: 'ready\n'});
		t.is((await strata(place, ['run', '--rm', '--runtime', runtime, 'app'])).stdout, 'one\n');
	});
}

test.serial('kill -9 leaves nothing running or mounted, and the container is said to be lost', async t => {
	const place = makePlace(t, ordinary);
	const image = `${await fixtureHost()}/busybox`;
	const script = `: ${place.folder}; echo ready >&2; sleep 1000`;
	const onStderr = (chunk: string, kill: (signal: NodeJS.Signals) => void) => {
		if (chunk.includes('ready')) kill('SIGKILL');
	};

	t.is((await strata(place, ['run', image, 'sh', '-c', script], {onStderr})).status, 'SIGKILL');

	await nothingIsLeft(t, place);
	t.regex((await strata(place, ['ps', '-a'])).stdout, / lost +-$/m);
});

for (const [signal, status, printed] of [
	['SIGINT', 5, 'INT\n'],
	['SIGTERM', 6, 'TERM\n'],
] as const) {
	test.serial(`${signal} reaches the program, whose exit code is ours`, async t => {
		const place = makePlace(t, ordinary);
		const image = `${await fixtureHost()}/busybox`;
		const script =
			'trap "echo INT; exit 5" INT; trap "echo TERM; exit 6" TERM; echo ready >&2; while :; do sleep 0.1; done';
		const onStderr = (chunk: string, kill: (signal: NodeJS.Signals) => void) => {
			if (chunk.includes('ready')) kill(signal);
		};

		const ended = await strata(place, ['run', '--rm', image, 'sh', '-c', script], {onStderr});

		t.deepEqual([ended.status, ended.stdout], [status, printed]);
	});
}

test.serial('what strata cannot start has the exit codes of docker', async t => {
	const place = makePlace(t, ordinary);
	const image = `${await fixtureHost()}/busybox`;

	for (const [words, status] of [
		[[image, 'nosuch'], 127],
		[[image, '/etc/passwd'], 126],
		[['--volume', 'x', image], 125],
		[['--volme', 'x', image], 125],
	] as const) {
		const ended = await strata(place, ['run', '--rm', ...words]);
		t.is(ended.status, status, ended.stderr);
		t.regex(ended.stderr, /^error: .*\n(note: .*\n)?help: /m);
	}
});
