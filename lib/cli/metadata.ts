import type {BuildResult} from '../index.ts';
import {platformText} from './platform-text.ts';

/**
 * What `--metadata-file` holds, by the keys of buildx (SURFACE CLI-10): an index has no config; warnings, as there, only
 * if the environment asks for them.
 */
export function metadata(
	result: BuildResult,
	build: string,
	{BUILDX_METADATA_WARNINGS: asked}: NodeJS.ProcessEnv,
): object {
	const {descriptor, digest, id, names, warnings} = result;
	return {
		'buildx.build.ref': `strata/local/${build}`,
		...(/^(?:1|true)$/i.test(asked ?? '') ? {'buildx.build.warnings': warnings.map(warningOf)} : {}),
		...(id === digest ? {} : {'containerimage.config.digest': id}),
		...provenances(result),
		'containerimage.descriptor': descriptor,
		'containerimage.digest': digest,
		...(names.length > 0 ? {'image.name': names.join(',')} : {}),
	};
}

/** In which mode buildx says how an image was built; undefined where it is told not to. */
export function provenanceMode({
	BUILDX_METADATA_PROVENANCE: asked = 'min',
}: NodeJS.ProcessEnv): 'min' | 'max' | undefined {
	if (/^(?:disabled|false|0)$/i.test(asked)) return undefined;
	return asked === 'max' ? 'max' : 'min';
}

/** Of several platforms each has a key of its own. */
function provenances({images}: BuildResult): object {
	const [, ...others] = images;
	return Object.fromEntries(
		images.flatMap(({provenance, platform}) => {
			const suffix = others.length > 0 ? `/${platformText(platform)}` : '';
			return provenance ? [[`buildx.build.provenance${suffix}`, provenance]] : [];
		}),
	);
}

/** As BuildKit's clients write a warning: texts are bytes there, and so base64 in JSON. */
function warningOf({rule, message, detail, url, location}: BuildResult['warnings'][number]): object {
	return {
		level: 1,
		short: base64(rule === undefined ? message : `${rule}: ${message}`),
		...(detail === undefined ? {} : {detail: [base64(detail)]}),
		...(url === undefined ? {} : {url}),
		...(location === undefined
			? {}
			: {
					sourceInfo: {filename: location.file},
					range: [{start: {line: location.start}, end: {line: location.end}}],
				}),
	};
}

function base64(text: string): string {
	return Buffer.from(text).toString('base64');
}
