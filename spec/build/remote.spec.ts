import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {tocsOf, workshop} from '../helpers/build.ts';
import {serve} from '../helpers/fake-registry.ts';
import {gitServer} from '../helpers/git-server.ts';
import {tarOf} from '../helpers/tar.ts';
import {treeOfToc} from '../helpers/tree-value.ts';

const modified = 'Tue, 10 Nov 2009 23:00:00 GMT';

test('ADD of a URL is a file of mode 0600 with the time that the server says (ADD-3)', async t => {
	const shop = await workshop(t);
	const host = await serve(t, (_, response) => response.writeHead(200, {'last-modified': modified}).end('content'));

	const {trees, result} = await shop.build({
		lines: ['FROM scratch', `ADD http://${host}/dir/foo?x=1 /`, `ADD --chmod=644 --chown=5:6 http://${host}/ /sub/`],
	});

	t.deepEqual(trees, [{foo: '600 7'}, {'sub/': '755 5:6', 'sub/__unnamed__': '644 5:6 7'}]);
	t.is(tocsOf(shop.root, result.layers)[0]?.[0]?.mtime, Date.parse(modified) / 1000);
});

test('a URL is asked for again on each build, and fetched again if it changed (ADD-3, ADD-5)', async t => {
	const shop = await workshop(t);
	const requests: string[] = [];
	let content = 'one';
	const host = await serve(t, ({headers}, response) => {
		requests.push(headers['if-none-match'] ?? 'all');
		if (headers['if-none-match'] === `"${content}"`) response.writeHead(304).end();
		else response.writeHead(200, {etag: `"${content}"`}).end(content);
	});
	const lines = ['FROM scratch', `ADD http://${host}/f /`];

	const rows = [];
	for (const next of ['one', 'one', 'two']) {
		content = next;
		rows.push((await shop.build({lines})).rows.at(-1)?.replace(/.*: /, ''));
	}

	t.deepEqual(rows, ['done', 'cached', 'done']);
	t.deepEqual(requests, ['all', '"one"', '"one"']);
});

test('another address with the same file is the same step (ADD-5)', async t => {
	const shop = await workshop(t);
	const host = await serve(t, (_, response) => response.end('content'));

	await shop.build({lines: ['FROM scratch', `ADD http://${host}/a/f /`]});
	const {rows} = await shop.build({lines: ['FROM scratch', `ADD http://${host}/b/f /`]});

	t.regex(rows.at(-1) ?? '', /cached$/);
});

test('an archive from a URL is unpacked only if that is asked for (ADD-2)', async t => {
	const shop = await workshop(t);
	const archive = gzipSync(tarOf([{name: 'd/f', content: 'text'}]));
	const host = await serve(t, (_, response) => response.end(archive));

	const {trees} = await shop.build({
		lines: ['FROM scratch', `ADD http://${host}/a.tgz /`, `ADD --unpack=true http://${host}/a.tgz /`],
	});

	t.deepEqual(Object.keys(trees[0] ?? {}), ['a.tgz']);
	t.deepEqual(Object.keys(trees[1] ?? {}), ['d/', 'd/f']);
});

test('a checksum that is right needs no server the next time, one that is wrong is an error of the step (ADD-3)', async t => {
	const shop = await workshop(t);
	let requests = 0;
	const host = await serve(t, (_, response) => {
		requests += 1;
		response.end('hello');
	});
	const add = (checksum: string) => ({lines: ['FROM scratch', `ADD --checksum=${checksum} http://${host}/f /`]});
	const right = 'sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';

	await shop.build(add(right));
	const {rows} = await shop.build(add(right));
	const asked = requests;
	const {error} = await shop.tell(add(right.replace('2cf', '000')));
	const {error: malformed} = await shop.tell(add('md5:abc'));

	t.regex(rows.at(-1) ?? '', /cached$/);
	t.is(asked, 1);
	t.like(error, {
		code: 'CHECKSUM',
		exitCode: 4,
		notes: [`expected ${right.replace('2cf', '000')}`, `received ${right}`],
	});
	t.like(malformed, {code: 'ADD_CHECKSUM', exitCode: 3, location: {start: 2}});
});

