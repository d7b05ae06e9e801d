import {directory, file, special} from '../helpers/layer.ts';
import {unless} from '../helpers/skip.ts';
import {session, settings} from './sessions.ts';

const tree = [directory('d'), file('d/a', 'a'), file('d/b', 'b'), file('f', 'f'), directory('e'), file('e/x', 'x')];

for (const setting of settings) {
	const test = unless(setting.reason);
	const {title} = setting;

	test(`${title}: the layer is what the program changed, removals and owners included (LAY-3, LAY-4, LAY-8)`, async t => {
		const {jobs} = await session(t, setting, [
			{
				base: tree,
				script: 'rm f; rm -rf d && mkdir d && echo n > d/n; echo y > e/y; chown 12:34 e/y; ln e/y e/z',
			},
			{after: true, script: 'ls d e; echo w > g'},
		]);

		const [first, second] = jobs;
		t.deepEqual(first?.paths, ['d', 'd/n', 'e', 'e/x', 'e/y', 'e/z']);
		t.deepEqual(
			first?.layer?.filter(line => !/^d( |\/[ab] )/.test(line)),
			['d/n file 644 0:0', 'e directory 755 0:0', 'e/y file 644 12:34', 'e/z hardlink 644 12:34', 'f whiteout 0 0:0'],
		);
		t.is(second?.output, 'd:\nn\n\ne:\nx\ny\nz\n');
		t.deepEqual(second?.layer, ['g file 644 0:0']);
	});

	test(`${title}: a file with other bytes is in the layer, though it is as large and as old as before (LAY-9)`, async t => {
		const base = [file('f', 'one', {mtime: 5}), file('g', 'one', {mtime: 5})];
		const {jobs} = await session(t, setting, [{base, script: 'printf two > f; touch -d @5 f'}]);

		t.deepEqual(jobs[0]?.layer, ['f file 644 0:0']);
	});

	test(`${title}: what a run left is found again, not unpacked`, async t => {
		const {jobs, left} = await session(t, setting, [
			{base: tree, script: 'echo g > g'},
			{after: true, script: 'echo h > h'},
		]);

		t.deepEqual(
			jobs.map(({isRemembered}) => isRemembered),
			[true, true],
		);
		t.deepEqual(left, [], 'nothing unfinished stays in ROOT/tmp');
	});

	test(`${title}: a run that changes nothing has an empty layer, whatever was mounted (RUN-8, W-26)`, async t => {
		const mounted = {
			files: [{path: '/run/secrets/key', data: 'k', mode: 0o400}],
			mounts: [{type: 'tmpfs', target: '/var/tmp/build'} as const],
		};
		const etc = directory('etc', {mtime: 1_234});
		const link = special('etc/resolv.conf', 'symlink', {linkname: '../run/resolve/stub.conf'});
		const {jobs} = await session(t, setting, [
			{},
			{...mounted, script: 'echo x > /var/tmp/build/x; cat /run/secrets/key'},
			{
				base: [etc, link, directory('run', {mode: 0o711, mtime: 5})],
				script: 'grep -c . /etc/resolv.conf > /dev/null; ls -d /run',
			},
			{after: true, ...mounted},
			{base: [directory('var', {mtime: 9}), special('etc', 'symlink', {linkname: 'var'})]},
		]);

		t.deepEqual(
			jobs.map(({layer, error}) => error ?? layer),
			[[], [], [], [], []],
		);
		t.is(jobs[1]?.output, 'k');
	});

	test(`${title}: a program that makes a mount point's folder its own keeps it`, async t => {
		const secret = {files: [{path: '/run/secrets/key', data: 'k', mode: 0o400}]};
		const {jobs} = await session(t, setting, [{...secret, script: 'echo mine > /run/pid'}]);

		t.deepEqual(jobs[0]?.paths, ['run', 'run/pid']);
	});

	test(`${title}: what is missing is said, and nothing is kept`, async t => {
		const {jobs, left} = await session(t, setting, [
			{argv: ['/bin/none']},
			{argv: ['none']},
			{cwd: '/bin/busybox/x'},
			{base: [special('a', 'symlink', {linkname: 'b'}), special('b', 'symlink', {linkname: 'a'})], cwd: '/a/c'},
		]);

		t.deepEqual(
			jobs.map(({error}) => error?.message),
			[
				'RUN: no /bin/none in the image',
				'RUN: no none in the image',
				'the working directory /bin/busybox/x is a file in the image',
				'/a/c is a loop of links in the image',
			],
		);
		t.deepEqual(left, []);
	});
}
