import type {Dockerfile} from '../../dockerfile/dockerfile.ts';
import {expandWord} from '../../dockerfile/expand.ts';
import type {FromInstruction} from '../../dockerfile/instruction.ts';
import type {Linter} from '../../dockerfile/lint/linter.ts';
import * as rules from '../../dockerfile/lint/rules.ts';
import {DockerfileError} from '../../errors.ts';
import {parsePlatform} from '../../oci/platform.ts';
import {parseReference} from '../../oci/reference.ts';
import {expandFrom} from '../from.ts';
import {type Globals, globalArgs} from '../globals.ts';
import type {Graph, Node} from '../graph.ts';
import type {PlanRequest} from '../request.ts';
import {nearestName} from './nearest.ts';

/** Finds the FROMs that only a `--build-arg` makes names of images. */
export function lintDefaults(dockerfile: Dockerfile, request: PlanRequest, lint: Linter): void {
	const defaults = unlessFault(() => globalArgs(dockerfile, request, new Map()));
	if (!defaults) return;
	for (const {from} of dockerfile.stages) {
		const {image, location} = from;
		const name = unlessFault(() => expandWord(image.text, key => defaults.get(key), {escape: dockerfile.escape}));
		if (!name) return;
		if (!parseReference(name.value)) {
			const help = ['give the ARG a default that makes it one: ARG NAME=VALUE'];
			lint.report(rules.invalidDefaultArgInFrom, [image.text], {location, help});
		}
	}
}

/** What FROMs are checked with. */
export interface FromScene {
	readonly dockerfile: Dockerfile;
	readonly globals: Globals;
	readonly graph: Graph;
}

/** Checks a FROM, whether the target needs it or not. Throws what is wrong with it altogether. */
export function lintFrom(node: Node, {dockerfile, globals, graph}: FromScene, lint: Linter): void {
	const {from} = node;
	const {location, comments} = from;
	const declared = dockerfile.args.flatMap(({args}) => args.map(({key}) => key.text));
	const names = new Set([...globals.keys(), ...declared]);
	const reportUnset = (text: string) => {
		const expansion = expandWord(text, name => globals.get(name), {escape: dockerfile.escape});
		for (const name of expansion.unmatched) {
			if (names.has(name)) continue;
			const nearest = nearestName(name, names);
			const help = nearest ? [`did you mean ${nearest}?`] : [`add above the first FROM: ARG ${name}=VALUE`];
			lint.report(rules.undefinedArgInFrom, [name, nearest], {location, comments, help});
		}
		return expansion;
	};
	unlessFault(() => reportUnset(from.image.text));
	expandFrom(from.image, from, {dockerfile, globals});
	const {platform} = from;
	const expansion = platform && unlessFault(() => reportUnset(platform.text));
	if (platform && expansion) lintPlatform(platform.text, {from, expansion, globals}, lint);
	graph.platform(node);
}

function lintPlatform(
	text: string,
	{
		from,
		expansion: {value, matched, unmatched},
		globals,
	}: {readonly from: FromInstruction; readonly expansion: ReturnType<typeof expandWord>; readonly globals: Globals},
	lint: Linter,
): void {
	const {location, comments} = from;
	const isTarget = matched.size === 1 && matched.has('TARGETPLATFORM') && unmatched.size === 0;
	if (isTarget && value === globals.get('TARGETPLATFORM')) {
		const help = [`without it: ${from.text.replace(/\s--platform=\S+/, '')}`];
		lint.report(rules.redundantTargetPlatform, [text], {location, comments, help});
	}
	const platform = matched.size + unmatched.size === 0 ? parsePlatform(value) : undefined;
	const name = from.as?.name.text.toLowerCase() ?? '';
	if (platform && !name.includes(platform.os) && !name.includes(platform.architecture)) {
		const help = [`if that is meant, let the stage's name say so: AS ${name || 'build'}-${platform.architecture}`];
		lint.report(rules.fromPlatformFlagConstDisallowed, [value], {location, comments, help});
	}
}

/** Undefined where the language is broken: that is told by whoever plans, with its place. */
export function unlessFault<T>(work: () => T): T | undefined {
	try {
		return work();
	} catch (error) {
		if (error instanceof DockerfileError) return undefined;
		throw error;
	}
}
