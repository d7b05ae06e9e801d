import type {Calls, Reply, Request} from './messages.ts';
import {toWire} from './wire-error.ts';

/** What an answer may say before it is given. */
export interface Correspondence {
	readonly signal: AbortSignal;
	/** Sends on the signals for its program, those too that came before there was one. */
	onSignal(send: (signal: number) => void): void;
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
	const running = new Map<number, Ongoing>();
	process.on('disconnect', () => process.exit(1));
	process.on('message', (request: Request) => {
		if (request.name === 'abort') {
			running.get(request.call)?.controller.abort();
			return;
		}
		if (request.name === 'signal') {
			running.get(request.call)?.signals.send(request.signal);
			return;
		}
		const ongoing = {controller: new AbortController(), signals: signalBox()};
		running.set(request.call, ongoing);
		void answer(handlers, request, ongoing).finally(() => running.delete(request.call));
	});
}

interface Ongoing {
	readonly controller: AbortController;
	readonly signals: SignalBox;
}

/** Keeps signals until somebody sends them on. */
interface SignalBox {
	send(signal: number): void;
	open(send: (signal: number) => void): void;
}

function signalBox(): SignalBox {
	const early: number[] = [];
	let sendOn = (signal: number): unknown => early.push(signal);
	return {
		send: signal => void sendOn(signal),
		open(send) {
			sendOn = send;
			for (const signal of early.splice(0)) send(signal);
		},
	};
}

async function answer(
	handlers: Handlers,
	request: Exclude<Request, {name: 'abort' | 'signal'}>,
	{controller: {signal}, signals}: Ongoing,
): Promise<void> {
	const {call, name} = request;
	const to: Correspondence = {
		signal,
		onSignal: send => signals.open(send),
		post: reply => post({...reply, call} as Reply),
	};
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
