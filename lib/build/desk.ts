import {openStore} from '../store/open.ts';
import {defaultRoot} from '../store/root.ts';
import {type Contexts, openContexts} from './contexts.ts';
import {eventStream} from './event-stream.ts';
import type {BuildOptions} from './options.ts';
import {type Desk, readContexts} from './planning.ts';
import {attachExcerpt} from './report.ts';
import {checkOptions, type Request} from './request.ts';

/** Where what lies on the desk comes from. */
export interface DeskPlace {
	readonly request: Request;
	readonly isExcluded: Contexts['main']['isExcluded'];
}

/** Opens what a build with these options would open, and puts its Dockerfile on the desk, for as long as `use` goes on. */
export async function withDesk<T>(
	options: BuildOptions,
	use: (desk: Desk, place: DeskPlace) => Promise<T>,
): Promise<T> {
	const request = checkOptions(options);
	const signal = options.signal ?? new AbortController().signal;
	await using store = await openStore(request.root ?? defaultRoot());
	await using contexts = await openContexts(request, store, signal);
	try {
		const desk = readContexts(request, {contexts, store, events: eventStream(), signal});
		return await use(desk, {request, isExcluded: contexts.main.isExcluded});
	} catch (error) {
		throw attachExcerpt(error, contexts.dockerfile);
	}
}
