/** A cache that a build reads. */
export type CacheFrom =
	/** An OCI layout; `tag` is `latest` unless a `digest` is given. */
	| {readonly type: 'local'; readonly src: string; readonly tag?: string; readonly digest?: string}
	/** What `type: 'registry'` or `type: 'inline'` wrote. */
	| {readonly type: 'registry'; readonly ref: string};

/** A cache that a build writes. */
export type CacheTo =
	| WrittenCache
	/** In the config of the image itself: its own steps, for whoever reads it from a registry. */
	| {readonly type: 'inline'};

export type WrittenCache = CachePlace & {
	/** Whose layers are written: `min`, the default: of the steps that made the image. `max`: of all. */
	readonly mode?: 'min' | 'max';
	/** Whether a cache that cannot be written is a warning only; the default. */
	readonly ignoreError?: boolean;
};

export type CachePlace =
	/** An OCI layout, made if it is not there; what its index names no more is removed. `tag` is `latest` by default. */
	| {readonly type: 'local'; readonly dest: string; readonly tag?: string}
	/** Under a name of its own: it is no image. */
	| {readonly type: 'registry'; readonly ref: string};

/** Where the files of cache mounts are written to; in a folder their `tag` is `mounts` by default. */
export type MountsTo = CachePlace & {
	/** Bytes that all of them may take; those used last before others. Default: no limit. */
	readonly maxSize?: number;
	/** Whether it is a warning only if they cannot be written; the default. */
	readonly ignoreError?: boolean;
};
