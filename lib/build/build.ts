import {randomBytes} from 'node:crypto';
import {AbortedError} from '../errors.ts';
import type {StepResult} from './board.ts';
import type {BuiltImage} from './built-image.ts';
import {checkTypes} from './check-types.ts';
import {type EventStream, eventStream} from './event-stream.ts';
import type {BuildEvent, Warned} from './events.ts';
import type {BuildOptions} from './options.ts';
import {perform} from './perform.ts';

/** What a build yields. */
export interface BuildResult extends BuiltImage {
	readonly steps: readonly StepResult[];
	readonly warnings: readonly Warned[];
	readonly timings: Timings;
}

/** Milliseconds. Steps that overlap count each. */
export interface Timings {
	readonly total: number;
	readonly pull: number;
	readonly run: number;
	readonly pack: number;
	readonly export: number;
}

/**
 * A build under way: await it for its result, iterate it for its events; both may be done, and each throws its error.
 * Who neither does that nor stops it gets an unhandled rejection. Leaving the loop early stops nothing.
 */
export interface Build extends PromiseLike<BuildResult>, AsyncIterable<BuildEvent> {
	/** Names the build: its logs lie in ROOT/logs/ID. */
	readonly id: string;
	/** Ends the build: the container is asked to end and killed after 2 s. Resolves when everything is cleaned up. */
	stop(reason?: unknown): Promise<void>;
}

/**
 * Builds an image. The build starts at once. Prints nothing, sets no signal handler, reads no environment but proxies,
 * PATH and SOURCE_DATE_EPOCH. Throws TypeError for options of a wrong type; rejects with a StrataError for all that a
 * user can act on, and with AbortedError, once everything is cleaned up, if it was stopped.
 */
export function build(options: BuildOptions): Build {
	checkTypes(options);
	const id = newBuildID();
	const events = eventStream();
	const stopping = stopper(options.signal);
	const work = perform({id, options, events, signal: stopping.signal}).finally(stopping.disarm);
	const result = follow(work, events);
	const takeNotice = () => result.catch(() => {});

	return {
		id,
		// biome-ignore lint/suspicious/noThenProperty: a build is what one awaits, and what one iterates
		then: (onResult, onError) => result.then(onResult, onError),
		[Symbol.asyncIterator]() {
			takeNotice();
			return events[Symbol.asyncIterator]();
		},
		async stop(reason) {
			stopping.stop(reason);
			await takeNotice();
		},
	};
}

/** A signal that is aborted, always with an AbortedError, by `stop` or by `outer`, which nobody listens to after `disarm`. */
function stopper(outer: AbortSignal | undefined) {
	const controller = new AbortController();
	const stop = (reason: unknown) => controller.abort(abortedError(reason));
	const obey = () => stop(outer?.reason);
	if (outer?.aborted) obey();
	else outer?.addEventListener('abort', obey, {once: true});
	return {signal: controller.signal, stop, disarm: () => outer?.removeEventListener('abort', obey)};
}

/** The readers of the events hear of the end when the build is over, and its error too. */
async function follow(work: Promise<BuildResult>, events: EventStream): Promise<BuildResult> {
	try {
		const result = await work;
		events.close();
		return result;
	} catch (error) {
		events.close(error);
		throw error;
	}
}

function abortedError(reason: unknown): AbortedError {
	if (reason instanceof AbortedError) return reason;
	return new AbortedError('ABORTED', 'the build was stopped', reason === undefined ? {} : {cause: reason});
}

function newBuildID(): string {
	return BigInt(`0x${randomBytes(8).toString('hex')}`)
		.toString(36)
		.slice(-6)
		.padStart(6, '0');
}
