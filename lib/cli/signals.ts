import {constants} from 'node:os';
import {AbortedError} from '../errors.ts';

const exitCodes = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129} as const;

type StopSignal = keyof typeof exitCodes;

/** Answers the first signal with `stop`, and the second by ending this process, whose children end with it. */
export function onStopSignals(stop: (reason: AbortedError) => void): Disposable {
	let count = 0;
	const receive = (signal: StopSignal) => {
		count += 1;
		if (count > 1) process.exit(exitCodes[signal]);
		const reason = new AbortedError('ABORTED', `the build was stopped by ${signal}`);
		reason.exitCode = exitCodes[signal];
		stop(reason);
	};
	const names = Object.keys(exitCodes).filter((name): name is StopSignal => name in constants.signals);
	for (const name of names) process.on(name, receive);
	return {
		[Symbol.dispose]() {
			for (const name of names) process.off(name, receive);
		},
	};
}
