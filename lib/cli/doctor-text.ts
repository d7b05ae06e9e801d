import type {Diagnosis, Finding} from '../index.ts';
import type {Style} from './style.ts';

/** What was found, a line each, what follows from it, and what to type. */
export function diagnosisLines({findings, summary}: Diagnosis, style: Style): readonly string[] {
	return [...findings.flatMap(finding => findingLines(finding, style)), summary];
}

function findingLines(
	{topic, state, found, effect, cure}: Finding,
	{symbols, green, red, yellow}: Style,
): readonly string[] {
	const mark = {ok: green(symbols.done), warning: yellow(symbols.warning), failure: red(symbols.failed)}[state];
	const hang = ' '.repeat(20);
	return [
		`${mark} ${topic.padEnd(18)}${found}`,
		...(effect === undefined ? [] : [`${hang}${effect}`]),
		...(cure === undefined ? [] : [`${hang}cure: ${cure}`]),
	];
}

/** The cures as a script: what stands after two blanks says when, and becomes a comment. */
export function fixLines({findings}: Diagnosis): readonly string[] {
	const cures = findings.flatMap(({topic, found, cure}) => (cure === undefined ? [] : [{topic, found, cure}]));
	const steps = cures.flatMap(({topic, found, cure}) => {
		const [command, when] = cure.split(/ {2,}/);
		return ['', `# ${topic}: ${found}`, ...(when === undefined ? [] : [`# ${when}`]), command ?? cure];
	});
	return ['#!/bin/sh', ...(steps.length === 0 ? ['# nothing to cure'] : ['set -e', ...steps])];
}
