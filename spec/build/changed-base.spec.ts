import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {UsageError} from '../../lib/errors.ts';
import {onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);
const files = {a: 'a'};

test('CLI-26: what is unset of the base is not inherited; what the Dockerfile and the request say stands', async t => {
	const shop = await workshop(t);
	await shop.build({
		lines: ['FROM scratch', 'LABEL a=1 b=2 c=3', 'VOLUME /data /logs', 'EXPOSE 80 53/udp', 'COPY a /'],
		files,
		tags: ['base'],
	});

	const {config} = await shop.build({
		lines: ['FROM base AS one', 'FROM one', 'LABEL b=4', 'VOLUME /mine'],
		unset: {labels: ['a', 'b'], volumes: ['*'], ports: ['80/tcp']},
		labels: {d: '5'},
	});

	t.deepEqual(config.config?.Labels, {c: '3', b: '4', d: '5'});
	t.deepEqual(config.config?.Volumes, {'/mine': {}});
	t.deepEqual(config.config?.ExposedPorts, {'53/udp': {}});
});

test('CLI-26: a variable of the request is there from the first instruction on, and an ENV of its name wins', async t => {
	const shop = await workshop(t);

	const {config} = await shop.build({
		lines: ['FROM scratch AS one', 'LABEL seen=$A/$B', 'ENV B=theirs', 'FROM one', 'LABEL later=$A/$B'],
		env: {A: 'a', B: 'ours'},
	});

	t.deepEqual(config.config?.Labels, {seen: 'a/ours', later: 'a/theirs'});
	t.deepEqual(config.config?.Env?.slice(1), ['A=a', 'B=theirs']);
});

runs('a RUN has it, and runs again when it changes', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN echo $A');

	const first = await shop.build({...order, env: {A: 'one'}});
	const second = await shop.build({...order, env: {A: 'two'}});
	const third = await shop.build({...order, env: {A: 'one'}});

	t.deepEqual(
		[first, second].map(({events}) => outputOf(events)),
		['one\n', 'two\n'],
	);
	t.is(third.rows.at(-1), 'RUN echo $A: cached');
});

test('CLI-26: --from stands in place of the first FROM, and of no other', async t => {
	const shop = await workshop(t);
	for (const name of ['one', 'two']) {
		await shop.build({lines: ['FROM scratch', `LABEL name=${name}`], tags: [name]});
	}
	const lines = ['FROM nowhere.example/none AS first', 'FROM one', 'LABEL second=yes', 'FROM first'];

	const first = await shop.build({lines, from: 'two'});
	const second = await shop.build({lines: lines.slice(0, 3), from: 'two'});
	const {error} = await shop.tell({lines, from: 'No Name'});

	t.is(first.config.config?.Labels?.name, 'two');
	t.is(second.config.config?.Labels?.name, 'one');
	t.true(error instanceof UsageError);
	t.is(error?.message, 'No Name is no name of an image');
});

test('CLI-26: an ignore file that is named stands in place of that of the context', async t => {
	const shop = await workshop(t);
	const ignoreFile = join(shop.root, '../ignored');
	writeFileSync(ignoreFile, 'b\n');
	const order = {lines: ['FROM scratch', 'COPY . /'], files: {a: 'a', b: 'b', '.dockerignore': 'a'}};

	const {trees} = await shop.build({...order, ignoreFile});
	const {error} = await shop.tell({...order, ignoreFile: `${ignoreFile}.none`});

	t.deepEqual(Object.keys(trees[0] ?? {}), ['.dockerignore', 'a']);
	t.true(error instanceof UsageError);
	t.regex(error?.message ?? '', /^cannot read .*\.none: ENOENT$/);
});
