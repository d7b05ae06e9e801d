import {UsageError} from '../errors.ts';
import {formatPlatform, type Platform} from '../oci/platform.ts';
import {familiarName, parseReference} from '../oci/reference.ts';
import type {Base} from './plan.ts';

/** Finds the `--build-context` that stands for a stage or an image of this name (SURFACE FRM-6). */
export type FindContext = (name: string, platform: Platform) => Base | undefined;

/** Names that no context takes the place of. */
const reserved: ReadonlySet<string> = new Set(['scratch', 'context']);

/** `name::os/arch` goes before `name`; names are compared as docker does, so `alpine:latest` is alpine. */
export function namedContexts(contexts: Readonly<Record<string, string>>): FindContext {
	const byName = new Map(Object.entries(contexts).map(([name, source]) => [contextKey(name), {name, source}]));
	return (name, platform) => {
		if (reserved.has(name.toLowerCase())) return undefined;
		const key = contextKey(name);
		const context = byName.get(`${key}::${formatPlatform(platform)}`) ?? byName.get(key);
		return context && contextBase(context.name, context.source, platform);
	};
}

/** What a source on the command line is. */
function contextBase(name: string, source: string, platform: Platform): Base {
	if (source === 'docker-image://scratch') return {kind: 'scratch'};
	if (source.startsWith('docker-image://')) return {kind: 'docker-image', name, source, platform};
	if (source.startsWith('oci-layout://')) return {kind: 'layout', name, source, platform};
	if (source.startsWith('target:')) {
		throw new UsageError('CONTEXT_UNSUPPORTED', `cannot use ${source} as the context ${name}`, {
			notes: ['a target of another build is what bake knows'],
			help: [`build it first, then: --build-context ${name}=oci-layout://DIR`],
		});
	}
	return {kind: 'context', name, source};
}

function contextKey(name: string): string {
	const [image = '', platform] = name.split('::');
	const reference = parseReference(image.toLowerCase());
	const key = reference ? familiarName(reference).replace(/:latest$/, '') : image;
	return platform === undefined ? key : `${key}::${platform}`;
}
