// What other builders got wrong once and had to repair (SURFACE 1.13), seen through whole builds.
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {gitServer} from '../helpers/git-server.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const text = (mode: number) => ({data: 'x', mode});

test('setuid, setgid and sticky bits go with a file, from the context and from a stage (W-1)', async t => {
	const shop = await workshop(t);
	const files = {'a/setuid': text(0o4755), 'a/setgid': text(0o2711), 'a/sticky': text(0o1700)};

	const {trees} = await shop.build({
		lines: ['FROM scratch AS one', 'COPY a /', 'FROM scratch', 'COPY --from=one / /'],
		files,
	});

	t.deepEqual(trees, [{setgid: '2711 1', setuid: '4755 1', sticky: '1700 1'}]);
});

runs('what lies in a folder that nobody may write to is there all the same (W-2)', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN mkdir -p /a/b && echo x > /a/b/c && chmod 500 /a/b && chmod 0 /a', 'RUN cat /a/b/c');

	const {trees, events} = await shop.build({...order, noCache: ['stage0']});

	t.deepEqual(trees[1], {'a/': '0', 'a/b/': '500', 'a/b/c': '644 2'});
	t.is(outputOf(events), 'x\n');
});

test('whoever owns the files of a context or is USER, COPY makes them root’s (W-4)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({lines: ['FROM scratch', 'USER 7:8', 'COPY a /b/'], files: {a: 'a'}});

	t.deepEqual(trees[0], {'b/': '755', 'b/a': '644 1'});
});

runs('the target of a hard link is a name in the layer, without a slash before it (W-12)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build(onBusybox('RUN mkdir /d && echo x > /d/a && ln /d/a /d/b', 'WORKDIR /w'));

	t.deepEqual(trees[1], {'d/': '755', 'd/a': '644 2', 'd/b': '= d/a'});
});

runs('a VOLUME makes no folder, neither in a layer nor for the RUNs after it (W-16)', async t => {
	const shop = await workshop(t);

	const {trees, events} = await shop.build(onBusybox('VOLUME /data', 'RUN test ! -e /data && echo none'));

	t.is(outputOf(events), 'none\n');
	t.deepEqual(trees.slice(1), [{}]);
});

test('with SOURCE_DATE_EPOCH, the layers and the history of a base stay as they are (W-17, HIS-4)', async t => {
	const shop = await workshop(t);
	const base = await shop.build({lines: ['FROM scratch', 'COPY a /'], files: {a: 'a'}, tags: ['base']});

	const {manifest, config} = await shop.build({
		lines: ['FROM base', 'COPY a /b'],
		files: {a: 'a'},
		buildArgs: {SOURCE_DATE_EPOCH: '86400'},
	});

	t.deepEqual(manifest.layers[0], base.manifest.layers[0]);
	t.deepEqual(config.history?.[0], base.config.history?.[0]);
	t.is(config.history?.[1]?.created, '1970-01-02T00:00:00.000Z');
});

test('.dockerignore says nothing of what lies in stages and in other contexts (W-20)', async t => {
	const shop = await workshop(t);

	const {trees} = await shop.build({
		lines: ['FROM scratch AS one', 'COPY a /log', 'FROM scratch', 'COPY --from=one log /1', 'COPY --from=other log /2'],
		files: {a: 'a', '.dockerignore': 'log\n'},
		contexts: {other: {files: {log: 'log'}}},
	});

	t.deepEqual(trees, [{1: '644 1'}, {2: '644 3'}]);
});

test('an ENTRYPOINT takes away the CMD of the base, and not one of its own stage (W-23)', async t => {
	const shop = await workshop(t);
	await shop.build({lines: ['FROM scratch', 'CMD ["base"]'], tags: ['base']});

	const own = await shop.build({lines: ['FROM base', 'CMD ["own"]', 'ENTRYPOINT ["e"]']});
	const none = await shop.build({lines: ['FROM base', 'ENTRYPOINT ["e"]']});

	t.deepEqual(own.config.config?.Cmd, ['own']);
	t.false('Cmd' in (none.config.config ?? {}));
});

test('a context from git has its .git if BUILDKIT_CONTEXT_KEEP_GIT_DIR says so (ARG-6)', async t => {
	const shop = await workshop(t);
	const server = await gitServer(t);
	writeFileSync(join(server.folder, 'Dockerfile'), 'FROM scratch\nCOPY . /\n');
	server.commit();
	const filesWith = async (buildArgs: Record<string, string>) => {
		const {trees} = await shop.build({context: server.url, buildArgs});
		return Object.keys(trees[0] ?? {});
	};

	t.deepEqual(await filesWith({}), ['Dockerfile']);
	t.true((await filesWith({BUILDKIT_CONTEXT_KEEP_GIT_DIR: '1'})).includes('.git/HEAD'));
});

runs('what BuildKit’s scanners of contents are told is in no environment (ARG-8)', async t => {
	const shop = await workshop(t);

	const {events} = await shop.build(
		onBusybox('ARG BUILDKIT_SBOM_SCAN_STAGE=true', 'ARG OTHER=1', 'RUN echo "$BUILDKIT_SBOM_SCAN_STAGE-$OTHER"'),
	);

	t.is(outputOf(events), '-1\n');
});
