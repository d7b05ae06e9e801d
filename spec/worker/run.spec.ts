import {directory, file} from '../helpers/layer.ts';
import {unless} from '../helpers/skip.ts';
import {session, settings} from './sessions.ts';

const passwd = ['root:x:0:0:root:/root:/bin/sh', 'app:x:1000:1001::/srv/app:/bin/sh', ''].join('\n');
const group = ['root:x:0:', 'app:x:1001:', 'disk:x:6:app', 'audio:x:29:app,root', ''].join('\n');
const accounts = [directory('etc'), file('etc/passwd', passwd), file('etc/group', group)];

for (const setting of settings) {
	const test = unless(setting.reason);
	const {title} = setting;

	test(`${title}: output is whole and in order, and the exit code is the program's (RUN-12)`, async t => {
		const {jobs, facts} = await session(t, setting, [
			{script: 'echo one; echo two >&2; echo three'},
			{script: 'echo no; exit 7'},
			{script: 'sleep 1000 & kill -9 $!; wait $!'},
			{script: 'yes | head -c 50000000'},
		]);

		const [words, failed, killed, flood] = jobs;
		t.is(facts.runtime.name, setting.runtime);
		t.is(facts.snapshotter, setting.snapshotter);
		t.is(facts.ids, 65_536);
		t.deepEqual(lines(words?.output), ['one', 'three', 'two']);
		t.is(words?.status, 0);
		t.deepEqual({status: failed?.status, layer: failed?.layer}, {status: 7, layer: undefined});
		t.is(killed?.status, 'SIGKILL');
		t.deepEqual([flood?.outputLength, flood?.logLength], [50_000_000, 50_000_000]);
	});

	test(`${title}: a program of any user can open its output by name`, async t => {
		const script = 'echo out >/dev/stdout; echo err >/dev/stderr';

		const {jobs} = await session(t, setting, [{script}, {script, user: '1000'}]);

		t.deepEqual(
			jobs.map(({output}) => lines(output)),
			[
				['err', 'out'],
				['err', 'out'],
			],
		);
	});

	test(`${title}: a program sees what it should of the machine, and nothing else (RUN-13)`, async t => {
		const {jobs} = await session(t, setting, [
			{
				script: 'env; id -u; hostname; cat; grep -E "^(CapEff|CapBnd|Seccomp|NoNewPrivs):" /proc/self/status',
				cwd: '/made/for/it',
				hosts: [{name: 'db', address: '10.1.2.3'}],
			},
			{script: 'cat /etc/hosts; cat /etc/resolv.conf > /dev/null; ls -d $HOME'},
			{script: 'cat /proc/net/dev', network: 'none'},
		]);

		const [seen, hosts, alone] = jobs.map(({output}) => output);
		t.deepEqual(lines(seen), [
			'0',
			'CapBnd: 00000000a80425fb',
			'CapEff: 00000000a80425fb',
			'HOME=/',
			'NoNewPrivs: 0',
			'PATH=/bin',
			'PWD=/made/for/it',
			'SHLVL=1',
			'Seccomp: 2',
			'buildkitsandbox',
		]);
		t.regex(hosts ?? '', /^127\.0\.0\.1\tlocalhost buildkitsandbox\n.*\/\n$/s);
		t.regex(alone ?? '', /lo:/);
		t.notRegex(alone ?? '', /eth|ens|enp/);
	});

	test(`${title}: an insecure RUN has every capability of the namespace, no filter and no masks (RUN-10)`, async t => {
		const script = 'grep -E "^(CapEff|CapBnd|Seccomp):" /proc/self/status; head -c 3 /proc/interrupts | grep -c .';

		const {jobs} = await session(t, setting, [{script, security: 'insecure'}, {script}]);

		t.deepEqual(lines(jobs[0]?.output), ['1', 'CapBnd: 000001ffffffffff', 'CapEff: 000001ffffffffff', 'Seccomp: 0']);
		t.deepEqual(lines(jobs[1]?.output), ['0', 'CapBnd: 00000000a80425fb', 'CapEff: 00000000a80425fb', 'Seccomp: 2']);
	});

	test(`${title}: /dev/shm, limits and the resolver are as asked for (CLI-15, CLI-26)`, async t => {
		const limits = [
			{name: 'core', soft: 1024, hard: 2048},
			{name: 'nofile', soft: 100, hard: 200},
			{name: 'stack', soft: null, hard: null},
		];
		const dns = {servers: ['192.0.2.53'], search: [], options: []};
		const {jobs} = await session(t, setting, [
			{script: 'ulimit -n; ulimit -Hn; ulimit -s; ulimit -Hs', limits: limits as never},
			{script: 'grep " /dev/shm " /proc/mounts', shmSize: 2 ** 20},
			{script: 'grep " /dev/shm " /proc/mounts'},
			{script: 'cat /etc/resolv.conf', dns},
		]);

		const [limited, small, usual, resolver] = jobs.map(({output}) => output);
		t.is(limited, '100\n200\nunlimited\nunlimited\n');
		t.regex(small ?? '', /nosuid,nodev,noexec.*size=1024k/);
		t.regex(usual ?? '', /size=65536k/);
		t.regex(resolver ?? '', /^nameserver 192\.0\.2\.53$/m);
	});

	test(`${title}: USER is looked up in the image, with its supplementary groups (W-15)`, async t => {
		const {jobs} = await session(t, setting, [
			{script: 'id; echo $HOME', user: 'app', base: accounts},
			{script: 'id; echo $HOME', user: 'app:audio', base: accounts},
			{script: 'id', user: '1234:5', base: accounts},
			{script: 'id', user: 'nobody', base: accounts},
			{script: 'id', user: '70000', base: accounts},
		]);

		const [named, withGroup, numbers, unknown, beyond] = jobs;
		t.is(named?.output, 'uid=1000(app) gid=1001(app) groups=6(disk),29(audio),1001(app)\n/srv/app\n');
		t.is(withGroup?.output, 'uid=1000(app) gid=29(audio) groups=29(audio)\n/srv/app\n');
		t.is(numbers?.output, 'uid=1234 gid=5 groups=5\n');
		t.is(unknown?.error?.code, 'UNKNOWN_USER');
		t.is(beyond?.error?.code, 'ID_UNMAPPED');
	});
}

/** Lines in byte order: programs of one script write side by side. */
function lines(text = ''): string[] {
	return text.trim().replaceAll('\t', ' ').split('\n').sort();
}
