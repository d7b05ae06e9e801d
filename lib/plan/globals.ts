import type {Dockerfile} from '../dockerfile/dockerfile.ts';
import {formatWithVersion, type Platform} from '../oci/platform.ts';
import {expander} from './expand.ts';
import type {PlanRequest} from './request.ts';

/** The values that FROM sees: what is built in, and the ARGs before the first FROM (SURFACE EXP-5, ARG-1, ARG-2). */
export type Globals = ReadonlyMap<string, string>;

/** A build arg goes before a default; an ARG with neither is not set. */
export function globalArgs(
	dockerfile: Dockerfile,
	request: PlanRequest,
	buildArgs: ReadonlyMap<string, string>,
): Globals {
	const globals = builtIn(dockerfile, request);
	for (const name of globals.keys()) globals.set(name, buildArgs.get(name) ?? globals.get(name) ?? '');
	for (const instruction of dockerfile.args) {
		const expand = expander({instruction, lookup: name => globals.get(name), escape: dockerfile.escape});
		for (const {key, value} of instruction.args) {
			const given = buildArgs.get(key.text) ?? (value && expand(value.text, value.location));
			if (given !== undefined) globals.set(key.text, given);
		}
	}
	return globals;
}

function builtIn({stages}: Dockerfile, {platform, buildPlatform, target}: PlanRequest): Map<string, string> {
	const stage = target ?? stages.at(-1)?.from.as?.name.text.toLowerCase() ?? 'default';
	return new Map([...parts('BUILD', buildPlatform), ...parts('TARGET', platform), ['TARGETSTAGE', stage]]);
}

function parts(prefix: string, platform: Platform): readonly (readonly [string, string])[] {
	return [
		[`${prefix}PLATFORM`, formatWithVersion(platform)],
		[`${prefix}OS`, platform.os],
		[`${prefix}OSVERSION`, platform['os.version'] ?? ''],
		[`${prefix}ARCH`, platform.architecture],
		[`${prefix}VARIANT`, platform.variant ?? ''],
	];
}
