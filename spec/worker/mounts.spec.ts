import {chmodSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {sharedFolder} from '../helpers/folder.ts';
import {directory, file, special} from '../helpers/layer.ts';
import {unless} from '../helpers/skip.ts';
import type {OrderedSource} from './session.ts';
import {session, settings} from './sessions.ts';

const bind = (source: string, target: string, readOnly = true) => ({type: 'bind', source, target, readOnly}) as const;
const tmpfs = (target: string) => ({type: 'tmpfs', target}) as const;
const link = (path: string, linkname: string) => special(path, 'symlink', {linkname});

const tree: OrderedSource = {
	at: 'tree',
	kind: 'files',
	files: [
		directory('d', {mtime: 5}),
		file('d/f', 'text\n', {uid: 7, gid: 8, mode: 0o640}),
		file('one', 'one\n'),
		link('l', 'd'),
	],
	path: '/',
};
const secret: OrderedSource = {at: 'secret', kind: 'secret', text: 'hush hush', uid: 12, gid: 34, mode: 0o440};

/** A copy is only another root: one runtime is enough for it. */
const chosen = settings.filter(({snapshotter, runtime}) => snapshotter === 'overlay' || runtime === 'crun');

for (const setting of chosen) {
	const test = unless(setting.reason);
	const {title} = setting;

	test(`${title}: a bind shows files as they are, and takes changes only with rw, which nobody keeps (RUN-2)`, async t => {
		const change = 'echo more >> /m/d/f; rm -f /m/one; mkdir /m/new; cat /m/d/f; ls /m';

		const {jobs, left} = await session(t, setting, [
			{
				sources: [tree],
				mounts: [bind('tree', '/m')],
				script: 'ls -ln /m/d; cat /m/l/f; (echo x > /m/x) 2> /dev/null || echo read-only',
			},
			{sources: [tree], mounts: [bind('tree', '/m', false)], script: change},
			{sources: [tree], mounts: [bind('tree', '/m', false)], script: change},
			{sources: [{...tree, path: '/one'} as OrderedSource], mounts: [bind('tree', '/m')], script: 'cat /m'},
			{sources: [{...tree, path: '/l'} as OrderedSource], mounts: [bind('tree', '/m')], script: 'cat /m/f'},
		]);

		t.regex(jobs[0]?.output ?? '', /-rw-r----- +1 7 +8 .* f\ntext\nread-only\n/);
		t.deepEqual(
			jobs.slice(1).map(({output}) => output),
			['text\nmore\nd\nl\nnew\n', 'text\nmore\nd\nl\nnew\n', 'one\n', 'text\n'],
		);
		t.deepEqual(
			jobs.map(({layer}) => layer),
			[[], [], [], [], []],
		);
		t.deepEqual(left, []);
	});

	test(`${title}: nothing of what a mount needed stays in a layer (RUN-8, W-26)`, async t => {
		const base = [
			directory('etc', {mtime: 3}),
			file('etc/conf', 'of the image\n'),
			directory('real', {mtime: 3}),
			link('l', '/real'),
			directory('run', {mtime: 3}),
		];
		const sources = [tree, secret, {...tree, at: 'file', path: '/one'} as OrderedSource];
		const mounts = [
			bind('tree', '/made/for/it'),
			bind('tree', '/l/deep/er'),
			bind('file', '/etc/conf'),
			bind('file', '/etc/new'),
			bind('secret', '/run/secrets/s'),
			tmpfs('/tmp/x'),
			tmpfs('/dev/mine/x'),
			bind('file', '/dev/file'),
			bind('file', '/made/for/it/d/inner'),
			bind('file', '/made/for/it/d/f'),
			tmpfs('/made/for/it/deep/inner'),
			bind('tree', '/made/for/it/deep/inner/est'),
		];
		const script = [
			'cat /etc/conf /etc/new /dev/file /made/for/it/d/inner /made/for/it/d/f /made/for/it/deep/inner/est/one /real/deep/er/one',
			'stat -c "%u:%g %a" /run/secrets/s; ls -d /dev/mine/x /tmp/x',
		].join('\n');
		const look = 'stat -c "%n %Y" /etc /real /run; cat /etc/conf; ls -a /etc /real /run; ls -d /made /tmp 2>&1; true';

		const {jobs} = await session(t, setting, [
			{base, sources, mounts, script: `${look}\n${script}`},
			{after: true, script: look},
		]);

		const [first, then] = jobs;
		t.regex(first?.output ?? '', /(one\n){7}12:34 440\n\/dev\/mine\/x\n\/tmp\/x\n$/);
		t.deepEqual(first?.layer, []);
		const times = (told = '') => told.split('\n').slice(0, 3);
		t.deepEqual(times(then?.output), ['/etc 3', '/real 3', '/run 3']);
		t.deepEqual(times(first?.output), times(then?.output));
		t.regex(then?.output ?? '', /\nof the image\n/);
		t.regex(then?.output ?? '', /ls: \/made: No such file or directory\nls: \/tmp: No such/);
		t.deepEqual(then?.layer, []);
	});

	test(`${title}: what a program makes beside mount points is kept, with its own times (RUN-8, W-26)`, async t => {
		const {jobs} = await session(t, setting, [
			{
				sources: [tree],
				mounts: [bind('tree', '/made/it'), tmpfs('/t/x')],
				script: 'echo > /made/mine; echo > /t/x/gone; mkdir /u; touch -d @77 /made /u',
			},
			{after: true, script: 'stat -c "%n %Y" /made /u; ls /made'},
		]);

		t.deepEqual(jobs[0]?.layer?.map(line => line.split(' ')[0]).sort(), ['made', 'made/mine', 'u']);
		t.regex(jobs[1]?.output ?? '', /^\/made \d+\n\/u 77\nmine\n$/);
	});

	test(`${title}: mounts that a link leads to another place leave nothing there, nor in the files they go through (RUN-8)`, async t => {
		const through: OrderedSource = {at: 'through', kind: 'files', files: [link('out', '/other')], path: '/'};

		const {jobs} = await session(t, setting, [
			{
				base: [directory('other')],
				sources: [through],
				mounts: [bind('through', '/m'), tmpfs('/m/out/x')],
				script: 'ls /m; ls /other; echo > /other/x/y',
			},
		]);

		t.deepEqual([jobs[0]?.output, jobs[0]?.layer], ['out\nx\n', []]);
	});

	test(`${title}: a mount point of the wrong kind, or below a file, is an error that says so`, async t => {
		const base = [directory('d'), file('f', 'x')];
		const one = {...tree, at: 'file', path: '/one'} as OrderedSource;
		const mount = (source: string, target: string) => ({base, sources: [tree, one], mounts: [bind(source, target)]});

		const {jobs} = await session(t, setting, [
			mount('tree', '/f'),
			mount('file', '/d'),
			mount('file', '/f/x'),
			{base, sources: [tree], mounts: [bind('tree', '/m'), tmpfs('/m/one')]},
		]);

		t.deepEqual(
			jobs.map(({error}) => error?.message),
			[
				'RUN: a directory cannot be mounted at /f, which is no directory',
				'RUN: a file cannot be mounted at /d, which is a directory',
				'RUN: a file cannot be mounted at /f/x, which would lie below a file',
				'RUN: a directory cannot be mounted at /m/one, which is no directory',
			],
		);
	});

	test(`${title}: the source of a bind is looked up inside its own files (CVE-2024-1753)`, async t => {
		const folder = await sharedFolder(t);
		writeFileSync(join(folder, 'host'), 'of the host\n');
		const files = [
			link('root', '/'),
			link('up', '../../../../../../..'),
			link('host', join(folder, 'host')),
			link('proc', '/proc/self/root'),
			link('fd', '/proc/self/fd/0'),
			link('circle', 'circle'),
			file('own', 'own\n'),
		];
		const from = (path: string) => ({
			sources: [{at: 's', kind: 'files', files, path} as OrderedSource],
			mounts: [bind('s', '/m')],
			script: 'ls /m',
		});

		const {jobs} = await session(t, setting, [
			...['/root', '/up', '/../..', '/root/up/root'].map(from),
			...['/host', '/proc', '/fd', '/circle', '/own/x', '/none', `/${'x'.repeat(300)}`].map(from),
		]);

		const names = 'circle\nfd\nhost\nown\nproc\nroot\nup\n';
		t.deepEqual(
			jobs.slice(0, 4).map(({output}) => output),
			[names, names, names, names],
		);
		t.deepEqual(
			jobs.slice(4).map(({error}) => error?.code),
			Array.from({length: 7}, () => 'MOUNT_SOURCE'),
		);
	});

	test(`${title}: names with commas, colons and line breaks are only names (CVE-2024-9407)`, async t => {
		const target = '/a,rw,exec:/b\nc=d "e\\';
		const files = [directory('x,bind,rw:y\nz'), file('x,bind,rw:y\nz/f', 'f\n')];
		const source: OrderedSource = {at: 's', kind: 'files', files, path: '/x,bind,rw:y\nz'};

		const {jobs} = await session(t, setting, [
			{
				sources: [source],
				mounts: [bind('s', target)],
				script: 'cd "$T" && cat f; (echo x > f) 2> /dev/null || echo read-only',
				env: [`T=${target}`, 'PATH=/bin'],
			},
			{
				mounts: [tmpfs(target)],
				script: 'cd "$T" && echo x > f && grep -c nosuid /proc/self/mountinfo > f; ls',
				env: [`T=${target}`, 'PATH=/bin'],
			},
		]);

		t.regex(jobs[0]?.output ?? '', /^f\nread-only\n$/);
		t.is(jobs[1]?.output, 'f\n');
		t.deepEqual(
			jobs.map(({layer}) => layer),
			[[], []],
		);
	});

	test(`${title}: a mount point that a program exchanges for a link is removed by nobody (CVE-2024-23652)`, async t => {
		const folder = await sharedFolder(t);
		mkdirSync(join(folder, 'made/it'), {recursive: true});
		mkdirSync(join(folder, 'empty'));
		// else the user who builds could remove nothing there, whatever is tried
		for (const path of ['', 'made', 'made/it', 'empty']) chmodSync(join(folder, path), 0o777);
		const swap = 'umount /made/it /t 2> /dev/null; mv /made /gone 2> /dev/null; rm -rf /made /t/* 2> /dev/null; true';

		const {jobs} = await session(t, setting, [
			{
				base: [directory('x')],
				sources: [tree],
				mounts: [bind('tree', '/made/it'), tmpfs('/x/y/z')],
				script: `${swap}; ln -s ${folder}/made /made; ln -s ${folder}/empty /x/y/l; mv /x/y /x/w; ln -s ${folder} /x/y; true`,
			},
			{
				security: 'insecure',
				sources: [tree],
				mounts: [bind('tree', '/made/it'), tmpfs('/t')],
				script: `umount /made/it; umount /t; rmdir /t; rm -rf /made; ln -s ${folder}/made /made; ln -s ${folder}/empty /t`,
			},
		]);

		t.deepEqual(
			jobs.map(({error, status}) => error ?? status),
			[0, 0],
		);
		t.deepEqual(readdirSync(folder, {recursive: true}).sort(), ['empty', 'made', 'made/it']);
	});
}
