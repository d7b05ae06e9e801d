import type {TransferOptions, Transferred} from '../index.ts';
import type {Arguments} from './command.ts';
import {leftOutNote} from './left-out.ts';
import {progressMode} from './mode.ts';
import {printJson, printLines} from './print.ts';
import {chooseTeller, type Journey, type Teller} from './report/journey.ts';
import type {Shell} from './shell.ts';
import {untilStopped} from './until-stopped.ts';

/** An image that is brought somewhere. */
export interface Trip extends Journey {
	start(options: Pick<TransferOptions, 'onTransfer' | 'onRetry' | 'signal'>): Promise<Transferred>;
}

/** Brings an image somewhere, tells of it as a build does, prints its pinned name, and answers with the exit code. */
export async function runTransfer(trip: Trip, args: Arguments, shell: Shell): Promise<number> {
	const {mode} = progressMode(args.text('progress'), shell);
	const teller = await chooseTeller(args.has('quiet') && mode !== 'rawjson' ? 'quiet' : mode, trip, shell);
	const end = () => teller.end();
	return untilStopped(signal => tell(trip, {teller, signal, args, shell}), end).finally(end);
}

interface Telling {
	readonly teller: Teller;
	readonly signal: AbortSignal;
	readonly args: Arguments;
	readonly shell: Shell;
}

async function tell(trip: Trip, {teller, signal, args, shell}: Telling): Promise<number> {
	const begun = performance.now();
	const elapsed = () => Math.round(performance.now() - begun);
	const ticking = setInterval(() => teller.tick(), 100);
	try {
		const done = await trip.start({
			signal,
			onTransfer: progress => teller.transfer({v: 1, t: elapsed(), type: 'transfer', ...progress}),
			onRetry: ({attempt, reason, delay}) =>
				teller.waiting({v: 1, t: elapsed(), type: 'step.waiting', for: 'registry', attempt, reason, delay}),
		});
		teller.arrived();
		if (done.leftOut) shell.stderr.write(leftOutNote(trip.name, done.leftOut, 'oci-archive:FILE'));
		if (args.has('json')) printJson(done, shell);
		else printLines([done.pinned], shell);
		return 0;
	} finally {
		clearInterval(ticking);
	}
}
