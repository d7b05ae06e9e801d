import type {BuildResult} from '../index.ts';

/** `linux/arm64`, `linux/arm/v7` */
export function platformText({os, architecture, variant}: BuildResult['platforms'][number]): string {
	return [os, architecture, ...(variant ? [variant] : [])].join('/');
}
