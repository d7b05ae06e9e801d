import {constants} from 'node:os';
import test from 'ava';
import {containerControl, signalNumber} from '../../lib/container/control.ts';

for (const [text, number] of [
	['SIGTERM', 15],
	['term', 15],
	['9', 9],
	['SIGRTMIN+3', 37],
	['RTMAX-1', 63],
	['SIGNOTHING', undefined],
	['999', undefined],
	['0', undefined],
	['RTMAX+1', undefined],
	[undefined, undefined],
] as const) {
	test(`the number of the stop signal ${text} is ${number}`, t => {
		t.is(signalNumber(text), number);
	});
}

test('signals go to the program once there is one', t => {
	const control = containerControl(undefined);
	const sent: number[] = [];

	control.kill(constants.signals.SIGWINCH);
	control.start(signal => sent.push(signal), 'SIGQUIT');
	control.kill(constants.signals.SIGINT);
	control.stop();
	control.end();
	control.kill(constants.signals.SIGINT);

	t.deepEqual(sent, [constants.signals.SIGINT, constants.signals.SIGQUIT]);
	t.false(control.signal.aborted);
});

test('a signal before there is a program ends the start', t => {
	const control = containerControl(undefined);

	control.stop();
	control.end();

	t.true(control.signal.aborted);
	t.like(control.signal.reason, {code: 'ABORTED'});
});

for (const [by, exitCode] of [
	['SIGTERM', 143],
	['SIGHUP', 129],
] as const) {
	test(`who is asked to end by ${by} before there is a program ends as that says`, t => {
		const control = containerControl(undefined);

		control.stop(by);
		control.end();

		t.like(control.signal.reason, {code: 'ABORTED', exitCode});
	});
}

test('a signal after the program has ended ends what is done with what it changed', t => {
	const control = containerControl(undefined);
	const sent: number[] = [];
	control.start(signal => sent.push(signal));

	control.stop();
	control.over();
	control.kill(constants.signals.SIGWINCH);
	const before = control.signal.aborted;
	control.kill(constants.signals.SIGINT);
	control.end();

	t.deepEqual([sent, before], [[constants.signals.SIGTERM], false]);
	t.like(control.signal.reason, {code: 'ABORTED', exitCode: 130});
});

test('who has the container can abort it', t => {
	const outer = new AbortController();
	const control = containerControl(outer.signal);

	outer.abort();

	t.true(control.signal.aborted);
});
