import type {ContainerConfig} from '../oci/image.ts';

/** What an instruction sees of those before it. Values never change: each instruction hands on a new scope. */
export interface Scope {
	/** ENV and ARG together, as RUN and expansion see them: whichever was set last (SURFACE EXP-6, EXP-8). */
	readonly environment: ReadonlyMap<string, string>;
	/** The ARGs that the stage declares, in order; undefined if one has no value. */
	readonly args: ReadonlyMap<string, string | undefined>;
	readonly shell: readonly string[];
	readonly user: string;
	/** Absolute. */
	readonly workdir: string;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a base's config begins with; that of scratch is empty (SURFACE FRM-7). */
export function scopeOf(config: ContainerConfig): Scope {
	const environment = new Map((config.Env ?? []).map(splitVariable));
	if (!environment.has('PATH')) environment.set('PATH', defaultPath);
	return {
		environment,
		args: new Map(),
		shell: config.Shell?.length ? config.Shell : ['/bin/sh', '-c'],
		user: config.User ?? '',
		workdir: joinPath('/', config.WorkingDir ?? ''),
	};
}

/** The scope with variables set; one that is there keeps its place. */
export function withEnvironment(scope: Scope, values: Iterable<readonly [string, string]>): Scope {
	return {...scope, environment: new Map([...scope.environment, ...values])};
}

/** `path` in `folder`, cleaned: absolute, without `.`, `..` and double slashes. */
export function joinPath(folder: string, path: string): string {
	const parts: string[] = [];
	for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return `/${parts.join('/')}`;
}

function splitVariable(variable: string): readonly [string, string] {
	const equals = variable.indexOf('=');
	return equals < 0 ? [variable, ''] : [variable.slice(0, equals), variable.slice(equals + 1)];
}
