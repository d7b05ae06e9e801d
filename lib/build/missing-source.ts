import {DockerfileError, type Location} from '../errors.ts';
import {MissingSourceError} from '../tree/errors.ts';
import {nearestPaths} from '../tree/nearest.ts';
import type {CopySource} from './copy-source.ts';

/** What names sources, and where each stands. */
export interface NamesSources {
	/** `COPY`, `RUN: --mount`. */
	readonly instruction: string;
	readonly paths: readonly string[];
	readonly marks?: readonly Location[];
	readonly location: Location;
}

/** The error of a source that is not there, in words: where it was looked for, and what may have been meant. Any other error as it is. */
export async function wordMissingSource(error: unknown, step: NamesSources, source: CopySource): Promise<unknown> {
	if (!(error instanceof MissingSourceError)) return error;
	const {path} = error;
	const location = step.marks?.[step.paths.indexOf(path)] ?? step.location;
	const ignored = source.context?.ignoredBy(path);
	if (ignored) {
		return new DockerfileError(
			'SOURCE_IGNORED',
			`${step.instruction}: ${path} is in the context, but ${ignored.file} leaves it out`,
			{
				location,
				notes: [`${ignored.file}:${ignored.line} says ${ignored.pattern}`],
				help: [`add a line below it: !${path.replace(/^\/+|\/+$/g, '')}`],
			},
		);
	}
	const nearest = nearestPaths(await source.tree(), path);
	return new DockerfileError('SOURCE_MISSING', `${step.instruction}: ${path} is not in ${source.name}`, {
		location,
		notes: source.context ? [`the context is ${source.context.label}`] : [],
		help: nearest.length > 0 ? [`did you mean ${nearest.join(' or ')}?`] : [],
	});
}
