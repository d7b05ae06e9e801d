import type {IncomingHttpHeaders} from 'node:http';
import {setTimeout as sleep} from 'node:timers/promises';
import {reasonOf} from './reason.ts';

/** How what may pass is tried again. */
export interface RetryOptions {
	/** Milliseconds before the second attempt; each further pause is twice as long. Default: 2000. */
	readonly backoff?: number;
	/** How often it is tried. Default: 5. */
	readonly attempts?: number;
	readonly onRetry?: (retry: Retry) => void;
	readonly signal?: AbortSignal;
}

/** An attempt went wrong and will be made again. */
export interface Retry {
	/** Which attempt went wrong, from 1. */
	readonly attempt: number;
	readonly of: number;
	/** `503 from registry-1.docker.io`, `connection refused`. */
	readonly reason: string;
	/** Milliseconds until the next. */
	readonly delay: number;
}

/** Why no further attempt is made. */
export interface Failure {
	readonly reason: string;
	readonly attempts: number;
	readonly ms: number;
	readonly cause: Error;
	/** The answer's status, if there was one. */
	readonly status?: number;
}

/** An answer that may be another one the next time. */
export class PassingError extends Error {
	override readonly name = 'PassingError';
	readonly status: number | undefined;
	/** Milliseconds that the server asks to wait. */
	readonly after: number;

	constructor(reason: string, answer: {readonly status?: number; readonly after?: number} = {}) {
		super(reason);
		this.status = answer.status;
		this.after = answer.after ?? 0;
	}
}

const usually = 5;
/** Bytes that have to come through before attempts count anew: a large blob over a bad line gets there, and each blob has an end. */
const progress = 1 << 20;
/** A server that asks for a longer pause than this is not waited for. */
const longestWait = 120_000;

/**
 * Counts attempts; `reached` says how many bytes are through by now. `failed` returns after the pause that `error` calls for, or throws:
 * `error` itself if trying again cannot help, or what `giveUp` makes of it.
 */
export function attempts(options: RetryOptions, giveUp: (failure: Failure) => Error) {
	const most = options.attempts ?? usually;
	let [attempt, started, counted] = [0, performance.now(), 0];
	return {
		reached(bytes: number): void {
			if (bytes - counted >= progress) [attempt, started, counted] = [0, performance.now(), bytes];
		},
		async failed(error: unknown): Promise<void> {
			options.signal?.throwIfAborted();
			const reason = error instanceof PassingError ? error.message : reasonOf(error);
			if (reason === undefined || !(error instanceof Error)) throw error;
			attempt++;
			const {status, after} = error instanceof PassingError ? error : {status: undefined, after: 0};
			if (attempt === most || after > longestWait) {
				const failure = {reason, attempts: attempt, ms: performance.now() - started, cause: error};
				throw giveUp(status === undefined ? failure : {...failure, status});
			}
			const delay = Math.max((options.backoff ?? 2000) * 2 ** (attempt - 1), after);
			options.onRetry?.({attempt, of: most, reason, delay});
			await pause(delay, options.signal);
		},
	};
}

/** Does `action` until it succeeds or trying again cannot help. */
export async function retried<T>(
	action: () => Promise<T>,
	options: RetryOptions,
	giveUp: (failure: Failure) => Error,
): Promise<T> {
	const tries = attempts(options, giveUp);
	for (;;) {
		try {
			return await action();
		} catch (error) {
			await tries.failed(error);
		}
	}
}

/** The pause that a Retry-After header asks for, in milliseconds. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfter(headers: IncomingHttpHeaders): number {
	const value = headers['retry-after'] ?? '';
	const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
	return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}

async function pause(delay: number, signal?: AbortSignal): Promise<void> {
	await sleep(delay, undefined, signal ? {signal} : {}).catch(error => {
		throw signal?.reason ?? error;
	});
}
