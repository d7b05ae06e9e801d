import {DockerfileError} from '../errors.ts';
import {type Directive, firstWord, lineOf} from './directives.ts';

/** The frontends whose language strata reads itself, from Docker Hub or any mirror of it. */
const own = /^(?:[^/]+\/)*docker\/dockerfile(?:-upstream)?(?:[:@].*)?$/;

/** Whether a `# syntax=` asks for a language that strata does not read. */
export function isForeign(syntax: Directive): boolean {
	return !isOwnFrontend(firstWord(syntax));
}

/** Whether the image `name` reads the Dockerfile language as BuildKit does (SURFACE PAR-8). */
export function isOwnFrontend(name: string): boolean {
	return own.test(name);
}

/** What to say about a foreign `# syntax=`. */
export function frontendError(syntax: Directive, file: string): DockerfileError {
	return new DockerfileError('FOREIGN_FRONTEND', `cannot use the frontend ${firstWord(syntax)}`, {
		location: lineOf(syntax, file),
		notes: ['strata reads the language itself, up to docker/dockerfile 1.26'],
		help: ['remove the line', 'or ignore it: --build-arg BUILDKIT_SYNTAX=dockerfile.v0'],
	});
}
