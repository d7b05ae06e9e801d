import {AbortedError} from '../errors.ts';

const exitCodes = {SIGINT: 130, SIGTERM: 143, SIGHUP: 129} as const;

type StopSignal = keyof typeof exitCodes;

/** What the signals that stop a process do here. */
export interface StopHandlers {
	stop(reason: AbortedError): void;
	/** Just before this process ends without waiting any longer. Its children end with it. */
	kill(): void;
}

/** Answers the first signal with `stop`, the second with `kill`. */
export function onStopSignals({stop, kill}: StopHandlers): Disposable {
	let count = 0;
	const receive = (signal: StopSignal) => {
		count += 1;
		if (count > 1) {
			kill();
			process.exit(exitCodes[signal]);
		}
		const reason = new AbortedError('ABORTED', `the build was stopped by ${signal}`);
		reason.exitCode = exitCodes[signal];
		stop(reason);
	};
	const names = Object.keys(exitCodes) as readonly StopSignal[];
	for (const name of names) process.on(name, receive);
	return {
		[Symbol.dispose]() {
			for (const name of names) process.off(name, receive);
		},
	};
}
