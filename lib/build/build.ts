import {randomBytes} from 'node:crypto';
import {AbortedError} from '../errors.ts';
import type {Digest} from '../oci/digest.ts';
import type {Descriptor, Layer} from '../oci/image.ts';
import {formatPlatform, type Platform} from '../oci/platform.ts';
import type {StepResult} from './board.ts';
import {eventStream} from './event-stream.ts';
import type {BuildEvent, Warned} from './events.ts';
import type {BuildOptions} from './options.ts';
import {perform} from './perform.ts';
import {checkOptions} from './request.ts';
import {version} from './version.ts';

/** What a build yields. */
export interface BuildResult {
	/** Digest of the config: what podman and docker call IMAGE ID. */
	readonly id: Digest;
	/** Digest of the manifest: what registries say. */
	readonly digest: Digest;
	readonly descriptor: Descriptor;
	readonly names: readonly string[];
	/** Bytes as stored: manifest, config and layers. */
	readonly size: number;
	readonly platforms: readonly Platform[];
	readonly layers: readonly Layer[];
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
 * Who does neither gets an unhandled rejection. Leaving the loop early stops nothing.
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
	const request = checkOptions(options);
	const id = newBuildID();
	const events = eventStream();
	const controller = new AbortController();
	const stop = (reason?: unknown) => controller.abort(abortedError(reason));

	const {signal} = options;
	const follow = () => stop(signal?.reason);
	signal?.addEventListener('abort', follow, {once: true});
	if (signal?.aborted) follow();

	events.emit({
		type: 'build.started',
		build: id,
		at: new Date().toISOString(),
		strata: version,
		names: request.names,
		platforms: [formatPlatform(request.platform)],
	});
	const result = perform({id, request, events, controller}).then(
		finished => {
			events.close();
			return finished;
		},
		(error: unknown) => {
			events.close(error);
			throw error;
		},
	);
	const ended = result.then(
		() => signal?.removeEventListener('abort', follow),
		() => signal?.removeEventListener('abort', follow),
	);

	return {
		id,
		// biome-ignore lint/suspicious/noThenProperty: a build is what one awaits, and what one iterates
		then: (onResult, onError) => result.then(onResult, onError),
		[Symbol.asyncIterator]() {
			result.catch(() => {});
			return events[Symbol.asyncIterator]();
		},
		async stop(reason) {
			stop(reason);
			await ended;
		},
	};
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
