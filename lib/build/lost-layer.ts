import {StoreError} from '../errors.ts';

/** A layer that a cache of elsewhere said it had, and that a step was taken for, cannot be had after all. */
export class LostLayerError extends StoreError {
	/** The cache, as people know it. */
	readonly cache: string;

	constructor(cache: string, cause: Error) {
		super('CACHE_LOST', `a layer cannot be had from the cache ${cache}: ${cause.message}`, {
			help: ['build without it: leave out its --cache-from'],
			cause,
		});
		this.cache = cache;
	}
}