test('what a server refuses is told with the place, and a truncated answer is not taken', async t => {
	const shop = await workshop(t);
	let tries = 0;
	const host = await serve(t, ({url}, response) => {
		if (url === '/gone') return void response.writeHead(404).end();
		tries += 1;
		response.writeHead(200, {'content-length': '7'});
		if (tries === 1) response.write('half', () => response.destroy());
		else response.end('content');
	});

	const {error} = await shop.tell({lines: ['FROM scratch', `ADD http://${host}/gone /`]});
	const {trees} = await shop.build({lines: ['FROM scratch', `ADD http://${host}/f /`]});

	t.like(error, {
		message: `cannot fetch http://${host}/gone: ${host} answers 404`,
		exitCode: 5,
		location: {start: 2, column: 5},
	});
	t.deepEqual(trees, [{f: '600 7'}]);
});

test('credentials go to the host they are for, and to no other (ADD-3)', async t => {
	const shop = await workshop(t);
	const seen: (string | undefined)[] = [];
	const other = await serve(t, ({headers}, response) => {
		seen.push(headers.authorization);
		response.end('content');
	});
	const host = await serve(t, ({headers}, response) => {
		seen.push(headers.authorization);
		response.writeHead(302, {location: `http://${other}/f`}).end();
	});

	const {events} = await shop.build({
		lines: ['FROM scratch', `ADD http://${host}/f /`],
		secrets: {[`HTTP_AUTH_TOKEN_${host}`]: 'secret token\n'},
	});

	t.deepEqual(seen, ['Bearer secret token', undefined]);
	t.notRegex(JSON.stringify(events), /secret token/);
});

test('ADD of a git repository has the files of a commit, their modes, and no .git unless it is kept (ADD-4)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	mkdirSync(join(server.folder, 'sub'));
	writeFileSync(join(server.folder, 'sub/run'), '#!/bin/sh\n', {mode: 0o700});
	writeFileSync(join(server.folder, 'file'), 'v1\n', {mode: 0o600});
	server.commit();
	server.git('tag', 'v1');
	writeFileSync(join(server.folder, 'file'), 'later\n');
	server.git('commit', '-am', 'two');

	const {trees} = await shop.build({
		lines: [
			'FROM scratch',
			`ADD ${server.url}#v1 /all/`,
			`ADD ${server.url}?branch=main&subdir=sub /sub/`,
			`ADD --keep-git-dir ${server.url} /kept/`,
		],
	});

	t.deepEqual(trees[0], {'all/': '755', 'all/file': '644 3', 'all/sub/': '755', 'all/sub/run': '755 10'});
	t.deepEqual(trees[1], {'sub/': '755', 'sub/run': '755 10'});
	t.true('kept/.git/HEAD' in (trees[2] ?? {}));
	t.is(trees[2]?.['kept/file'], '644 6');
});

test('a repository is keyed by its commit, which checksum must begin (ADD-4, ADD-5)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	writeFileSync(join(server.folder, 'file'), 'one\n');
	server.commit();
	const commit = server.git('rev-parse', 'HEAD');
	const add = (flags: string) => ({lines: ['FROM scratch', `ADD ${flags}${server.url} /`]});

	await shop.build(add(''));
	const {rows} = await shop.build(add(`--checksum=${commit.slice(0, 10)} `));
	const {error} = await shop.tell(add(`--checksum=${'0'.repeat(40)} `));
	const {error: noRef} = await shop.tell({lines: ['FROM scratch', `ADD ${server.url}#nothing /`]});

	t.regex(rows.at(-1) ?? '', /cached$/);
	t.like(error, {exitCode: 4, code: 'GIT_COMMIT'});
	t.like(noRef, {exitCode: 5, code: 'GIT_REF', location: {start: 2}, notes: ['it has main']});
});

test('a token for git is in no argument and goes as basic login (ADD-4)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	writeFileSync(join(server.folder, 'file'), 'one\n');
	server.commit();

	await shop.build({lines: ['FROM scratch', `ADD ${server.url} /`], secrets: {GIT_AUTH_TOKEN: 'token'}});

	const expected = `Basic ${Buffer.from('x-access-token:token').toString('base64')}`;
	t.deepEqual([...new Set(server.authorizations)], [expected]);
});

