import type {ContainerConfig} from '../oci/image.ts';
import {formatPlatform} from '../oci/platform.ts';
import type {Base} from './plan.ts';

/** One text for each base that has the same config. */
export function baseKey(base: Base): string {
	switch (base.kind) {
		case 'scratch':
			return 'scratch';
		case 'stage':
			return `stage ${base.stage}`;
		case 'context':
			return `context ${base.source}`;
		case 'image':
			return `image ${base.name} ${formatPlatform(base.platform)}`;
		case 'layout':
		case 'docker-image':
			return `${base.kind} ${base.source} ${formatPlatform(base.platform)}`;
	}
}

/** The config that a base brings: undefined if it must be fetched first. What is only files brings an empty one. */
export function configOf(base: Base, known: ReadonlyMap<string, ContainerConfig>): ContainerConfig | undefined {
	const hasConfig = base.kind === 'image' || base.kind === 'layout' || base.kind === 'docker-image';
	return hasConfig ? known.get(baseKey(base)) : {};
}
