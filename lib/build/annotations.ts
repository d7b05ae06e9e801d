import {UsageError} from '../errors.ts';
import type {Annotation} from '../image/annotations.ts';
import {formatPlatform, type Platform, parsePlatform} from '../oci/platform.ts';

/** What there will be to stand on. */
export interface Standing {
	readonly hasIndex: boolean;
	readonly platforms: readonly Platform[];
}

/**
 * Annotations as a build takes them: platforms spelled one way, and only on what there will be. An image of one platform has no
 * index (SURFACE CLI-13), and one for a platform that is not built is refused, as BuildKit does.
 */
export function checkAnnotations(
	annotations: readonly Annotation[],
	{hasIndex, platforms}: Standing,
): readonly Annotation[] {
	return annotations.map(annotation => {
		const {on = 'manifest', platform, key, value} = annotation;
		if (key === '') throw refused('has no key', 'as in: --annotation org.opencontainers.image.version=1.4');
		if (!on.startsWith('index'))
			return {on, key, value, ...(platform === undefined ? {} : {platform: spelled(platform, {key, platforms})})};
		if (platform !== undefined)
			throw refused(`${key} is for ${platform}, but an index is for all`, `--annotation ${on}:${key}=…`);
		if (!hasIndex) {
			throw refused(
				`${key} has no index to stand on: an image of one platform has none`,
				`on the manifest: --annotation ${key}=…`,
			);
		}
		return {on, key, value};
	});
}

function spelled(text: string, {key, platforms}: Pick<Annotation, 'key'> & Pick<Standing, 'platforms'>): string {
	const platform = parsePlatform(text);
	const built = platforms.map(formatPlatform);
	if (platform && built.includes(formatPlatform(platform))) return formatPlatform(platform);
	if (platform) throw refused(`${key} is for ${text}, which is not built`, `what is built: ${built.join(', ')}`);
	throw new UsageError('BAD_PLATFORM', `${text || 'an empty text'} is no platform`, {
		help: ["as in: --annotation 'manifest[linux/arm64]:KEY=VALUE'"],
	});
}

function refused(reason: string, help: string): UsageError {
	return new UsageError('BAD_ANNOTATION', `an annotation ${reason}`, {help: [help]});
}
