import test from 'ava';
import {MachineError, UsageError} from '../../lib/errors.ts';
import {ofType, onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const runs = unless(withoutRun);

const asked = {
	'network.host': ['RUN true', 'RUN --security=sandbox --network=host true', 3, 24],
	'security.insecure': ['RUN true', 'RUN --security=insecure true', 3, 5],
} as const;

for (const [name, [before, line, start, column]] of Object.entries(asked)) {
	test(`a RUN that asks for ${name} is refused before anything is done (RUN-9, RUN-10, CLI-16)`, async t => {
		const shop = await workshop(t);

		const {error, events} = await shop.tell(onBusybox(before, line));

		t.true(error instanceof MachineError);
		t.like(error, {
			message: `RUN: the entitlement ${name} is not allowed`,
			code: 'NOT_ALLOWED',
			exitCode: 7,
			location: {start, column},
			help: [`if you trust what it runs: --allow ${name}`],
			excerpt: {1: {number: start, text: line, marked: true}},
		});
		t.deepEqual(ofType(events, 'step.started'), []);
	});

	runs(`with --allow ${name} it runs`, async t => {
		const shop = await workshop(t);

		const {rows} = await shop.build({...onBusybox(line), allow: [name as keyof typeof asked]});

		t.is(rows.at(-1), `${line}: done`);
	});
}

test('a stage that the target does not need asks for nothing', async t => {
	const shop = await workshop(t);
	const {contexts = {}} = onBusybox();
	const lines = ['FROM busybox', 'RUN --network=host true', 'FROM scratch', 'LABEL a=1'];

	await t.notThrowsAsync(shop.build({lines, contexts}));
});

test('a trigger of the base is asked for its entitlements too', async t => {
	const shop = await workshop(t);
	await shop.build({lines: ['FROM scratch', 'ONBUILD RUN --security=insecure ["/a"]'], tags: ['base']});

	const {error} = await shop.tell({lines: ['FROM base']});

	t.like(error, {message: 'RUN: the entitlement security.insecure is not allowed', location: {start: 1}});
});

runs('--network host allows itself and is the network of every RUN that does not say (RUN-9)', async t => {
	const shop = await workshop(t);
	const interfaces = 'sed -n "s/^ *\\([a-z0-9]*\\):.*/\\1/p" /proc/net/dev | sort';
	const lines = [`RUN --network=none ${interfaces}`, `RUN --network=default ${interfaces}`, `RUN ${interfaces}`];

	const outside = outputOf((await shop.build({...onBusybox(...lines), network: 'host'})).events);
	const alone = await shop.build({...onBusybox(...lines.slice(1)), network: 'none'});

	const [first, ...rest] = outside.split('\n').filter(Boolean);
	t.is(first, 'lo');
	t.true(rest.length >= 2);
	t.is(outputOf(alone.events), 'lo\n');
	t.regex(alone.rows[1] ?? '', /cached$/, 'it is the very step that said --network=none');
});

test('a name that cannot be allowed is an error of usage, with a way out (CLI-16)', async t => {
	const shop = await workshop(t);
	const allow = (name: string) => shop.tell({lines: ['FROM scratch'], allow: [name] as never});

	const near = await allow('network.hots');
	const far = await allow('everything');

	t.true(near.error instanceof UsageError);
	t.like(near.error, {
		message: 'network.hots is nothing that can be allowed',
		exitCode: 2,
		help: ['did you mean network.host?'],
	});
	t.like(far.error, {help: ['it is one of: network.host, security.insecure, device']});
});

test('a device that is required is refused, allowed or not; without required the step is warned of (RUN-11)', async t => {
	const shop = await workshop(t);
	const order = onBusybox('RUN --device=vendor.com/gpu=0,required true');

	const refused = await shop.tell(order);
	const allowed = await shop.tell({...order, allow: ['device', 'device=vendor.com/gpu=0']});

	t.like(refused.error, {
		message: 'RUN: the device vendor.com/gpu=0 is required, but strata has none to give',
		exitCode: 7,
		location: {start: 2, column: 5},
		help: ['without required, the step runs and does without it'],
	});
	t.like(allowed.error, {code: 'NO_DEVICE'});
});

runs('a device that is not required is done without, and that is told (RUN-11)', async t => {
	const shop = await workshop(t);

	const {events} = await shop.build(
		onBusybox('RUN --device=vendor.com/gpu=0 --device=v.com/c=1,required=false echo ran'),
	);

	t.is(outputOf(events), 'ran\n');
	t.deepEqual(
		ofType(events, 'warning').map(({message, location}) => [message, location?.column]),
		[
			['RUN: there is no device vendor.com/gpu=0 here, the step does without it', 5],
			['RUN: there is no device v.com/c=1 here, the step does without it', 31],
		],
	);
});
