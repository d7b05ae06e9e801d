import test from 'ava';
import type {BuildFinished} from '../../../lib/build/events.ts';
import {closing} from '../../../lib/cli/report/closing.ts';
import {home, over, plainStyle, plan, root, started} from '../events.ts';

/** The end of a build on a machine whose podman takes images of the store only after a load, and how often that was asked. */
function closingHere() {
	let asked = 0;
	const askPodman = async () => {
		asked++;
		return 'load' as const;
	};
	const loadCommand = ['strata', 'build', '-t', 'redis', '--load', '.'];
	const closes = closing({root, tools: ['podman'], loadCommand, checkCommand: [], askPodman}, {err: plainStyle, home});
	return {closes, timesAsked: () => asked};
}

test('how podman can run the image is asked when there is a plan, and told at the end', async t => {
	const {closes, timesAsked} = closingHere();
	const finished = over(5612) as BuildFinished;

	await closes.event(started());
	t.is(timesAsked(), 0);
	await closes.event(plan('1/1 base FROM alpine'));
	t.is(timesAsked(), 1);
	await closes.event(finished);

	t.is(closes.lines(finished).at(-1), 'run     strata build -t redis --load . && podman run --rm redis:latest');
	t.is(timesAsked(), 1);
});