test('a context may be a git repository, a folder of one, an archive from a URL, or a Dockerfile (CLI-1)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	for (const folder of ['.', 'sub']) {
		mkdirSync(join(server.folder, folder), {recursive: true});
		writeFileSync(join(server.folder, folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
		writeFileSync(join(server.folder, folder, 'file'), folder);
	}
	writeFileSync(join(server.folder, '.dockerignore'), 'file\n');
	server.commit();
	const archive = gzipSync(
		tarOf([
			{name: 'Dockerfile', content: 'FROM scratch\nCOPY a /b\n'},
			{name: 'a', content: 'text'},
		]),
	);
	const host = await serve(t, ({url}, response) =>
		response.end(url === '/a.tgz' ? archive : 'FROM scratch\nLABEL a=1\n'),
	);

	const whole = await shop.build({context: server.url});
	const part = await shop.build({context: `${server.url}#main:sub`});
	const packed = await shop.build({context: `http://${host}/a.tgz`});
	const alone = await shop.build({context: `http://${host}/Dockerfile`});

	t.true('file' in (whole.trees[0] ?? {}), 'ignore files are for folders of this machine (IGN-6)');
	t.deepEqual(part.trees[0], {Dockerfile: '644 22', file: '644 3'});
	t.deepEqual(packed.trees[0], {b: '644 4'});
	t.deepEqual(alone.config.config?.Labels, {a: '1'});
});

test('a folder of a repository cannot lie outside of it', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	server.git('commit', '--allow-empty', '-m', 'none');
	symlinkSync('/etc', join(server.folder, 'out'));
	server.commit();

	const {error} = await shop.tell({context: `${server.url}#main:out`});
	const {error: above} = await shop.tell({context: `${server.url}#main:../..`});

	t.like(error, {code: 'GIT_SUBDIR', exitCode: 3});
	t.like(above, {code: 'GIT_SUBDIR', exitCode: 3});
});

test('a named context may be fetched, and stand for a stage and for an image (FRM-6)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	writeFileSync(join(server.folder, 'file'), 'one\n');
	server.commit();
	const archive = tarOf([{name: 'packed', content: 'text'}]);
	const host = await serve(t, (_, response) => response.end(archive));

	const {result} = await shop.build({
		lines: ['FROM alpine AS a', 'RUN false', 'FROM busybox', 'COPY --from=a /file /', 'COPY --from=src . /src/'],
		contexts: {a: server.url, busybox: `http://${host}/b.tar`, src: server.url},
	});

	t.deepEqual(
		tocsOf(shop.root, result.layers).map(toc => Object.keys(treeOfToc(toc))),
		[['packed'], ['file'], ['src/', 'src/file']],
	);
});

test('the time of a context or stage that was fetched is the epoch, if it is asked for (ARG-9)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	writeFileSync(join(server.folder, 'Dockerfile'), 'FROM scratch\nCOPY Dockerfile /\n');
	server.commit();
	const time = Number(server.git('show', '--no-patch', '--format=%ct'));
	const host = await serve(t, (_, response) => response.writeHead(200, {'last-modified': modified}).end('content'));

	const context = await shop.build({context: server.url, buildArgs: {SOURCE_DATE_EPOCH: 'context'}});
	const stage = await shop.build({
		lines: [
			'ARG SOURCE_DATE_EPOCH=src',
			'FROM scratch AS src',
			`ADD http://${host}/f /`,
			'FROM scratch',
			'COPY --from=src . /',
		],
	});

	t.is(context.config.created, new Date(time * 1000).toISOString());
	t.is(stage.config.created, new Date(modified).toISOString());
	t.is(stage.config.history?.at(-1)?.created, new Date(modified).toISOString());
});

test('an archive of a server that tells no time is as old as its newest member, and programs are told the number (ARG-9)', async t => {
	const shop = await workshop(t);
	const dockerfile = 'FROM scratch\nARG SOURCE_DATE_EPOCH\nLABEL at=$SOURCE_DATE_EPOCH\n';
	const archive = tarOf([
		{name: 'Dockerfile', mtime: 1700000302, content: dockerfile},
		{name: 'old', mtime: 1600000000},
	]);
	const host = await serve(t, (_, response) => response.end(gzipSync(archive)));

	const {config} = await shop.build({context: `http://${host}/context.tar`, buildArgs: {SOURCE_DATE_EPOCH: 'context'}});

	t.is(config.created, '2023-11-14T22:18:22.000Z');
	t.is(config.config?.Labels?.at, '1700000302');
});
