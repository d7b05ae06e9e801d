import {packer} from '../layer/packer.ts';
import type {Store} from '../store/store.ts';
import {startWorker} from '../worker/start.ts';
import type {Worker} from '../worker/worker.ts';
import type {Builder} from './builder.ts';
import {stepCache} from './cache.ts';
import {cacheMounts} from './cache-mounts.ts';
import type {Contexts} from './contexts.ts';
import {buildLogs} from './logs.ts';
import type {Order} from './perform.ts';
import type {Request} from './request.ts';
import {slots} from './slots.ts';
import {sshAgents} from './ssh-agents.ts';
import {supply} from './supply.ts';
import {grantLimits} from './ulimits.ts';

/** What a builder works on. */
export interface Places {
	readonly store: Store;
	readonly contexts: Contexts;
	/** SOURCE_DATE_EPOCH as planned. */
	readonly epoch: number | undefined;
}

/** The services of one build. Disposing ends its worker and its packing, finished or not. */
export function openBuilder(
	{id, events, signal: stopped}: Order,
	request: Request,
	{store, contexts, epoch}: Places,
): Builder & AsyncDisposable {
	let worker: Promise<Worker> | undefined;
	const behind = new Set<Promise<unknown>>();
	const packing = packer();
	const agents = sshAgents(request.ssh);
	const logs = buildLogs(store.root, id);
	const failing = new AbortController();
	const signal = AbortSignal.any([stopped, failing.signal]);
	const fail = (error: unknown) => failing.abort(error);

	const start = async () => {
		const {runtime} = request;
		const started = await startWorker({root: store.root, signal, ...(runtime ? {runtime} : {})});
		if (started.facts.warning) events.emit({type: 'warning', ...started.facts.warning});
		for (const warning of grantLimits(request.ulimits, started.facts.hardLimits).warnings) events.emit(warning);
		return started;
	};

	return {
		id,
		request,
		store,
		contexts,
		events,
		fail,
		cache: stepCache(store),
		supply: supply(),
		logs,
		signal,
		deadline: later(stopped),
		slots: slots(request.jobs),
		agents,
		caches: cacheMounts(store),
		packer: packing,
		epoch,
		worker() {
			worker ??= events.timed({what: 'worker'}, start);
			return worker;
		},
		background(work) {
			const watched = work.catch(fail).finally(() => behind.delete(watched));
			behind.add(watched);
		},
		async settle() {
			while (behind.size > 0) await Promise.all(behind);
		},
		throwIfFailed: () => signal.throwIfAborted(),
		async [Symbol.asyncDispose]() {
			await Promise.allSettled(behind);
			logs.end();
			await packing[Symbol.asyncDispose]();
			await (await worker?.catch(() => undefined))?.[Symbol.asyncDispose]();
			await agents[Symbol.asyncDispose]();
		},
	};
}

/** As long as a program has to end. */
const grace = 2_000;

/** Aborted as `signal` is, when the time of grace is over. */
function later(signal: AbortSignal): AbortSignal {
	const controller = new AbortController();
	const begin = () => setTimeout(() => controller.abort(signal.reason), grace).unref();
	if (signal.aborted) begin();
	else signal.addEventListener('abort', begin, {once: true});
	return controller.signal;
}
