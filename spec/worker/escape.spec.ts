import {chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {sharedFolder} from '../helpers/folder.ts';
import {directory, file, special} from '../helpers/layer.ts';
import {makePlace} from '../helpers/place.ts';
import {unless} from '../helpers/skip.ts';
import type {Told} from './session.ts';
import {script, session, settings} from './sessions.ts';

// Escapes that runtimes and builders had to publish, tried with every user, runtime and snapshotter. What holds them off is lib/worker/view.ts,
// unless a test says otherwise: with `checkView` left out of run-job.ts, those that expect an error get none, or one of the runtime's.

const link = (path: string, linkname: string) => special(path, 'symlink', {linkname});
const codes = ({jobs}: Told) => jobs.map(({error}) => error?.code);

/** A copy is only another root: one runtime is enough for it. */
const chosen = settings.filter(({snapshotter, runtime}) => snapshotter === 'overlay' || runtime === 'crun');

for (const setting of chosen) {
	const test = unless(setting.reason);
	const {title} = setting;

	test(`${title}: a working directory that leads to an open file is refused, however it is named (CVE-2024-21626)`, async t => {
		const folder = await sharedFolder(t);
		symlinkSync('/proc/self/fd/8', join(folder, 'out'));
		const mounts = [{type: 'bind', source: folder, target: '/m', readOnly: true} as const];

		const told = await session(t, setting, [
			{cwd: '/proc/self/fd/7'},
			{cwd: '/proc/self/fd/7', user: '0:0'},
			{cwd: '/proc/1/cwd'},
			{cwd: '/dev/fd/7'},
			{base: [link('a', 'proc/self/fd/7')], cwd: '/a/etc'},
			{base: [link('a', '/b'), link('b', '/proc/thread-self/fd/9')], cwd: '/a'},
			{base: [link('a', '/proc/self/fd/7/../../../..')], cwd: '/a/etc'},
			{base: [link('a', '/dev/fd')], cwd: '/a/7'},
			{mounts, cwd: '/m/out'},
			{base: [link('n', '/m')], mounts, cwd: '/n/out/x'},
			{cwd: '/proc', script: 'readlink self > /dev/null'},
		]);

		t.deepEqual(codes(told), [...Array.from({length: 10}, () => 'WORKDIR_UNSOUND'), undefined]);
		t.deepEqual(told.left, [], 'nothing was kept of any');
	});

	// Runtimes close what they inherit, too: that `closeOnExec` of lib/worker/main.ts leaves them nothing is spec/linux/close-on-exec.spec.ts's to show.
	test(`${title}: a program has no descriptor but the first three, whatever strata was started with (CVE-2024-21626)`, async t => {
		const place = makePlace(t, setting.user);
		const jobs = [{script: 'for fd in /proc/$$/fd/*; do readlink $fd; done; true'}];
		const order = JSON.stringify({root: place.store, runtime: setting.runtime, jobs});
		const inherit = ['bash', '-c', 'exec 57</etc 199</etc 1000</etc; exec "$@"', 'bash'];

		const {stdout, stderr} = await place.run([...inherit, process.execPath, script, order]);

		const {output} = (JSON.parse(stdout) as Told).jobs[0] ?? {};
		t.regex(output ?? stderr, /^(\/dev\/null|pipe:\[\d+\])\n((pipe|socket):\[\d+\]\n){2}$/);
	});

	// Without `followLinks` of lib/worker/in-root.ts the file outside is read; without its `isFile` a fifo blocks for ever.
	test(`${title}: passwd and group are read inside the image, whatever they are (CVE-2024-9676)`, async t => {
		const folder = await sharedFolder(t);
		writeFileSync(join(folder, 'passwd'), 'evil:x:4242:4242::/:/bin/sh\n');
		writeFileSync(join(folder, 'group'), 'evil:x:4243:\n');
		const outside = [link('etc/passwd', join(folder, 'passwd')), link('etc/group', `../../../../..${folder}/group`)];
		const circle = [link('etc/passwd', 'group'), link('etc/group', 'passwd')];
		const pipes = [special('etc/passwd', 'fifo', {}), special('etc/group', 'fifo', {})];
		const kernels = [link('etc/passwd', '/proc/self/environ'), link('etc/group', '/proc/1/root/etc/group')];

		const told = await session(t, setting, [
			{base: [directory('etc'), ...outside], user: 'evil'},
			{base: [directory('etc'), ...outside], user: '0:evil'},
			{base: [directory('etc'), ...circle], user: 'evil'},
			{base: [directory('etc'), ...pipes], user: 'evil'},
			{base: [directory('etc'), ...pipes], user: '0:evil'},
			{base: [directory('etc'), ...kernels], user: 'evil'},
			{base: [directory('etc'), directory('etc/passwd'), directory('etc/group')], user: 'evil'},
			{base: [directory('etc'), ...circle], script: 'id -u'},
			{base: [directory('etc')], script: 'echo > /etc/group; head -c 20000000 /dev/zero > /etc/passwd'},
			{after: true, user: 'evil'},
		]);

		const [user, group] = ['UNKNOWN_USER', 'UNKNOWN_GROUP'];
		t.deepEqual(codes(told), [user, group, user, user, group, user, user, undefined, undefined, 'TOO_LARGE']);
	});

	test(`${title}: what the kernel is mounted on is a directory, and no link (CVE-2019-19921, CVE-2023-27561)`, async t => {
		const told = await session(t, setting, [
			{base: [directory('evil'), link('proc', 'evil')]},
			{base: [directory('evil'), link('sys', '/evil')]},
			{base: [directory('evil'), link('dev', 'evil')]},
			{base: [file('proc', '')]},
			{
				base: [directory('dev'), link('dev/null', '/proc/sys/kernel/core_pattern'), directory('proc')],
				script: '> /dev/null',
			},
		]);

		t.deepEqual(codes(told), [...Array.from({length: 4}, () => 'ROOT_UNSOUND'), undefined]);
	});

	test(`${title}: nothing is mounted over what masks and devices are made of (CVE-2025-31133, -52565, -52881)`, async t => {
		const targets = [
			'/proc',
			'/proc/sys/kernel',
			'/sys',
			'/sys/fs/cgroup',
			'/dev',
			'/dev/null',
			'/dev/pts',
			'/dev/console',
			'/dev/fd/0',
		];
		const through = [link('k', '/proc/sys'), link('d', 'dev/null')];
		const folder = await sharedFolder(t);
		symlinkSync('/proc/sys/kernel', join(folder, 'out'));
		const bind = {type: 'bind', source: folder, target: '/m', readOnly: false} as const;

		const told = await session(t, setting, [
			...targets.map(target => ({mounts: [{type: 'tmpfs' as const, target}]})),
			{base: through, mounts: [{type: 'tmpfs', target: '/k/kernel'}]},
			{base: through, files: [{path: '/d', data: 'evil', mode: 0o644}]},
			{mounts: [{type: 'tmpfs', target: '/m/out'}, bind]},
			{mounts: [{type: 'tmpfs', target: '/dev/shm/x'}], script: 'echo > /dev/shm/x/y'},
		]);

		t.deepEqual(codes(told), [...Array.from({length: targets.length + 3}, () => 'TARGET_UNSOUND'), undefined]);
	});

	// Without the devices among `readonlyPaths` of lib/runtime/bundle.ts, root's RUN changes the mode of the machine's own node.
	test(`${title}: every RUN has devices, masks and /proc of its own, not to be changed (CVE-2025-31133, -52565, -52881)`, async t => {
		const attack = [
			'rm -f /dev/null /dev/console /dev/zero; mv /dev/full /dev/null; ln -s /proc/sys/kernel/core_pattern /dev/null',
			'umount /proc/keys; umount /dev/null; mount -t proc proc /proc; echo evil > /dev/shm/f',
			'for file in /proc/sys/kernel/hostname /proc/sys/kernel/core_pattern /proc/sysrq-trigger /sys/kernel/mm/ksm/run',
			'do echo 1 > $file && echo wrote $file; done; chmod 640 /dev/full && echo changed; true',
		].join('\n');
		const look = [
			'ls -l /dev/null /dev/zero | grep -c "^crw-rw-rw-"; ls /dev/shm',
			'for mask in /proc/keys /proc/interrupts /proc/timer_list; do cat $mask; done; echo > /dev/null && echo ok',
		].join('\n');

		if (setting.user.uid === 0) t.teardown(() => chmodSync('/dev/full', 0o666));

		const {jobs} = await session(t, setting, [{script: attack}, {after: true, script: look}]);

		t.notRegex(jobs[0]?.output ?? '', /wrote|changed/);
		t.is(jobs[1]?.output, '2\nok\n');
	});

	// Without `protectSys` of lib/worker/system-folder.ts, only /sys itself is.
	test(`${title}: /sys is read-only with all that is mounted below it, the user's own cgroups too`, async t => {
		const {jobs} = await session(t, setting, [
			{script: 'grep -E "^[^ ]+ /sys" /proc/mounts | grep -v -E "^[^ ]+ [^ ]+ [^ ]+ ro[, ]"; echo looked'},
			{script: 'grep -c -E "^sysfs /sys sysfs rw," /proc/mounts', security: 'insecure'},
		]);

		t.is(jobs[0]?.output, 'looked\n');
		t.is(jobs[1]?.output, '1\n', 'an insecure RUN may write there what its user may');
	});

	test(`${title}: /etc/hosts and /etc/resolv.conf lead to files of the image, or to nothing`, async t => {
		const folder = await sharedFolder(t);
		const outside = [
			directory('etc'),
			link('etc/hosts', `${folder}/hosts`),
			link('etc/resolv.conf', `../..${folder}/r`),
		];

		const told = await session(t, setting, [
			{base: outside, script: 'grep -c ^127 /etc/hosts'},
			{base: [directory('etc'), directory('etc/hosts')]},
			{base: [directory('etc'), link('etc/resolv.conf', '/proc/self/fd/3')]},
			{base: [directory('etc'), link('etc/hosts', '/dev/null')]},
			{base: [directory('etc'), link('etc/resolv.conf', '/proc/1/../../etc/r')]},
			{base: [directory('etc'), special('etc/hosts', 'fifo', {})], script: 'grep -c ^127 /etc/hosts'},
		]);

		t.is(told.jobs[0]?.output, '1\n');
		t.deepEqual(told.jobs[0]?.layer, [], 'what was made for the mounts is gone again');
		t.deepEqual([existsSync(join(folder, 'hosts')), existsSync(join(folder, 'r'))], [false, false]);
		t.deepEqual(codes(told).slice(1), ['ROOT_UNSOUND', 'ROOT_UNSOUND', 'ROOT_UNSOUND', 'ROOT_UNSOUND', undefined]);
	});

	// Without `resolveInRoot` in lib/worker/in-root.ts it would be made on this machine.
	test(`${title}: a working directory behind a link out of the image is made in the image, by USER (RUN-13, WD-1)`, async t => {
		const folder = await sharedFolder(t);
		mkdirSync(join(folder, 'd'));

		const {jobs} = await session(t, setting, [
			{base: [link('out', folder)], cwd: '/out/d/w', user: '12:34', script: 'readlink /proc/self/cwd'},
		]);

		t.is(jobs[0]?.output, `${folder}/d/w\n`);
		t.false(existsSync(join(folder, 'd/w')));
		t.is(jobs[0]?.layer?.at(-1), `${folder.slice(1)}/d/w directory 755 12:34`);
	});

	test(`${title}: a program finds nothing of the host: no environment, process, socket or path of the store`, async t => {
		const place = makePlace(t, setting.user);
		const look = [
			'cat /proc/*/environ; echo; ls /proc | grep -c -E "^[0-9]+$"; cat /proc/self/mountinfo',
			`ls -d ${place.store} ${place.folder} /run/user /tmp/strata-e2e* /var/run/docker.sock /root/.ssh 2>&1; true`,
		].join('\n');
		const order = {root: place.store, runtime: setting.runtime, jobs: [{script: look}]};
		const env = {SECRET: 'hush', ...(setting.snapshotter === 'copy' ? {STRATA_SNAPSHOTTER: 'copy'} : {})};

		const {stdout} = await place.run([process.execPath, script, JSON.stringify(order)], {env});

		const {output = ''} = (JSON.parse(stdout) as Told).jobs[0] ?? {};
		const [processes = ''] = output.split('\n').filter(line => /^\d+$/.test(line));
		t.true(Number(processes) > 0 && Number(processes) < 8, output);
		t.notRegex(output, /hush|XDG_RUNTIME_DIR|STRATA/);
		t.is(output.match(/No such file or directory/g)?.length, 6);
		// A copy has its root bound from the store, which mountinfo tells of; nothing can be reached by that path.
		const told = output.split('\n').filter(line => !line.startsWith('ls: ') && line.includes(place.folder));
		t.is(told.length, setting.snapshotter === 'overlay' ? 0 : 1, told.join('\n'));
	});
}
