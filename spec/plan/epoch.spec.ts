import test from 'ava';
import {DockerfileError, UsageError} from '../../lib/errors.ts';
import {plan, printed} from './planning.ts';

test('the epoch is the build arg, or the ARG before the first FROM, and a build arg goes first (ARG-9)', t => {
	const text = 'ARG SOURCE_DATE_EPOCH=1445412480\nFROM scratch';

	t.is(plan(text).epoch, 1445412480);
	t.is(plan(text, {buildArgs: {SOURCE_DATE_EPOCH: '1700000002'}}).epoch, 1700000002);
	t.is(plan('FROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: '0'}}).epoch, 0);
});

test('an empty build arg takes back what the Dockerfile says (ARG-9)', t => {
	t.is(plan('ARG SOURCE_DATE_EPOCH=1\nFROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: ''}}).epoch, undefined);
});

test('an ARG in a stage sets no epoch (ARG-9)', t => {
	t.is(plan('FROM scratch\nARG SOURCE_DATE_EPOCH=1').epoch, undefined);
});

test('a context that is a folder has no time of its own (ARG-9)', t => {
	t.is(plan('FROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: 'context'}}).epoch, undefined);
	t.is(plan('ARG SOURCE_DATE_EPOCH=src\nFROM scratch', {contexts: {src: '/src'}}).epoch, undefined);
});

test('nor has a stage that is more than one thing fetched (ARG-9)', t => {
	const error = t.throws(() => plan('ARG SOURCE_DATE_EPOCH=src\nFROM scratch AS src\nCOPY a /\nFROM scratch'), {
		instanceOf: DockerfileError,
	});

	t.is(
		printed(error),
		[
			'error: SOURCE_DATE_EPOCH: the stage src has no time of its own',
			' --> Dockerfile:1:5',
			'note: a stage has one if it is FROM scratch and a single ADD from elsewhere',
			'help: a number of seconds: --build-arg SOURCE_DATE_EPOCH=0',
		].join('\n'),
	);
});

test('what is neither a number nor a name is refused', t => {
	t.throws(() => plan('FROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: 'today'}}), {
		instanceOf: UsageError,
		message: 'SOURCE_DATE_EPOCH is no number of seconds: today',
	});
});

test('a context or stage that was fetched has the time of what was fetched (ARG-9)', t => {
	const times = new Map([
		['context', 5],
		['src', 6],
		['made', 7],
	]);
	const stage = 'ARG SOURCE_DATE_EPOCH=made\nFROM scratch AS made\nADD https://host/a.tar /\nFROM scratch';

	t.is(plan('FROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: 'context'}, times}).epoch, 5);
	t.is(plan('ARG SOURCE_DATE_EPOCH=src\nFROM scratch', {contexts: {src: '/src'}, times}).epoch, 6);
	t.is(plan(stage, {times}).epoch, 7);
	t.throws(() => plan(stage), {message: 'no time is known of https://host/a.tar'});
});
