import {checkOptions} from '../../../lib/dockerfile/lint/options.ts';
import {readDockerfile} from '../../../lib/dockerfile/parse.ts';
import type {ContainerConfig} from '../../../lib/oci/image.ts';
import type {Platform} from '../../../lib/oci/platform.ts';
import {baseKey} from '../../../lib/plan/base.ts';
import {type LintAnswer, type LintRequest, lintDockerfile} from '../../../lib/plan/lint/lint.ts';
import {plainRequest} from '../planning.ts';

/** What a spec may ask for: configs and platforms of bases by the name of the image. */
export interface AskedLint extends Partial<Omit<LintRequest, 'bases' | 'platforms' | 'options'>> {
	readonly configs?: Readonly<Record<string, ContainerConfig>>;
	readonly imagesFor?: Readonly<Record<string, Platform>>;
}

/** Checks every stage of a text, each base having the config and platform asked for, or an empty one. */
export function lint(text: string, {configs = {}, imagesFor = {}, ...asked}: AskedLint = {}): LintAnswer {
	const reading = readDockerfile(text, 'Dockerfile');
	const request = {...plainRequest, everyStage: true, ...asked};
	const options = checkOptions(reading, request.buildArgs.BUILDKIT_DOCKERFILE_CHECK);
	const [bases, platforms] = [new Map<string, ContainerConfig>(), new Map<string, Platform>()];
	for (;;) {
		const answer = lintDockerfile(reading, {...request, bases, platforms, options});
		if (answer.missing.length === 0) return answer;
		for (const {base} of answer.missing) {
			const name = 'name' in base ? base.name : '';
			bases.set(baseKey(base), configs[name] ?? {});
			if (imagesFor[name]) platforms.set(baseKey(base), imagesFor[name]);
		}
	}
}

/** `3 StageNameCasing: Stage name 'X' should be lowercase`, a line a finding. */
export function told(text: string, asked?: AskedLint): readonly string[] {
	return lint(text, asked).findings.map(({location, rule, detail}) => `${location.start} ${rule}: ${detail}`);
}
