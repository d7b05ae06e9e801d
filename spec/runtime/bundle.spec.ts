import test from 'ava';
import type {UserIds} from '../../lib/oci/passwd.ts';
import {type BundleOptions, bundleConfig} from '../../lib/runtime/bundle.ts';
import {bundleFiles} from '../../lib/runtime/mounts.ts';
import {hasCorpus} from '../helpers/corpus.ts';
import {jobFor} from '../helpers/job.ts';
import {validateConfig} from '../helpers/runtime-schema.ts';
import {unless} from '../helpers/skip.ts';

const root: UserIds = {uid: 0, gid: 0, groups: [], home: '/root'};
const app: UserIds = {uid: 1000, gid: 1001, groups: [6, 29], home: '/srv/app'};
const config = (job: Parameters<typeof jobFor>[0] = {}, user = root, options: BundleOptions = {arch: 'x64'}) =>
	bundleConfig(jobFor(job), user, 'rootfs', options);

const cases: Readonly<Record<string, ReturnType<typeof config>>> = {
	'a plain RUN': config(),
	'one of another user': config({}, app),
	'one without network': config({network: 'none'}),
	'an insecure one': config({security: 'insecure'}),
	'one with a single id': config({}, root, {singleID: true, arch: 'arm64', annotations: {'a.b': 'c'}}),
	'one with mounts and files': config({
		mounts: [
			{type: 'tmpfs', target: '/tmp/x', size: 1024},
			{type: 'bind', source: '/s', target: '/t', readOnly: true},
		],
		files: [{path: '/dev/pipes/EOF', data: 'x', mode: 0o644}],
	}),
};

for (const [title, document] of Object.entries(cases)) {
	unless(hasCorpus ? undefined : 'no corpus here')(`the bundle of ${title} is right by the schema`, t => {
		t.deepEqual(validateConfig(document), []);
	});
}

test('the same job is the same bundle', t => {
	t.deepEqual(config({}, app), config({}, app));
});

test('nothing is asked for that only root could give', t => {
	const {linux, process} = config();

	t.deepEqual(linux.namespaces, [{type: 'pid'}, {type: 'ipc'}, {type: 'uts'}, {type: 'mount'}]);
	t.false('resources' in linux);
	t.false('rlimits' in process);
});

test('--network=none is a network namespace with a sysfs of its own; else the host’s is seen read-only (RUN-9)', t => {
	const sys = (document: ReturnType<typeof config>) => document.mounts.find(({destination}) => destination === '/sys');

	t.deepEqual(config({network: 'none'}).linux.namespaces.at(-1), {type: 'network'});
	t.is(sys(config({network: 'none'}))?.type, 'sysfs');
	t.true(sys(config())?.options?.includes('ro'));
});

test('--security=insecure has every capability and no filter (RUN-10)', t => {
	const {linux, process} = config({security: 'insecure'});

	t.is(process.capabilities?.effective.length, 41);
	t.deepEqual([linux.seccomp, linux.maskedPaths], [undefined, undefined]);
});

test('HOME is that of the passwd, unless the environment has one (RUN-13)', t => {
	t.deepEqual(config({env: ['A=b']}, app).process.env, ['A=b', 'HOME=/srv/app']);
	t.deepEqual(config({env: ['HOME=/h']}, app).process.env, ['HOME=/h']);
	t.deepEqual(config({env: ['HOME=', 'A=b']}, app).process.env, ['A=b', 'HOME=/srv/app']);
});

test('the main group is among the supplementary ones, but for a single id, which may set none', t => {
	t.deepEqual(config({}, app).process.user.additionalGids, [1001, 6, 29]);
	t.deepEqual(config({}, root, {singleID: true}).process.user.additionalGids, []);
});

test('the terminal group is left out where it is not mapped', t => {
	const terminals = (singleID: boolean) =>
		config({}, root, {singleID}).mounts.find(({destination}) => destination === '/dev/pts')?.options ?? [];

	t.true(terminals(false).includes('gid=5'));
	t.false(terminals(true).includes('gid=5'));
});

test('mounts are made parents first, over the files of the network', t => {
	const {mounts} = config({
		mounts: [
			{type: 'tmpfs', target: '/etc/a/b'},
			{type: 'tmpfs', target: '/etc'},
		],
		files: [{path: '/etc/a', data: '', mode: 0o600}],
	});

	t.deepEqual(
		mounts.slice(-5).map(({destination}) => destination),
		['/etc/hosts', '/etc/resolv.conf', '/etc', '/etc/a', '/etc/a/b'],
	);
});

test('every file that a mount of the bundle shows is one of its files', t => {
	const job = jobFor({files: [{path: '/x', data: 'x', mode: 0o600}], hosts: [{name: 'db', address: '10.0.0.1'}]});
	const files = bundleFiles(job, {resolvConf: 'nameserver 127.0.0.53\n'});
	const sources = bundleConfig(job, root, 'rootfs').mounts.flatMap(({type, source}) =>
		type === 'bind' && source !== '/sys' ? [source] : [],
	);

	t.deepEqual(
		sources,
		files.map(({path}) => path),
	);
	t.is(
		files[0]?.data,
		'127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.1\tdb\n',
	);
});

test('a bind repeats the restrictions that its source cannot lose', t => {
	const {mounts} = config({}, root, {locked: source => (source === 'hosts' ? ['nosuid', 'nodev'] : [])});

	t.deepEqual(mounts.find(({destination}) => destination === '/etc/hosts')?.options, [
		'rbind',
		'rprivate',
		'ro',
		'nosuid',
		'nodev',
	]);
});
