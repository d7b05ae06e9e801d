import type {Dockerfile, StageText} from '../dockerfile/dockerfile.ts';
import {DockerfileError, type Location, UsageError} from '../errors.ts';

const name = 'SOURCE_DATE_EPOCH';

/**
 * The one time of all that is made, in seconds: what the build arg SOURCE_DATE_EPOCH says, or the ARG before the first FROM
 * (SURFACE ARG-9, https://reproducible-builds.org/specs/source-date-epoch/). It may name what has a time of its own; a folder
 * has none, so there is none then.
 */
export function sourceDateEpoch(
	dockerfile: Dockerfile,
	given: string | undefined,
	contexts: Readonly<Record<string, string>>,
): number | undefined {
	if (given === undefined || given === '') return undefined;
	if (/^\d{1,12}$/.test(given)) return Number(given);
	if (given === 'context' || Object.hasOwn(contexts, given)) return undefined;
	const location = declaration(dockerfile);
	const stage = dockerfile.stages.find(({from}) => from.as?.name.text.toLowerCase() === given.toLowerCase());
	if (stage) throw stageError(stage, given, location);
	const message = `${name} is no number of seconds: ${given}`;
	const help = [`as in: ${name}=$(git log -1 --format=%ct)`];
	throw location
		? new DockerfileError('BAD_EPOCH', message, {location, help})
		: new UsageError('BAD_EPOCH', message, {help});
}

/** Where the Dockerfile sets it. */
function declaration({args}: Dockerfile): Location | undefined {
	return args.flatMap(instruction => instruction.args).find(({key}) => key.text === name)?.key.location;
}

/** A stage has a time if it is one thing fetched from somewhere, and nothing else. */
function stageError({from, instructions}: StageText, stage: string, location: Location | undefined): DockerfileError {
	const [only, ...rest] = instructions;
	const isSource = from.image.text === 'scratch' && only?.name === 'ADD' && rest.length === 0;
	if (isSource) return new DockerfileError('NOT_SUPPORTED', `this release has no ${name} of a stage`, {location});
	return new DockerfileError('BAD_EPOCH', `${name}: the stage ${stage} has no time of its own`, {
		location,
		notes: ['a stage has one if it is FROM scratch and a single ADD from elsewhere'],
	});
}
