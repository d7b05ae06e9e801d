import {AbortedError} from '../errors.ts';
import {onStopSignals} from './signals.ts';

/**
 * Does `work`, and answers with its exit code. A signal that stops this process stops it in its own way, and answers with the exit code of
 * that; a second one ends the process at once, just after `kill`.
 */
export async function untilStopped(
	work: (signal: AbortSignal) => Promise<number>,
	kill: () => void = () => {},
): Promise<number> {
	const stop = new AbortController();
	using _signals = onStopSignals({stop: reason => stop.abort(reason), kill});
	try {
		return await work(stop.signal);
	} catch (error) {
		if (error instanceof AbortedError) return error.exitCode;
		throw error;
	}
}
