import {createServer} from 'node:net';
import {join} from 'node:path';
import {ofType, onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

runs(
	'a bind shows the build context less what is ignored, as root owns it, and nothing of it stays (RUN-2, RUN-8)',
	async t => {
		const shop = await workshop(t);
		const files = {'.dockerignore': 'no\n', 'd/a': 'text a\n', no: 'hidden', run: {data: '', mode: 0o755}};

		const {events, trees} = await shop.build({
			...onBusybox(
				'RUN --mount=target=/src ls -ln /src /src/d; cat /src/d/a; touch /src/x 2>/dev/null || echo read-only',
			),
			files,
		});

		t.regex(outputOf(events), /drwxr-xr-x +2 0 +0 +\d+ .* d\n-rwxr-xr-x +1 0 +0 +0 .* run\n/);
		t.regex(outputOf(events), /text a\nread-only\n$/);
		t.notRegex(outputOf(events), / no\n/);
		t.deepEqual(trees.at(-1), {});
	},
);

runs('what is written to a bind with rw is discarded (RUN-2)', async t => {
	const shop = await workshop(t);
	const run = 'RUN --mount=target=/src,rw echo more >> /src/a; cat /src/a; rm /src/b; ls /src';

	const {events, trees} = await shop.build({
		...onBusybox(run, `${run} # again`),
		files: {a: 'a\n', b: 'b\n'},
	});

	t.is(outputOf(events), 'a\nmore\na\na\nmore\na\n');
	t.deepEqual(trees.slice(-2), [{}, {}]);
});

runs('a bind shows a file, a stage, a folder of an image, and a named context (RUN-2)', async t => {
	const shop = await workshop(t);
	const {contexts = {}} = onBusybox();

	const {events, trees} = await shop.build({
		lines: [
			'FROM busybox AS made',
			'RUN mkdir -p /d/e && echo made > /d/e/f',
			'FROM busybox',
			'RUN --mount=source=one,target=/mnt/one cat /mnt/one',
			'RUN --mount=from=made,source=/d,target=/d cat /d/e/f',
			'RUN --mount=from=made,source=/d/e/f,target=/f cat /f',
			'RUN --mount=from=assets,target=/assets cat /assets/logo',
			'RUN --mount=from=busybox,source=/bin,target=/b ls /b/sh',
		],
		files: {one: 'one\n'},
		contexts: {...contexts, assets: {files: {logo: 'logo\n'}}},
	});

	t.is(outputOf(events), 'one\nmade\nmade\nlogo\n/b/sh\n');
	t.deepEqual(trees.slice(-5), [{}, {}, {}, {}, {}]);
});

runs('a secret is a file in memory, an environment variable, or both, and its value is in no log (RUN-5)', async t => {
	const shop = await workshop(t);
	const value = 'correct horse';

	const {events, trees} = await shop.build({
		...onBusybox(
			'RUN --mount=type=secret,id=s stat -c "%a %u" /run/secrets/s; cat /run/secrets/s; echo; head -c 7 /run/secrets/s; echo',
			'RUN --mount=type=secret,id=s,env=S test -n "$S"; echo "it is $S"; ls /run/secrets 2>/dev/null || echo no file',
			'RUN --mount=type=secret,id=s,env=S,target=/here/s,mode=0444 echo "$S $(cat /here/s)"',
			'RUN --mount=type=secret,id=none ls /run/secrets/none 2>/dev/null || echo not given',
		),
		secrets: {s: value},
	});

	t.is(outputOf(events), '400 0\n***\ncorrect\nit is ***\nno file\n*** ***\nnot given\n');
	t.notRegex(JSON.stringify(events), /correct horse/);
	t.deepEqual(trees.slice(-4), [{}, {}, {}, {}]);
});

runs('a secret that is required and missing is an error with the way out (RUN-5)', async t => {
	const shop = await workshop(t);

	const {error, events} = await shop.tell(onBusybox('RUN --mount=type=secret,id=npm,required true'));

	t.like(error, {code: 'SECRET_MISSING', message: 'secret npm is required, but was not given', exitCode: 3});
	t.like(ofType(events, 'error')[0], {
		help: ['from a file: --secret id=npm,src=FILE', 'from the environment: --secret id=npm,env=NAME'],
		location: {start: 2, column: 5},
	});
});

runs(
	'the socket of an agent is where SSH_AUTH_SOCK says, and missing only where it is not required (RUN-6)',
	async t => {
		const shop = await workshop(t);
		const socket = join(await folderFor(t), 'agent');
		const asked: string[] = [];
		const server = createServer(client => client.on('data', data => asked.push(String(data))).end('answer\n'));
		await new Promise<void>(resolve => server.listen(socket, resolve));
		t.teardown(() => server.close());

		const {events, trees} = await shop.build({
			...onBusybox(
				'RUN --mount=type=ssh echo $SSH_AUTH_SOCK; stat -c "%a %F" $SSH_AUTH_SOCK',
				'RUN --mount=type=ssh,id=other test ! -e "$SSH_AUTH_SOCK"; echo $SSH_AUTH_SOCK',
				'RUN --mount=type=ssh,id=other,target=/1 --mount=type=ssh,target=/2 echo $SSH_AUTH_SOCK; test -S /2',
				'RUN --mount=type=ssh,uid=0,mode=0666,target=/agent test -S /agent && ls /run 2>/dev/null || echo nothing else',
			),
			ssh: {default: {socket}},
		});
		const {error} = await shop.tell(onBusybox('RUN --mount=type=ssh,required true'));

		const place = '/run/buildkit/ssh_agent.0';
		t.is(outputOf(events), `${place}\n600 socket\n${place}\n/1\nnothing else\n`);
		t.deepEqual(trees.slice(-4), [{}, {}, {}, {}]);
		t.like(error, {code: 'SSH_MISSING', exitCode: 3});
	},
);

runs('a tmpfs begins empty, has the size it was given, and leaves nothing (RUN-4)', async t => {
	const shop = await workshop(t);
	const mount = '--mount=type=tmpfs,target=/tmp,size=1m';

	const {events, trees} = await shop.build(
		onBusybox(
			'RUN echo x > /tmp/below',
			`RUN ${mount} ls /tmp; busybox df -k /tmp | tail -n 1; echo y > /tmp/y`,
			'RUN ls /tmp',
		),
	);

	t.regex(outputOf(events), /^tmpfs +1024 .* \/tmp\nbelow\n$/);
	t.deepEqual(trees[2], {});
});

runs('a tmpfs has the mode of the folder that it covers, and may be read-only (RUN-4)', async t => {
	const shop = await workshop(t);

	const {events} = await shop.build(
		onBusybox(
			'RUN mkdir -m 711 /own',
			'RUN --mount=type=tmpfs,target=/tmp --mount=type=tmpfs,target=/own --mount=type=tmpfs,target=/new stat -c %a /tmp /own /new',
			'RUN --mount=type=tmpfs,target=/tmp,ro touch /tmp/x 2>/dev/null || echo read-only',
		),
	);

	t.is(outputOf(events), '1777\n711\n755\nread-only\n');
});

runs('a secret that is no text cannot be a variable, but a file (RUN-5)', async t => {
	const shop = await workshop(t);
	const secrets = {s: Buffer.from([0x61, 0, 0xff])};

	const {error} = await shop.tell({...onBusybox('RUN --mount=type=secret,id=s,env=S true'), secrets});
	const {events} = await shop.build({...onBusybox('RUN --mount=type=secret,id=s wc -c < /run/secrets/s'), secrets});

	t.like(error, {code: 'SECRET_BINARY', exitCode: 3, location: {start: 2, column: 5}});
	t.is(outputOf(events), '3\n');
});
