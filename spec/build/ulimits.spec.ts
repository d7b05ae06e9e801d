import test from 'ava';
import {checkUlimits, grantLimits} from '../../lib/build/ulimits.ts';
import {UsageError} from '../../lib/errors.ts';
import {ofType, onBusybox, outputOf, withoutRun, workshop} from '../helpers/build.ts';
import {unless} from '../helpers/skip.ts';

const none = Number.POSITIVE_INFINITY;

test('limits are sorted by name; one number is for both, and -1 is none (CLI-15)', t => {
	t.deepEqual(checkUlimits({nproc: -1, nofile: {soft: 1, hard: 2}, core: 0, stack: {soft: 8, hard: -1}}), [
		{name: 'core', soft: 0, hard: 0},
		{name: 'nofile', soft: 1, hard: 2},
		{name: 'nproc', soft: none, hard: none},
		{name: 'stack', soft: 8, hard: none},
	]);
});

const senseless: Readonly<Record<string, [Parameters<typeof checkUlimits>[0], string, string]>> = {
	'a name that is none, but near one': [{nofiles: 1}, 'there is no limit nofiles', 'did you mean nofile?'],
	'a name that is none': [
		{memory: 1},
		'there is no limit memory',
		'it is one of: core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, rss, rtprio, rttime, sigpending, stack',
	],
	'a limit above its own bound': [
		{nofile: {soft: 3, hard: 2}},
		'nofile: the limit 3 is above the one that it may be raised to, 2',
		'as in: --ulimit nofile=2',
	],
	'no limit where there is a bound': [
		{nofile: {soft: -1, hard: 2}},
		'nofile: the limit -1 is above the one that it may be raised to, 2',
		'as in: --ulimit nofile=2',
	],
};

for (const [title, [asked, message, help]] of Object.entries(senseless)) {
	test(`${title} is an error of usage`, t => {
		const error = t.throws(() => checkUlimits(asked), {instanceOf: UsageError, message});

		t.deepEqual(error?.help, [help]);
	});
}

test('what is above the limits of this machine is cut down to them, with a warning (CLI-15)', t => {
	const asked = checkUlimits({nofile: 4096, nproc: {soft: 10, hard: 4096}, core: 7});

	const {limits, warnings} = grantLimits(asked, {nofile: 1024, nproc: 100, core: none});

	t.deepEqual(limits, [
		{name: 'core', soft: 7, hard: 7},
		{name: 'nofile', soft: 1024, hard: 1024},
		{name: 'nproc', soft: 10, hard: 100},
	]);
	t.deepEqual(
		warnings.map(warning => (warning.type === 'warning' ? warning.message : '')),
		[
			'--ulimit nofile=4096 is more than this machine allows: RUN gets 1024',
			'--ulimit nproc=4096 is more than this machine allows: RUN gets 100',
		],
	);
});

unless(withoutRun)('a build warns once of a limit that it cannot give, and gives what it can (CLI-15)', async t => {
	const shop = await workshop(t);
	const lines = ['RUN ulimit -n; ulimit -H -n', 'RUN ulimit -n; echo again'];

	const {events} = await shop.build({...onBusybox(...lines), ulimits: {nofile: {soft: 99, hard: 1_000_000_000}}});

	const [soft, hard, ...again] = outputOf(events).split('\n');
	const [warning, ...others] = ofType(events, 'warning').map(({message}) => message);
	t.is(warning, `--ulimit nofile=1000000000 is more than this machine allows: RUN gets ${hard}`);
	t.deepEqual([soft, again, others], ['99', ['99', 'again', ''], []]);
});
