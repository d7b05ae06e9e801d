import {DockerfileError} from '../errors.ts';

/** A source of COPY or ADD that is not in the tree it was looked up in. Who knows what that tree is words it for people. */
export class MissingSourceError extends DockerfileError {
	/** As the Dockerfile names it. */
	readonly path: string;

	constructor(path: string) {
		super('SOURCE_MISSING', `${path} is not there`);
		this.path = path;
	}
}
