import {mkdtempSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import anyTest, {type TestFn} from 'ava';
import {formatPlatform, hostPlatform} from '../../lib/oci/platform.ts';
import {type Order, onBusybox, type Workshop, withoutRun, workshopAt} from '../helpers/build.ts';
import {folderFor} from '../helpers/folder.ts';

const test = anyTest as TestFn;
const serial = withoutRun === undefined ? test.serial : test.serial.skip;
if (withoutRun !== undefined) console.warn(`keys of RUN are not tried: ${withoutRun}`);

const folder = mkdtempSync(join(tmpdir(), 'strata-keys-'));
test.after.always(() => rmSync(folder, {recursive: true, force: true}));

/** A RUN as it is built first; the specs change one thing of it each. */
const usual = 'RUN echo a >> /out';

interface Change extends Omit<Order, 'lines'> {
	/** In place of the usual instruction. */
	readonly run?: string;
	readonly before?: readonly string[];
}

function orderOf({run = usual, before = [], ...options}: Change = {}): Order {
	return {...onBusybox(...before, run), ...options};
}

async function endOf(shop: Workshop, change: Change): Promise<string | undefined> {
	return (await shop.build(orderOf(change))).rows.at(-1)?.replace(/.*: /s, '');
}

const mounting = (mount: string) => `RUN --mount=${mount} ${usual.slice(4)}`;

/** What else a mount is asked to be: its type, a field, and two ways to write it. */
const mountFields = [
	['bind', 'mode of access', 'ro', 'rw'],
	['cache', 'id', 'id=x', 'id=y'],
	['cache', 'sharing', 'sharing=shared', 'sharing=locked'],
	['cache', 'owner', 'uid=1', 'uid=2'],
	['cache', 'group', 'gid=1', 'gid=2'],
	['cache', 'mode', 'mode=0700', 'mode=0711'],
	['cache', 'mode of access', 'rw', 'ro'],
	['tmpfs', 'size', 'size=1m', 'size=2m'],
	['tmpfs', 'mode of access', 'rw', 'ro'],
	['secret', 'id', 'id=x', 'id=y'],
	['secret', 'variable', 'id=x,env=X', 'id=x,env=Y'],
	['secret', 'owner', 'id=x,uid=1', 'id=x,uid=2'],
	['secret', 'group', 'id=x,gid=1', 'id=x,gid=2'],
	['secret', 'mode', 'id=x,mode=0400', 'id=x,mode=0444'],
	['ssh', 'id', 'id=x', 'id=y'],
	['ssh', 'owner', 'uid=1', 'uid=2'],
	['ssh', 'mode', 'mode=0600', 'mode=0666'],
] as const;

const seen: Readonly<Record<string, readonly [Change, Change]>> = {
	'its command': [{}, {run: 'RUN echo b >> /out'}],
	SHELL: [{}, {before: ['SHELL ["/bin/sh", "-e", "-c"]']}],
	'the environment': [{before: ['ENV A=1']}, {before: ['ENV A=2']}],
	'build args in scope': [
		{before: ['ARG B'], buildArgs: {B: '1'}},
		{before: ['ARG B'], buildArgs: {B: '2'}},
	],
	'proxies that an ARG declares': [
		{before: ['ARG HTTP_PROXY'], buildArgs: {HTTP_PROXY: 'http://a'}},
		{before: ['ARG HTTP_PROXY'], buildArgs: {HTTP_PROXY: 'http://b'}},
	],
	'the user': [{}, {before: ['USER 0:7']}],
	'the directory': [{before: ['WORKDIR /w', 'WORKDIR /']}, {before: ['WORKDIR /w']}],
	'the body of a heredoc (W-19)': [{run: 'RUN <<x\necho a\nx'}, {run: 'RUN <<x\necho b\nx'}],
	mounts: [{run: 'RUN --mount=type=tmpfs,target=/a echo a'}, {run: 'RUN --mount=type=tmpfs,target=/b echo a'}],
	'the files of a bind': [
		{run: mounting('target=/a'), files: {f: '1'}},
		{run: mounting('target=/a'), files: {f: '2'}},
	],
	'the modes of a bind': [
		{run: mounting('target=/a'), files: {f: {data: '1', mode: 0o600}}},
		{run: mounting('target=/a'), files: {f: {data: '1', mode: 0o700}}},
	],
	...Object.fromEntries(
		mountFields.map(([type, field, one, other]) => [
			`the ${field} of a ${type} mount`,
			[{run: mounting(`type=${type},target=/a,${one}`)}, {run: mounting(`type=${type},target=/a,${other}`)}],
		]),
	),
	'the network': [{}, {network: 'none'}],
	'the size of /dev/shm': [{}, {shmSize: 2 ** 20}],
	limits: [{ulimits: {nofile: 64}}, {ulimits: {nofile: 65}}],
	'soft limits apart from hard ones': [{ulimits: {nofile: 64}}, {ulimits: {nofile: {soft: 63, hard: 64}}}],
	'the security mode': [{}, {run: `RUN --security=insecure ${usual.slice(4)}`, allow: ['security.insecure']}],
	hosts: [{hosts: {db: '10.0.0.1'}}, {hosts: {db: '10.0.0.2'}}],
	'the host name': [{}, {buildArgs: {BUILDKIT_SANDBOX_HOSTNAME: 'other'}}],
	'the platform': [{}, {platforms: [`${formatPlatform(hostPlatform())}/v8`]}],
	SOURCE_DATE_EPOCH: [{}, {buildArgs: {SOURCE_DATE_EPOCH: '1'}}],
	'the files it starts from': [{}, {before: ['COPY new /'], files: {new: 'n'}}],
};

const unseen: Readonly<Record<string, Change>> = {
	'labels (W-22)': {before: ['LABEL a=1'], labels: {b: '2'}},
	'CMD, ENTRYPOINT, EXPOSE, VOLUME and STOPSIGNAL': {
		before: ['CMD ["a"]', 'ENTRYPOINT ["b"]', 'EXPOSE 80', 'VOLUME /v', 'STOPSIGNAL TERM'],
	},
	'proxies that no ARG declares (ARG-3)': {buildArgs: {HTTP_PROXY: 'http://proxy', no_proxy: 'x'}},
	'build args that nothing declares': {buildArgs: {OTHER: '1'}},
	'files of the context': {files: {new: 'n'}},
	'how it is written': {before: ['# a comment'], run: 'run   echo a >> /out'},
	'tags and jobs': {tags: ['app'], jobs: 1},
	'who answers for names': {dns: {servers: ['10.0.0.53'], search: ['lan'], options: ['ndots:2']}},
	'what is allowed, but not asked for': {allow: ['network.host', 'security.insecure', 'device']},
	'a network that is said to be the default': {run: `RUN --network=default ${usual.slice(4)}`},

	'the runtime': {runtime: 'runc'},
};

const shop = (t: Parameters<typeof workshopAt>[0]) => workshopAt(t, join(folder, 'store'));

for (const [what, [before, after]] of Object.entries(seen)) {
	serial(`the key of a RUN sees ${what} (KEY-2)`, async t => {
		await shop(t).build(orderOf(before));

		t.is(await endOf(shop(t), after), 'done');
		t.is(await endOf(shop(t), before), 'cached');
	});
}

/** What a first build had, and another has, without being another RUN. */
const indifferent: Readonly<Record<string, readonly [Change, Change]>> = {
	'the value of a secret': [
		{run: mounting('type=secret,id=x,env=X'), secrets: {x: Buffer.from('one value')}},
		{run: mounting('type=secret,id=x,env=X'), secrets: {x: Buffer.from('another')}},
	],
	'whether a secret that is not required is given': [
		{run: mounting('type=secret,id=x'), secrets: {x: Buffer.from('one value')}},
		{run: mounting('type=secret,id=x')},
	],
	'files of the context that a bind does not show': [
		{run: mounting('source=f,target=/a'), files: {f: '1', other: '1'}},
		{run: mounting('source=f,target=/a'), files: {f: '1', other: '2'}},
	],
	'what a cache has in it, which the first has changed': [
		{run: 'RUN --mount=type=cache,target=/a echo a >> /a/f'},
		{run: 'RUN --mount=type=cache,target=/a echo a >> /a/f'},
	],
};

for (const [what, [before, after]] of Object.entries(indifferent)) {
	serial(`the key of a RUN does not see ${what} (KEY-2)`, async t => {
		await shop(t).build(orderOf(before));

		t.is(await endOf(shop(t), after), 'cached');
	});
}

serial('the key of a RUN does not see times of what a bind shows', async t => {
	const context = await folderFor(t);
	writeFileSync(join(context, 'f'), 'times');
	const order = orderOf({run: mounting('target=/a'), context});
	await shop(t).build(order);
	utimesSync(join(context, 'f'), 7, 7);

	t.is((await shop(t).build(order)).rows.at(-1)?.replace(/.*: /s, ''), 'cached');
});

for (const [what, change] of Object.entries(unseen)) {
	serial(`the key of a RUN does not see ${what}`, async t => {
		await shop(t).build(orderOf());

		t.is(await endOf(shop(t), change), 'cached');
	});
}
