import type {Calls, Reply, Request} from './messages.ts';
import {toWire} from './wire-error.ts';

/** What an answer may say before it is given. */
export interface Correspondence {
	readonly signal: AbortSignal;
	/** Resolves when the channel took it: output waits here while the main process is behind. */
	post(
		reply: Reply extends infer Each ? (Each extends {call: number} ? Omit<Each, 'call'> : never) : never,
	): Promise<void>;
}

export type Handlers = {
	readonly [Name in keyof Calls]: (takes: Calls[Name]['takes'], to: Correspondence) => Promise<Calls[Name]['gives']>;
};

/** Answers the calls of the main process until its channel closes; then ends this process, and so the namespaces. */
export function serve(handlers: Handlers): void {
	const running = new Map<number, AbortController>();
	process.on('disconnect', () => process.exit(1));
	process.on('message', (request: Request) => {
		if (request.name === 'abort') {
			running.get(request.call)?.abort();
			return;
		}
		const controller = new AbortController();
		running.set(request.call, controller);
		void answer(handlers, request, controller.signal).finally(() => running.delete(request.call));
	});
}

async function answer(
	handlers: Handlers,
	request: Exclude<Request, {name: 'abort'}>,
	signal: AbortSignal,
): Promise<void> {
	const {call, name} = request;
	const to: Correspondence = {signal, post: reply => post({...reply, call} as Reply)};
	try {
		const handler = handlers[name] as (takes: unknown, to: Correspondence) => Promise<unknown>;
		await post({call, kind: 'answer', gives: await handler(request.takes, to)});
	} catch (error) {
		await post({call, kind: 'error', error: toWire(error)});
	}
}

/** A channel that broke means that the main process is gone: `disconnect` follows. */
function post(reply: Reply): Promise<void> {
	return new Promise(resolve => {
		process.send?.(reply, undefined, {}, () => resolve());
	});
}
